"""Float: real numbers between two bounds."""

from __future__ import annotations

__all__ = ["Float"]

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from tunewright.errors import ConfigError, DomainError
from tunewright.space.array import Array
from tunewright.space.cells import LogCells, UniformCells
from tunewright.space.condition import Condition
from tunewright.space.domain import Kind
from tunewright.space.grid import Grid, stepped
from tunewright.space.line import Continuous, Line, Stepped
from tunewright.space.number import flag, real
from tunewright.space.numeric import Numeric, ordered
from tunewright.space.prior import Prior, PriorLike
from tunewright.space.scale import LinearScale, LogScale

_ROUNDING = 1e-9  # of a step: how far a sum such as 0.1 + 0.2 may be from the grid value it means


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Float(Numeric):
    """A real number in [low, high], both ends included.

    Args:
        low: smallest value.
        high: largest value; with a step that does not divide the range it is lowered to the last value of the grid.
        log: spread evenly in the logarithm; needs 0 < low.
        step: only low, low + step, low + 2 step, ... are values. With ``log`` the grid stays a grid of values, and
            each is drawn as often as the logarithmic density over its cell says.
        prior: where good values are believed to lie: ``Normal``, ``LogNormal`` or (center, "low" | "medium" | "high").
        when: the condition under which the parameter exists.

    Raises:
        DomainError: arguments that describe no domain.

    Examples:
        >>> Float(1e-5, 1e-1, log=True)
        Float(1e-05, 0.1, log=True)
        >>> Float(0, 1, step=0.3)
        Float(0.0, 0.9, step=0.3)
    """

    low: float
    high: float
    log: bool
    step: float | None
    belief: Prior | None
    when: Condition | None
    line: Line = field(compare=False)

    def __init__(
        self,
        low: float,
        high: float,
        *,
        log: bool = False,
        step: float | None = None,
        prior: PriorLike | None = None,
        when: Condition | None = None,
    ) -> None:
        low, high = real(low, "Float: low", DomainError), real(high, "Float: high", DomainError)
        ordered(low, high, "Float")
        log = flag(log, "Float: log", DomainError)
        if log and low <= 0.0:
            raise DomainError(f"Float: log=True needs low > 0, got low={low!r}; raise low (1e-8?) or drop log")
        if step is not None:
            step = step_within(real(step, "Float: step", DomainError), low, high, "Float")
        line = _line(low, high, step, log=log)
        if isinstance(line, Stepped):
            high = line.grid.at(np.array([line.grid.count - 1.0])).item()
        self._settle({"low": low, "high": high, "log": log, "step": step}, line, prior, when)

    @property
    def kind(self) -> Kind:
        """A number."""
        return "float"

    def native(self, value: object) -> float:
        """Return the value as a float.

        Raises:
            ConfigError: not a number, out of bounds, or between two values of the grid.
        """
        number = real(value, "the value", ConfigError)
        if self.step is not None:
            number = self._on_grid(number)
        if not self.low <= number <= self.high:
            raise ConfigError(f"{number!r} is outside [{self.low!r}, {self.high!r}]")
        return number

    def _on_grid(self, number: float) -> float:
        assert isinstance(self.line, Stepped) and self.step is not None
        given = np.array([min(max(number, self.low), self.high)])
        nearest = self.line.grid.at(self.line.grid.index(given)).item()
        if abs(nearest - given.item()) > _ROUNDING * self.step:
            raise ConfigError(
                f"{number!r} is not on the grid from {self.low!r} by {self.step!r}; the nearest value is {nearest!r}"
            )
        return nearest if abs(nearest - number) <= _ROUNDING * self.step else number

    def column(self, values: Sequence[object]) -> Array:
        """Return the natives of many values; as ``native``."""
        if self.step is None and all(type(value) is float for value in values):
            column = np.array(values, dtype=np.float64)
            if np.all((column >= self.low) & (column <= self.high)):
                return column
        return Numeric.column(self, values)

    def values(self, native: Array) -> list[Any]:
        """Return the floats."""
        numbers: list[Any] = native.tolist()
        return numbers

    def value_of(self, native: float) -> Any:
        """Return the float."""
        return native

    def _fields(self) -> dict[str, Any]:
        shape = {"log": self.log or None, "step": self.step}
        return {name: value for name, value in shape.items() if value is not None}

    def _meets(self, other: Numeric) -> bool:
        return on_one_grid(self.low, other.low, self.step)


def step_within(step: float, low: float, high: float, what: str) -> float:
    """Return the step, refused when it is not positive or larger than the range (a single value takes any)."""
    if step <= 0:
        raise DomainError(f"{what}: step must be positive, got {step!r}")
    if low < high and Fraction(repr(step)) > Fraction(repr(high)) - Fraction(repr(low)):
        raise DomainError(
            f"{what}: step must not be larger than the range, got step={step!r} for [{low!r}, {high!r}]; "
            f"make it smaller, or use Constant({low!r})"
        )
    return step


def on_one_grid(first: float, second: float, step: float | None) -> bool:
    """Return whether the two lows differ by a whole number of steps."""
    return step is None or (Fraction(repr(second)) - Fraction(repr(first))) % Fraction(repr(step)) == 0


def _line(low: float, high: float, step: float | None, *, log: bool) -> Line:
    if step is None:
        return Continuous(LogScale(low, high) if log else LinearScale(low, high))
    return stepped_line(stepped(low, high, step), log=log)


def stepped_line(grid: Grid, *, log: bool) -> Stepped:
    """Return the line of a grid: cells of half a step to both sides, even or logarithmic."""
    if log:
        cells = LogCells.around(grid)
        return Stepped(grid, cells, cells.scale)
    ends = grid.at(np.array([-0.5, grid.count - 0.5])).tolist()
    return Stepped(grid, UniformCells(grid.count), LinearScale(ends[0], ends[1]))
