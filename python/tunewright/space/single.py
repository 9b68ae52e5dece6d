"""One number of an even interval at a time: what ``Continuous`` makes of a linear scale, bit by bit.

A call of NumPy costs more than the whole arithmetic of a number. The operations are those of the arrays, in their
order.
"""

from __future__ import annotations

__all__ = ["at", "coordinate"]

from bisect import bisect_right

from tunewright.space.decimals import DIGITS, EXACT_TENS, TENS, shortest

_ONE_IN = 10.0**-DIGITS
_TENS, _EXACT = TENS.tolist(), EXACT_TENS.tolist()
_LOWEST, _HIGHEST = _TENS[1], _TENS[-2]
_ROUND = 1.5 * 2.0**52  # there and back leaves integers, halves the even ones: in half the time of ``round``
_POINT = 2 * DIGITS  # the tens begin at 10**-DIGITS: of 10**decade, decade + DIGITS + 1 of them are not larger


def at(unit: float, low: float, high: float) -> float:
    """Return the value at a coordinate, for finite high - low > 0."""
    if unit <= 0.0:
        return low
    if unit >= 1.0:
        return high
    value = low + unit * (high - low)
    if value > high:
        value = high
    tolerance = (value * 0.25 - low * 0.25) * 2.0**-49
    # as ``decimals.snap``
    size = value if value >= 0.0 else -value
    if _LOWEST <= size < _HIGHEST:
        shift = _POINT - bisect_right(_TENS, size)  # DIGITS - 1 less the decade
        if shift >= 0:
            ten = _EXACT[shift]
            whole = value * ten + _ROUND - _ROUND
            short = whole / ten
        else:
            ten = _EXACT[-shift]
            whole = value / ten + _ROUND - _ROUND
            short = whole * ten
    else:
        whole = None
        short = float(f"{value:.{DIGITS - 1}e}")
    if -tolerance <= value - short <= tolerance:
        value = shortest(value, tolerance, whole) if size * _ONE_IN < 4.0 * tolerance else short
    if value < low:
        return low
    return high if value > high else value


def coordinate(value: float, low: float, high: float) -> float:
    """Return the coordinate that ``at`` maps back to a value, unless none is that near."""
    width = high - low
    unit = (value - low) / width
    if unit < 0.0:  # comparisons cost less than ``min`` and ``max``
        unit = 0.0
    elif unit > 1.0:
        unit = 1.0
    back = low + unit * width
    if back > high:
        back = high
    if back != value:
        unit += (value - back) / width
        if unit < 0.0:
            unit = 0.0
        elif unit > 1.0:
            unit = 1.0
    return unit + 0.0  # -0 is 0
