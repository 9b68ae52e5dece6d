"""Amounts with units, as people write them: "8 h", "90 s", "200 epochs", "40 trials"."""

from __future__ import annotations

import math
import re

__all__ = ["SECONDS", "amount", "duration"]

_SPELLINGS = {
    1.0: ("s", "sec", "second", "seconds"),
    60.0: ("m", "min", "minute", "minutes"),
    3600.0: ("h", "hour", "hours"),
    86400.0: ("d", "day", "days"),
}
SECONDS = {unit: seconds for seconds, units in _SPELLINGS.items() for unit in units}
_COUNTS = {"epoch": "epochs", "epochs": "epochs", "trial": "trials", "trials": "trials"}
_PATTERN = re.compile(r"\s*([-+]?[\d.,_]+(?:[eE][-+]?\d+)?)\s*([A-Za-z]*)\s*")


def amount(argument: str, value: object) -> tuple[float, str]:
    """Return (number, "seconds" | "epochs" | "trials"); a number without a unit is seconds.

    Raises:
        ValueError: not a positive amount in units known here; the message names ``argument``.
    """
    text = f"{value!r} seconds" if isinstance(value, (int, float)) and not isinstance(value, bool) else value
    found = _PATTERN.fullmatch(text) if isinstance(text, str) else None
    number = _number(found.group(1)) if found else None
    if found is None or number is None:
        raise ValueError(
            f"{argument} must be a number of seconds, or a number with a unit such as '8 h'; got {value!r}"
        )
    unit = found.group(2).lower() or "seconds"
    if not 0.0 < number < math.inf:
        raise ValueError(f"{argument} must be above 0 and finite; got {value!r}")
    if unit in SECONDS:
        return number * SECONDS[unit], "seconds"
    if unit in _COUNTS:
        return number, _COUNTS[unit]
    raise ValueError(f"{argument} has the unit {unit!r}; known are s, min, h, d, epochs and trials; got {value!r}")


def duration(seconds: float) -> str:
    """Seconds in the largest unit that makes them 1 or more."""
    for unit, size, least in (("d", 86400.0, 2.0), ("h", 3600.0, 1.0), ("min", 60.0, 1.0)):
        if seconds >= least * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None
