"""How a numeric domain lies on [0, 1]: every number of an interval, or the values of a grid."""

from __future__ import annotations

__all__ = ["Continuous", "Line", "Stepped"]

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tunewright.space.array import Array
from tunewright.space.cells import Cells
from tunewright.space.decimals import snap
from tunewright.space.grid import Grid, PowerGrid
from tunewright.space.inverse import invert
from tunewright.space.scale import Scale


@dataclass(frozen=True, slots=True)
class Continuous:
    """All numbers of an interval."""

    scale: Scale

    @property
    def count(self) -> int | None:
        """One when the interval is a point, else None."""
        return 1 if self.scale.low == self.scale.high else None

    def at(self, unit: Array) -> Array:
        """Return the value at each coordinate, a short decimal number when it is one to the resolution of u."""
        value = self.scale.at(unit)
        short = np.minimum(np.maximum(snap(value, self.scale.resolution(value)), self.scale.low), self.scale.high)
        return np.where(unit <= 0.0, self.scale.low, np.where(unit >= 1.0, self.scale.high, short))

    def all(self) -> Array:
        """Return every value of an interval that is a point."""
        return np.array([self.scale.low])

    def coordinate(self, native: Array) -> Array:
        """Return a coordinate that ``at`` maps back to each value, where float64 holds one; else the nearest."""
        return invert(self.at, native, self.scale.coordinate(native))


@dataclass(frozen=True, slots=True)
class Stepped:
    """The values of a grid, one cell each; ``scale`` is the interval the cells together cover."""

    grid: Grid | PowerGrid
    cells: Cells
    scale: Scale

    @property
    def count(self) -> int | None:
        """How many values."""
        return self.grid.count

    def at(self, unit: Array) -> Array:
        """Return the value whose cell holds each coordinate."""
        return self.grid.at(self.cells.index(unit))

    def all(self) -> Array:
        """Return every value, in order."""
        return self.grid.at(np.arange(self.grid.count, dtype=np.float64))

    def coordinate(self, native: Array) -> Array:
        """Return a coordinate in the cell of each value."""
        return self.cells.coordinate(self.grid.index(native))


Line: TypeAlias = Continuous | Stepped
