"""Grid search: every combination of chosen values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np

from tunewright.errors import ConfigError, StudyError
from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Space
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["Grid"]

_LIMIT = 10_000_000  # configurations; a larger product is a mistake rather than a plan


@dataclass(frozen=True)
class Grid:
    """The exact product of values, each combination once; conditions collapse what they switch off.

    Args:
        values: ``{parameter: [values]}`` for the parameters whose values you choose.
        points: for every other parameter, how many values, evenly spread over its scale including both ends.
            ``None``: all of its values, which needs a finite domain.
        order: ``"product"``: the last parameter varies fastest. ``"random"``: shuffled, so that a grid cut
            short still covers the space.

    A grid resumed or shared by several processes continues where the record ends, without repeats. The study ends
    by itself when the grid does. Combinations that the space forbids are left out.
    """

    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    points: int | None = None
    order: Literal["product", "random"] = "product"

    prescribed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.order not in ("product", "random"):
            raise ValueError(f"order must be 'product' or 'random'; got {self.order!r}")
        if self.points is not None and (not isinstance(self.points, int) or self.points < 1):
            raise ValueError(f"points must be a whole number from 1 upwards, or None; got {self.points!r}")
        for name, values in self.values.items():
            if isinstance(values, str) or not isinstance(values, Sequence) or not values:
                raise ValueError(f"values[{name!r}] must be a list with at least one value; got {values!r}")

    def __hash__(self) -> int:
        return hash((tuple(self.values), self.points, self.order))

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` if a parameter has no finite list of values, or the product is beyond 10⁷."""
        unknown = [name for name in self.values if name not in space]
        if unknown:
            raise StudyError(f"Grid(values=...) names {unknown[0]!r}, which the space does not have: {space.names}")
        if space.rows is not None and (self.values or self.points is not None):
            raise StudyError("a Table has its rows, which Grid() runs in order; leave values= and points= out")
        if not space.names:
            raise StudyError("Grid needs a declared space: Study(Space(...)); names met while running have no grid")
        rows(self, space)

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: outcomes do not matter."""
        return math.inf

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        grid = rows(self, history.space)
        index = history.ordinals(numbers)
        index = index[index < len(grid)]
        return grid[index if self.order == "product" else _shuffled(len(grid), seed)[index]]

    def size(self, space: Space) -> int:
        """How many trials the whole grid takes."""
        return len(rows(self, space))

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        values = {name: [space[name].native(value) for value in values] for name, values in self.values.items()}
        return {"strategy": "Grid", "values": values, "points": self.points, "order": self.order}

    @classmethod
    def from_json(cls, options: Mapping[str, Any], space: Space) -> Grid:
        """The inverse of :meth:`to_json`."""
        values = {name: space[name].values(np.array(natives)) for name, natives in options["values"].items()}
        return cls(values=values, points=options["points"], order=options["order"])


@lru_cache(maxsize=8)
def rows(grid: Grid, space: Space) -> Array:
    """All configurations of the grid, shape (size, d): native numbers, NaN where inactive, in product order."""
    if space.rows is not None:
        return space.rows
    table = np.full((1, space.dimension), np.nan)
    for j in space.order:  # parents before the parameters they switch on
        column = _column(grid, space, space.names[j])
        table[:, j] = column[0]  # a value, so that its condition alone decides whether it exists
        active = space.active(table)[:, j]
        count = len(column) * int(active.sum()) + int((~active).sum())
        if count > _LIMIT:
            raise StudyError(f"this grid has more than {_LIMIT:,} configurations: choose fewer values or points")
        table = _crossed(table, j, active, column)
    return table[space.feasible(table)]


def _crossed(table: Array, j: int, active: np.ndarray[Any, np.dtype[np.bool_]], column: Array) -> Array:
    """Each active row once for every value in ``column``; each other row once, without parameter ``j``."""
    copies = np.where(active, len(column), 1)
    source = np.repeat(np.arange(len(table)), copies)
    place = np.arange(len(source)) - np.repeat(np.cumsum(copies) - copies, copies)
    crossed = table[source]
    crossed[:, j] = np.where(active[source], column[np.minimum(place, len(column) - 1)], np.nan)
    return crossed


@lru_cache(maxsize=8)
def _shuffled(count: int, seed: int) -> Ints:
    return generator(seed, 0, purpose("grid/order")).permutation(count)


def _column(grid: Grid, space: Space, name: str) -> Array:
    domain = space[name]
    if name in grid.values:
        try:
            return domain.column(grid.values[name])
        except ConfigError as error:
            raise ConfigError(f"Grid(values=...): parameter {name!r}: {error}") from error
    if domain.size is None and grid.points is None:
        raise StudyError(
            f"Grid needs values for {name!r}, which is continuous: Grid(points=5), or Grid(values={{{name!r}: [...]}})"
        )
    return domain.points(
        None if domain.size is not None and (grid.points or domain.size) >= domain.size else grid.points
    )
