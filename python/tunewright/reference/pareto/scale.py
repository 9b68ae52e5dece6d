"""Reference points and common scales, by definition."""

from __future__ import annotations

__all__ = ["nadir_reference", "normalise"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.reference.pareto.dominance import is_nondominated
from tunewright.reference.pareto.points import minimised


def nadir_reference(
    losses: ArrayLike, *, margin: float = 0.1, maximize: bool | Sequence[bool] = False
) -> NDArray[np.float64]:
    """Return nadir + margin · (nadir - ideal) of the front; where they are equal, the margin is relative."""
    points = minimised(losses, maximize)
    finite = points[np.isfinite(points).all(axis=1)]
    front = finite[is_nondominated(finite)]
    corner = []
    for column in front.T:
        ideal, nadir = column.min(), column.max()
        corner.append(nadir + margin * (nadir - ideal if nadir > ideal else abs(nadir) or 1.0))
    return minimised(corner, maximize)


def normalise(losses: ArrayLike, *, maximize: bool | Sequence[bool] = False) -> NDArray[np.float64]:
    """Return (x - ideal) / (nadir - ideal) of the finite front; where they are equal, x - ideal."""
    points = minimised(losses, maximize)
    finite = points[np.isfinite(points).all(axis=1)]
    front = finite[is_nondominated(finite)]
    columns = []
    for k, column in enumerate(front.T):
        ideal, nadir = column.min(), column.max()
        columns.append((points[:, k] - ideal) / (nadir - ideal if nadir > ideal else 1.0))
    return np.column_stack(columns)
