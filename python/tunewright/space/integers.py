"""Int: whole numbers between two bounds."""

from __future__ import annotations

__all__ = ["Int"]

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tunewright.errors import ConfigError, DomainError
from tunewright.space.array import Array
from tunewright.space.condition import Condition
from tunewright.space.domain import Kind
from tunewright.space.floats import on_one_grid, step_within, stepped_line
from tunewright.space.grid import stepped
from tunewright.space.line import Stepped
from tunewright.space.number import flag, integer
from tunewright.space.numeric import Numeric, ordered
from tunewright.space.prior import Prior, PriorLike


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Int(Numeric):
    """A whole number from low to high, both included.

    Args:
        low: smallest value, of magnitude at most 2**53.
        high: largest value; with a step that does not divide the range it is lowered to the last value of the grid.
        log: spread evenly in the logarithm; needs low >= 1. Value v owns the numbers from v - step/2 to v + step/2.
            Above about 2**53 / ln(high / low) the integers lie closer than float64 coordinates: there some integers
            have no coordinate of their own and get the nearest.
        step: only low, low + step, low + 2 step, ... are values.
        prior: where good values are believed to lie: ``Normal``, ``LogNormal`` or (center, "low" | "medium" | "high").
        when: the condition under which the parameter exists.

    Raises:
        DomainError: arguments that describe no domain.

    Examples:
        >>> Int(32, 512, log=True)
        Int(32, 512, log=True)
        >>> Int(1, 10, step=4)
        Int(1, 9, step=4)
    """

    low: int
    high: int
    log: bool
    step: int
    belief: Prior | None
    when: Condition | None
    line: Stepped = field(compare=False)

    def __init__(
        self,
        low: int,
        high: int,
        *,
        log: bool = False,
        step: int | None = None,
        prior: PriorLike | None = None,
        when: Condition | None = None,
    ) -> None:
        low, high = integer(low, "Int: low", DomainError), integer(high, "Int: high", DomainError)
        ordered(low, high, "Int")
        log = flag(log, "Int: log", DomainError)
        if log and low < 1:
            raise DomainError(f"Int: log=True needs low >= 1, got low={low!r}; raise low or drop log")
        step = 1 if step is None else int(step_within(integer(step, "Int: step", DomainError), low, high, "Int"))
        line = stepped_line(stepped(low, high, step), log=log)
        fields = {"low": low, "high": low + (line.grid.count - 1) * step, "log": log, "step": step}
        self._settle(fields, line, prior, when)

    @property
    def kind(self) -> Kind:
        """A whole number."""
        return "int"

    def native(self, value: object) -> float:
        """Return the integer as a float; 64.0 is taken for 64.

        Raises:
            ConfigError: not a whole number, out of bounds, or between two values of the grid.
        """
        number = integer(value, "the value", ConfigError)
        if not self.low <= number <= self.high:
            raise ConfigError(f"{number!r} is outside [{self.low!r}, {self.high!r}]")
        if (number - self.low) % self.step:
            below = number - (number - self.low) % self.step
            raise ConfigError(
                f"{number!r} is not on the grid from {self.low!r} by {self.step!r}; the neighbours are {below!r} and "
                f"{below + self.step!r}"
            )
        return float(number)

    def column(self, values: Sequence[object]) -> Array:
        """Return the natives of many values; as ``native``."""
        if self.step == 1 and all(type(value) is int and self.low <= value <= self.high for value in values):
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
        shape = {"log": self.log or None, "step": None if self.step == 1 else self.step}
        return {name: value for name, value in shape.items() if value is not None}

    def _meets(self, other: Numeric) -> bool:
        return on_one_grid(self.low, other.low, self.step)
