"""What grows beside the resource from rung to rung: data, width, resolution, folds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from tunewright.errors import StudyError
from tunewright.trial import Ladder

__all__ = ["Fidelities", "ranges", "written"]

_DIGITS = 12  # of a value: 0.1 * 10 is 1, not 0.9999999999999998


class Fidelities:
    """Values of the fidelities on each rung: geometric in the resource, from low at r to high at R.

    Args:
        given: by name, low and high; whole numbers where both are.
        least: r, the resource of the lowest rung.
        most: R, a trial in full.
    """

    def __init__(self, given: Mapping[str, tuple[float, float]], least: int, most: int) -> None:
        self._given = given
        self._least, self._most = least, most

    def at(self, level: int) -> dict[str, float]:
        """The values for the stretch that ends at ``level``."""
        span = math.log(self._most / self._least)
        part = min(max(math.log(level / self._least) / span, 0.0), 1.0)
        return {name: _between(low, high, part) for name, (low, high) in self._given.items()}

    def share(self, level: int) -> float:
        """What a step costs on the way to ``level``, as a part of one in full: the product of value / high."""
        return math.prod(value / self._given[name][1] for name, value in self.at(level).items())

    def ladder(self, levels: Iterable[int]) -> Ladder:
        """The rungs with their values; empty if no fidelity was named."""
        return tuple((level, self.at(level)) for level in levels) if self._given else ()


def _between(low: float, high: float, part: float) -> float:
    value = low * (high / low) ** part
    whole = type(low) is int and type(high) is int
    return round(value) if whole else min(max(float(f"{value:.{_DIGITS}g}"), low), high)


def ranges(scheduler: object, given: Any) -> dict[str, tuple[float, float]]:
    """Option ``fidelities`` as a mapping of pairs.

    Raises:
        StudyError: it is none, or a range is not two positive numbers, the lower first.
    """
    kind = type(scheduler).__name__
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(name, str) and name for name in given):
        raise StudyError(f"{kind}(fidelities=...) takes a range by name, such as {{'data': (0.1, 1.0)}}; got {given!r}")
    for name, pair in given.items():
        numbers = list(pair) if isinstance(pair, (tuple, list)) else []
        fits = len(numbers) == 2 and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in numbers)
        if not fits or not 0 < numbers[0] < numbers[1] < math.inf:
            raise StudyError(
                f"{kind}(fidelities=...): {name!r} takes its value on the lowest rung and in full, two numbers "
                f"0 < low < high; got {pair!r}"
            )
    return {name: (pair[0], pair[1]) for name, pair in given.items()}


def written(scheduler: Any) -> dict[str, list[float]]:
    """Option ``fidelities`` as JSON has it."""
    return {name: list(pair) for name, pair in scheduler.fidelities.items()}
