"""Mean and standard error of a few numbers, right up to the largest a float can hold.

Losses of trainings that diverge reach 1e300: their sum and their squares leave the range although mean and spread are
inside it. So everything is computed in units of the power of two next to the largest number, which loses nothing.
"""

from __future__ import annotations

__all__ = ["mean", "standard_error_of_mean"]

import math
from collections.abc import Collection


def mean(values: Collection[float]) -> float:
    """The mean of one or more numbers, rounded once; inf or NaN where sums in IEEE 754 would be."""
    if not all(map(math.isfinite, values)):
        return sum(value for value in values if not math.isfinite(value))
    exponent = math.frexp(max(map(abs, values)))[1]
    return math.ldexp(math.fsum(math.ldexp(value, -exponent) for value in values) / len(values), exponent)


def standard_error_of_mean(values: Collection[float]) -> float:
    """s / √n of two or more numbers, s with n - 1 in the denominator; NaN where one of them is not finite."""
    if not all(map(math.isfinite, values)):
        return math.nan
    n = len(values)
    exponent = math.frexp(max(map(abs, values)))[1]
    scaled = [math.ldexp(value, -exponent) for value in values]
    middle = math.fsum(scaled) / n
    squares = math.fsum((value - middle) ** 2 for value in scaled)
    return math.ldexp(math.sqrt(squares / (n - 1) / n), exponent)
