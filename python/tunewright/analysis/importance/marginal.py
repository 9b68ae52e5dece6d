"""What to expect of one parameter, all others averaged out."""

from __future__ import annotations

__all__ = ["Marginal", "effect_of", "marginal_of"]

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunewright.analysis.importance.result import frame_of, ranked_text
from tunewright.analysis.importance.table import Table
from tunewright.numerics.forest import Forest

Array = NDArray[np.float64]

_POINTS = 25


@dataclass(frozen=True)
class Marginal:
    """The curve of one parameter.

    Attributes:
        parameter: its name.
        metric: what is expected.
        values: of the parameter, as configurations have them.
        expected: the metric at each of them, on the average over all other parameters.
        spread: standard deviation of that from tree to tree, each of which saw other trials.
    """

    parameter: str
    metric: str
    values: tuple[Any, ...]
    expected: tuple[float, ...]
    spread: tuple[float, ...]

    def columns(self) -> dict[str, list[Any]]:
        """One list per column: value, expected metric, spread."""
        return {self.parameter: list(self.values), self.metric: list(self.expected), "spread": list(self.spread)}

    def to_frame(self) -> Any:
        """A ``pandas.DataFrame`` of :meth:`columns` where pandas is installed, else the dict of columns itself."""
        return frame_of(self.columns())

    def __str__(self) -> str:
        return ranked_text(f"Expected {self.metric} by {self.parameter}", self.columns(), (), ())


def marginal_of(table: Table, forest: Forest, j: int) -> Marginal:
    """The curve of coordinate ``j``: each of its categories, or 25 values of a number."""
    count = int(table.categories[j]) or _POINTS
    unit = (np.arange(count) + 0.5) / count
    if table.space is not None:
        points = np.full((count, len(table.names)), 0.5)
        points[:, j] = unit
        column = int(table.space.columns[j])
        domain = table.space.space.domains[column]
        natives = domain.decode(unit)
        unit, first = np.unique(domain.encode(natives), return_index=True)
        values = domain.values(natives[first])
    else:
        values = unit.tolist()
    expected, spread = forest.marginal(j, unit, table.absent)
    return Marginal(table.names[j], table.metric, tuple(values), tuple(table.sign * expected), tuple(spread))


def effect_of(table: Table, forest: Forest, j: int, edges: Array) -> float:
    """The variance of the curve of coordinate ``j`` where it exists, times how often it does; exact.

    ``edges`` are the thresholds between which the curve is constant.
    """
    count = int(table.categories[j])
    bounds = np.concatenate([[0.0], edges, [1.0]])
    widths = np.full(count, 1.0 / count) if count else np.diff(bounds)
    middles = (np.arange(count) + 0.5) / count if count else (bounds[:-1] + bounds[1:]) / 2
    curve = forest.marginal(j, middles, table.absent)[0]
    mean = float(widths @ curve)
    return float((1.0 - table.absent[j]) * (widths @ (curve - mean) ** 2))
