"""Dominance by its definition.

All objectives are minimised. p dominates q when p <= q in all objectives and p < q in one. Equal points are all kept.
A point with a NaN dominates nothing and is never non-dominated; infinities are ordinary values.
"""

from __future__ import annotations

__all__ = ["is_nondominated"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def is_nondominated(losses: ArrayLike, *, maximize: bool | Sequence[bool] = False) -> NDArray[np.bool_]:
    """Return for each row of ``losses``, shape (n, m), whether no other row dominates it, shape (n,)."""
    points = np.asarray(losses, dtype=np.float64) * np.where(maximize, -1.0, 1.0)
    return np.array([not np.isnan(q).any() and not _any_dominates(points, q) for q in points], dtype=np.bool_)


def _any_dominates(points: NDArray[np.float64], q: NDArray[np.float64]) -> bool:
    """Return whether one of the points dominates q."""
    return bool(((points <= q).all(axis=1) & (points < q).any(axis=1)).any())
