"""The decimal number that a computed value stands for.

Coordinates are float64 in [0, 1], so only some of the numbers of a domain have one of their own: of 0.001 and its
neighbours perhaps the next but one. A value that lies within the resolution of the coordinates from decimal numbers of
at most 12 digits is taken for the shortest of them, so that what a person types, and what a grid should hit, is met
exactly.

Monotone: let I(x) be the interval of numbers within the tolerance of x, whose ends do not decrease with x. Of x < y,
what x is taken for lies in I(y) too, and then y is taken for that or a larger one, or it lies below I(y).
"""

from __future__ import annotations

__all__ = ["DIGITS", "EXACT_TENS", "TENS", "shortest", "snap"]

from bisect import bisect_right

import numpy as np

from tunewright.space.array import Array

DIGITS = 12  # significant digits of a short number: one in a hundred values or fewer is that close to one by chance

_ONE_IN = 10.0**-DIGITS
_FIRST, _LAST = DIGITS - 1 - 22, DIGITS - 1 + 22  # decades in which 10**22, the last exact power, is enough
TENS = np.array([float(f"1e{exponent}") for exponent in range(_FIRST - 1, _LAST + 2)])
EXACT_TENS = np.array([10.0**exponent for exponent in range(23)])
_POWERS = [10.0**exponent for exponent in range(DIGITS)]  # of 12 digits, from one number with fewer to the next


def snap(value: Array, tolerance: Array) -> Array:
    """Return the shortest number of up to 12 significant digits within the tolerance, else the value itself.

    Args:
        value: (n,) finite.
        tolerance: (n,) how far, at least 0.

    Returns:
        (n,), non-decreasing in the value if the tolerance is a slowly varying function of it.
    """
    size = np.abs(value)
    short = _rounded(value, size)
    close = np.abs(value - short) <= tolerance
    if not close.any():
        return value
    result = np.where(close, short, value)
    crowded = close & (size * _ONE_IN < 4.0 * tolerance)  # more than one short number may be within reach
    if crowded.any():
        pairs = zip(value[crowded].tolist(), tolerance[crowded].tolist(), strict=True)
        result[crowded] = [shortest(number, reach) for number, reach in pairs]
    return result


def _rounded(value: Array, size: Array) -> Array:
    """The values rounded to 12 significant digits."""
    usual = (size >= TENS[1]) & (size < TENS[-2])
    if usual.all():
        return _quickly_rounded(value, size)
    result = np.empty(value.shape)
    result[usual] = _quickly_rounded(value[usual], size[usual])
    result[~usual] = [float(f"{number:.{DIGITS - 1}e}") for number in value[~usual].tolist()]
    return result


def _quickly_rounded(value: Array, size: Array) -> Array:
    """An integer times or divided by an exact power of ten, which is the float64 that the decimal number reads as."""
    decade = (np.frexp(size)[1] - 1) * 30103 // 100000  # floor(log10(2**(e-1))), at most one too low for the value
    decade += size >= TENS[decade + 2 - _FIRST]
    shift = DIGITS - 1 - decade
    up, down = EXACT_TENS[np.maximum(shift, 0)], EXACT_TENS[np.maximum(-shift, 0)]  # one of the two is 1
    rounded: Array = np.rint(value * up / down) * down / up
    return rounded


def shortest(number: float, reach: float, whole: float | None = None) -> float:
    """Return the number with the fewest digits within reach; there is one of 12.

    ``whole`` is the integer of its first 12 digits, if that is known, or the one next to it.
    """
    if -reach <= number <= reach:
        return 0.0
    digits = _fewest(number, reach, _whole(number) if whole is None else abs(whole))
    short = float(f"{number:.{digits}e}")
    while not -reach <= number - short <= reach:
        digits += 1
        short = float(f"{number:.{digits}e}")
    return short


def _whole(number: float) -> int:
    text = f"{abs(number):.{DIGITS - 1}e}"
    return int(text[0] + text[2 : DIGITS + 1])


def _fewest(number: float, reach: float, whole: float) -> int:
    """How many digits after the first one are needed at least.

    What has fewer, and the number of 12 digits, are not both within reach: integers tell so in less time than text. A
    multiple of a power of ten is one of all smaller powers, so that the search goes up from those that are surely met.
    """
    most = 2.0 * reach / abs(number) * whole + 2.0
    power = bisect_right(_POWERS, most)
    while power < DIGITS:
        above = whole % _POWERS[power]
        if above > most and _POWERS[power] - above > most:
            break
        power += 1
    return DIGITS - power
