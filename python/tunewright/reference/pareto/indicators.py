"""How far a set of points is from a reference set, by definition."""

from __future__ import annotations

__all__ = ["epsilon_indicator", "igd_plus"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from tunewright.reference.pareto.points import minimised, without_nan


def igd_plus(losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False) -> float:
    """Return the mean over the reference set of the least distance to a point, where only being worse counts."""
    points, front = without_nan(minimised(losses, maximize)), minimised(reference, maximize)
    distances = [np.linalg.norm(np.maximum(points - z, 0.0), axis=1).min(initial=np.inf) for z in front]
    return float(np.mean(distances))


def epsilon_indicator(
    losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False, multiplicative: bool = False
) -> float:
    """Return the largest over the reference set of the least excess, or factor, of a point in its worst objective."""
    if multiplicative:
        points, front = without_nan(np.asarray(losses, dtype=np.float64)), np.asarray(reference, dtype=np.float64)
        excess = [np.where(maximize, z / points, points / z) for z in front]
    else:
        points, front = without_nan(minimised(losses, maximize)), minimised(reference, maximize)
        excess = [points - z for z in front]
    return float(max(rows.max(axis=1).min(initial=np.inf) for rows in excess))
