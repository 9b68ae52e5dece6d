"""The values of a stepped domain by index: low, low + step, low + 2 step, ... as a person would write them."""

from __future__ import annotations

__all__ = ["Grid", "PowerGrid", "stepped"]

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np

from tunewright.errors import DomainError
from tunewright.space.array import Array
from tunewright.space.number import LARGEST_INTEGER

_EXACT_POWERS_OF_TEN = 22  # 10**22 is the last power of ten that float64 holds exactly


@dataclass(frozen=True, slots=True)
class Grid:
    """Values ``(first + i * stride) / divisor`` for i = 0 .. count - 1.

    With integers below 2**53 on top and an exact power of ten below, the division is correctly rounded: the value is
    the float64 that the decimal number reads as, 0.3 and not 0.30000000000000004.
    """

    first: float
    stride: float
    divisor: float
    count: int

    def at(self, index: Array) -> Array:
        """Return the value of each index."""
        return (self.first + index * self.stride) / self.divisor

    def index(self, value: Array) -> Array:
        """Return the index of the value nearest to each of ``value``, clipped to the grid."""
        nearest = np.rint((value * self.divisor - self.first) / self.stride)
        return np.minimum(np.maximum(nearest, 0.0), float(self.count - 1))


@dataclass(frozen=True, slots=True)
class PowerGrid:
    """Values 2**(exponent + i) for i = 0 .. count - 1."""

    exponent: int
    count: int

    def at(self, index: Array) -> Array:
        """Return the power of each index."""
        power: Array = np.ldexp(1.0, index.astype(np.intc) + np.intc(self.exponent))
        return power

    def index(self, value: Array) -> Array:
        """Return the index of each power of two."""
        index: Array = np.frexp(value)[1].astype(np.float64) - 1.0 - self.exponent
        return index


@lru_cache(maxsize=1024)
def stepped(low: float, high: float, step: float) -> Grid:
    """Return the grid from ``low`` by ``step`` up to the last value not above ``high``.

    Decimals are taken as written: 0.1 means one tenth, so that 0, 0.1, ..., 1 has eleven values.

    Raises:
        DomainError: more than 2**53 values.
    """
    start, stop, stride = (Decimal(repr(number)).normalize() for number in (low, high, step))
    count = (Fraction(stop) - Fraction(start)) // Fraction(stride) + 1
    if count > LARGEST_INTEGER:
        raise DomainError(f"step must leave at most 2**53 values between low and high, got step={step!r}")
    digits = max(0, *(-int(number.as_tuple().exponent) for number in (start, stride)))
    scale = 10 ** min(digits, _EXACT_POWERS_OF_TEN + 1)
    largest = max(abs(Fraction(start)), abs(Fraction(stop))) * scale
    if digits > _EXACT_POWERS_OF_TEN or largest > LARGEST_INTEGER:
        return Grid(low, step, 1.0, count)
    return Grid(float(Fraction(start) * scale), float(Fraction(stride) * scale), float(scale), count)
