"""k ordered values as k cells of [0, 1]: the coordinate of a value lies inside its cell.

uniform   cell i is [i/k, (i+1)/k), its coordinate the centre (i + 1/2)/k
log       cell i holds what rounds to value i on a logarithmic scale, its coordinate that of the value itself
"""

from __future__ import annotations

__all__ = ["Cells", "LogCells", "UniformCells"]

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tunewright.space.array import Array
from tunewright.space.grid import Grid
from tunewright.space.inverse import invert
from tunewright.space.scale import LogScale

_CENTRES_EXACT = 2**50  # up to here (i + 1/2)/k times k is off by less than 1/4: no search is needed


@dataclass(frozen=True, slots=True)
class UniformCells:
    """Cells of equal width."""

    count: int

    def index(self, unit: Array) -> Array:
        """Return floor(u k), the last cell closed at 1."""
        return np.minimum(np.floor(unit * self.count), self.count - 1.0)

    def coordinate(self, index: Array) -> Array:
        """Return a coordinate whose cell is ``index``: the centre."""
        centre = (index + 0.5) / self.count
        return centre if self.count <= _CENTRES_EXACT else invert(self.index, index, centre)


@dataclass(frozen=True, slots=True)
class LogCells:
    """Cells whose widths follow the density 1/x: each reaches half a step to both sides of its value.

    Below ``low`` the first cell reaches half a step too, but never past ``low / 2``, so that the logarithm exists.
    Where the values are closer than the coordinates are (above about 2**53 / ln(high / low)) some cells hold no
    float64 coordinate; their values get the nearest one.
    """

    grid: Grid
    scale: LogScale

    @classmethod
    def around(cls, grid: Grid) -> LogCells:
        """Return the cells of a grid of positive values."""
        ends = grid.at(np.array([0.0, grid.count - 1.0])).tolist()
        half = 0.5 * grid.stride / grid.divisor
        return cls(grid, LogScale(max(ends[0] - half, 0.5 * ends[0]), ends[1] + half))

    def index(self, unit: Array) -> Array:
        """Return the index of the value that each coordinate rounds to."""
        return self.grid.index(self.scale.at(unit))

    def coordinate(self, index: Array) -> Array:
        """Return a coordinate whose cell is ``index``."""
        return invert(self.index, index, self.scale.coordinate(self.grid.at(index)))


Cells: TypeAlias = UniformCells | LogCells
