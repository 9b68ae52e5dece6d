"""Configurations made of two others."""

from __future__ import annotations

__all__ = ["mixed", "point_of", "setting"]

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunewright.analysis.importance.table import Table
from tunewright.errors import StudyError

Array = NDArray[np.float64]


def point_of(table: Table, config: Mapping[str, Any] | None, which: str) -> Array:
    """The coordinates (d,) of a configuration; of ``None`` the best trial's, or of the middle of the space.

    Raises:
        StudyError: of a plain table.
        ConfigError: it is not in the space.
    """
    if table.space is None:
        raise StudyError("configurations are of a study: a plain table has no parameters to put together anew")
    point: Array
    if config is not None:
        point = table.space.unit(table.space.space.natives([config]))[0]
        return point
    if which == "best":
        point = table.x[int(np.argmin(table.y))]
        return point
    point = table.space.rounded(table.space.quantile(np.full((1, len(table.names)), 0.5)))[0]
    return point


def mixed(table: Table, start: Array, end: Array, chosen: NDArray[np.bool_]) -> Array:
    """Points (k, d) with the ``chosen`` (k, d) coordinates of ``end`` (d,) and the others of ``start`` (d,).

    A coordinate that exists but has no value in its source takes that of the other, which has one where it matters.
    """
    one, other = np.where(np.isnan(start), end, start), np.where(np.isnan(end), start, end)
    points = np.where(chosen, other, one)
    points = np.where(np.isnan(points), 0.5, points)
    return points if table.space is None else table.space.rounded(points)


def setting(table: Table, j: int, unit: float) -> Any:
    """The value of a parameter at a coordinate; ``None`` where it does not exist."""
    if np.isnan(unit) or table.space is None:
        return None
    domain = table.space.space.domains[int(table.space.columns[j])]
    return domain.values(domain.decode(np.array([unit])))[0]
