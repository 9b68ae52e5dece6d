"""From figures of a table to a ranking with intervals."""

from __future__ import annotations

__all__ = ["ordered", "ranked"]

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunewright.analysis.importance.advice import advice_of
from tunewright.analysis.importance.bootstrap import Interval, around, resamples
from tunewright.analysis.importance.result import Importance
from tunewright.analysis.importance.table import Table

Array = NDArray[np.float64]
Figures = Callable[[Table, int, NDArray[np.intp]], Array]
"""Of a table, a number for its draws, and the rows of the whole that it lacks: (d,)."""


def ranked(method: str, table: Table, figures: Figures, count: int, seed: int) -> Importance:
    """The figures of the whole table, the largest first, with intervals from ``count`` repetitions."""
    n = len(table.y)
    values = figures(table, 0, np.arange(0))
    again = [figures(table.taken(rows), k + 1, left) for k, (rows, left) in enumerate(resamples(n, count, seed))]
    ends = around(values, again, n)
    positive = np.maximum(values, 0.0)
    shares = positive / max(positive.sum(), 1e-300)
    return Importance(method, table.metric, **ordered(table, values, ends, shares), advice=advice_of(table, shares))


def ordered(table: Table, values: Array, ends: Interval, shares: Array) -> dict[str, Any]:
    """Fields of an importance, by the size of its values (d,), the largest first."""
    order = np.argsort(-np.abs(values), kind="stable")
    columns = {"values": values, "low": ends.low, "high": ends.high, "shares": shares}
    fields = {name: tuple(column[order].tolist()) for name, column in columns.items()}
    return {"names": tuple(table.names[j] for j in order), "notes": table.notes} | fields
