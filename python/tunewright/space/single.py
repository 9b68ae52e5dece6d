"""One number of an even interval at a time: what ``Continuous`` makes of a linear scale, bit by bit.

A call of NumPy costs more than the whole arithmetic of a number. The operations are those of the arrays, in their
order.
"""

from __future__ import annotations

__all__ = ["at", "coordinate"]

import math

from tunewright.space.decimals import DIGITS, EXACT_TENS, TENS, shortest

_ONE_IN = 10.0**-DIGITS
_TENS, _EXACT = TENS.tolist(), EXACT_TENS.tolist()
_FIRST = DIGITS - 1 - 22  # decade of the second of the tens


def at(unit: float, low: float, high: float) -> float:
    """Return the value at a coordinate, for finite high - low > 0."""
    if unit <= 0.0:
        return low
    if unit >= 1.0:
        return high
    value = low + unit * (high - low)
    if value > high:
        value = high
    value = _snapped(value, (value * 0.25 - low * 0.25) * 2.0**-49)
    if value < low:
        return low
    return high if value > high else value


def coordinate(value: float, low: float, high: float) -> float | None:
    """Return the coordinate of a value, ``None`` where ``at`` does not map it back."""
    width = high - low
    unit = _within((value - low) / width)
    back = low + unit * width
    unit = _within(unit + (value - (high if back > high else back)) / width) + 0.0
    return unit if at(unit, low, high) == value else None


def _within(unit: float) -> float:
    """``unit`` between 0 and 1; comparisons cost less than ``min`` and ``max``."""
    if unit < 0.0:
        return 0.0
    return 1.0 if unit > 1.0 else unit


def _snapped(value: float, tolerance: float) -> float:
    """As ``decimals.snap``."""
    size = abs(value)
    if _TENS[1] <= size < _TENS[-2]:
        decade = (math.frexp(size)[1] - 1) * 30103 // 100000
        decade += size >= _TENS[decade + 2 - _FIRST]
        shift = DIGITS - 1 - decade
        if shift >= 0:
            ten = _EXACT[shift]
            short: float = round(value * ten) / ten
        else:
            ten = _EXACT[-shift]
            short = round(value / ten) * ten
    else:
        short = float(f"{value:.{DIGITS - 1}e}")
    if not abs(value - short) <= tolerance:
        return value
    return shortest(value, tolerance) if size * _ONE_IN < 4.0 * tolerance else short
