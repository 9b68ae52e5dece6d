"""PowerOfTwo: batch sizes, widths and whatever else comes doubled."""

from __future__ import annotations

__all__ = ["PowerOfTwo"]

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tunewright.errors import ConfigError, DomainError
from tunewright.space.array import Array
from tunewright.space.cells import UniformCells
from tunewright.space.condition import Condition
from tunewright.space.domain import Kind
from tunewright.space.grid import PowerGrid
from tunewright.space.line import Stepped
from tunewright.space.number import integer
from tunewright.space.numeric import Numeric, ordered
from tunewright.space.prior import Prior, PriorLike
from tunewright.space.scale import LogScale


@dataclass(frozen=True, slots=True, init=False, repr=False)
class PowerOfTwo(Numeric):
    """A power of two from low to high, both included, each exponent equally likely.

    Args:
        low: smallest value, a power of two, at least 1.
        high: largest value, a power of two, at most 2**53.
        prior: where good values are believed to lie: ``Normal``, ``LogNormal`` or (center, "low" | "medium" | "high");
            each power owns the numbers up to a factor sqrt(2) around it.
        when: the condition under which the parameter exists.

    Raises:
        DomainError: arguments that describe no domain.

    Examples:
        >>> PowerOfTwo(16, 512).size
        6
    """

    low: int
    high: int
    belief: Prior | None
    when: Condition | None
    line: Stepped = field(compare=False)

    def __init__(self, low: int, high: int, *, prior: PriorLike | None = None, when: Condition | None = None) -> None:
        low, high = _power(low, "PowerOfTwo: low"), _power(high, "PowerOfTwo: high")
        ordered(low, high, "PowerOfTwo")
        first, last = low.bit_length() - 1, high.bit_length() - 1
        count = last - first + 1
        cover = LogScale(low / math.sqrt(2.0), high * math.sqrt(2.0))
        line = Stepped(PowerGrid(first, count), UniformCells(count), cover)
        self._settle({"low": low, "high": high}, line, prior, when)

    @property
    def kind(self) -> Kind:
        """A whole number."""
        return "int"

    def native(self, value: object) -> float:
        """Return the power as a float.

        Raises:
            ConfigError: not a power of two, or out of bounds.
        """
        number = integer(value, "the value", ConfigError)
        if not self.low <= number <= self.high:
            raise ConfigError(f"{number!r} is outside [{self.low!r}, {self.high!r}]")
        if number & (number - 1):
            raise ConfigError(f"{number!r} is not a power of two; the nearest is {_nearest(number)}")
        return float(number)

    def column(self, values: Sequence[object]) -> Array:
        """Return the natives of many values; as ``native``."""
        powers = {1 << exponent for exponent in range(self.low.bit_length() - 1, self.high.bit_length())}
        if all(type(value) is int and value in powers for value in values):
            return np.array(values, dtype=np.float64)
        return Numeric.column(self, values)

    def values(self, native: Array) -> list[Any]:
        """Return the ints."""
        numbers: list[Any] = native.astype(np.int64).tolist()
        return numbers

    def value_of(self, native: float) -> Any:
        """Return the int."""
        return int(native)

    def _fields(self) -> dict[str, Any]:
        return {}


def _power(value: object, what: str) -> int:
    number = integer(value, what, DomainError)
    if number < 1 or number & (number - 1):
        raise DomainError(f"{what} must be a power of two, got {number!r}; the nearest is {_nearest(number)}")
    return number


def _nearest(number: int) -> int:
    if number < 1:
        return 1
    below = 1 << (number.bit_length() - 1)
    return below if number - below <= 2 * below - number else 2 * below
