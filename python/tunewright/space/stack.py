"""Columns of a space that go through their lines together: one pass for all intervals of the same scale.

A single configuration is ten columns of one number; what that costs is calls, not arithmetic. Each number goes through
the operations that it would go through alone, so that it comes out with the same bits.
"""

from __future__ import annotations

__all__ = ["Stack", "stacked"]

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunewright.space import single
from tunewright.space.array import Array
from tunewright.space.inverse import nearly
from tunewright.space.line import Continuous, Line
from tunewright.space.scale import LinearScale, LogScale

_Rows: TypeAlias = list[list[float]]

_FEW = 16  # numbers of a row
_FEW_NUMBERS = 64  # of a block


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """k intervals of one scale.

    Attributes:
        columns: (k,) which columns of the space they are.
        lines: each of them alone.
        whole: all of them, with bounds of shape (k, 1).
        ends: (k,) their bounds, if they are so few, and linear, that one by one is quicker.
    """

    columns: NDArray[np.intp]
    lines: tuple[Continuous, ...]
    whole: Continuous
    ends: tuple[tuple[float, float], ...] | None
    _lately: list[tuple[_Rows, _Rows]] = field(default_factory=lambda: [([], [])])  # coordinates, values: the last few

    def at(self, unit: Array) -> Array:
        """Return the values (k, n) at coordinates (k, n)."""
        few = self.rows(unit.T)
        numbers: Array = self.whole.at(unit) if few is None else few.T
        return numbers

    def coordinate(self, native: Array) -> Array:
        """Return the coordinates (k, n) of values (k, n)."""
        few = self.coordinate_rows(native.T)
        if few is not None:
            found: Array = few.T
            return found
        unit, wrong = nearly(self.whole.at, native, self.whole.scale.coordinate(native))
        for k in np.flatnonzero(wrong.any(axis=1)):
            unit[k] = self.lines[k].coordinate(native[k])
        return unit

    def rows(self, unit: Array) -> Array | None:
        """Return the values (n, k) at so few coordinates (n, k) that one by one is quicker, ``None`` for more."""
        if self.ends is None or not 0 < unit.size <= _FEW_NUMBERS or _has_nan(units := unit.tolist()):
            return None
        values = self._values(units, self.ends)
        self._lately[0] = units, values
        return np.array(values)

    def coordinate_rows(self, native: Array) -> Array | None:
        """Return the coordinates (n, k) of so few values (n, k) that one by one is quicker, ``None`` for more."""
        if self.ends is None or not 0 < native.size <= _FEW_NUMBERS or _has_nan(values := native.tolist()):
            return None
        ends, coordinate = self.ends, single.coordinate
        units = [[coordinate(x, low, high) for x, (low, high) in zip(row, ends, strict=True)] for row in values]
        if self._lately[0] != (units, values) and self._values(units, ends) != values:
            return None
        return np.array(units)

    def _values(self, units: _Rows, ends: Sequence[tuple[float, float]]) -> _Rows:
        at = single.at
        return [[at(u, low, high) for u, (low, high) in zip(row, ends, strict=True)] for row in units]


def _has_nan(rows: _Rows) -> bool:
    """Whether a number is NaN, or the sum has come to that: those that are left alone go another way."""
    return math.isnan(sum(map(sum, rows)))


def stacked(lines: Sequence[Line | None]) -> tuple[Stack, ...]:
    """Return the stacks of what can be stacked; ``None`` is a column without a line."""
    stacks = []
    for scale in (LinearScale, LogScale):
        columns = [j for j, line in enumerate(lines) if isinstance(line, Continuous) and _stacks(line, scale)]
        alone = tuple(line for j in columns if isinstance(line := lines[j], Continuous))
        if len(alone) > 1:
            low, high = (np.array([[getattr(line.scale, end)] for line in alone]) for end in ("low", "high"))
            few = len(alone) <= _FEW and scale is LinearScale
            ends = tuple(zip(low[:, 0].tolist(), high[:, 0].tolist(), strict=True)) if few else None
            stacks.append(Stack(np.array(columns, dtype=np.intp), alone, Continuous(scale(low, high)), ends))
    return tuple(stacks)


def _stacks(line: Continuous, scale: type[LinearScale | LogScale]) -> bool:
    """Whether the line is of that scale, and neither a point nor so wide that it needs arithmetic of its own."""
    low, high = line.scale.low, line.scale.high
    if type(line.scale) is not scale or not low < high:
        return False
    return math.isfinite(high - low) if scale is LinearScale else math.isfinite(high / low)
