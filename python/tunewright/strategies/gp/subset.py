"""Which outcomes a model sees when there are more than it can be exact about."""

from __future__ import annotations

__all__ = ["STEP", "local"]

from typing import Any

import numpy as np

from tunewright.trial.columns import Array

STEP = 64
"""Outcomes after which the selection moves on, so that a factor can be extended in between."""

_LOCAL = 1_000


def local(x: Array, losses: Array, most: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Ascending rows of ``x`` (n, d): all up to ``most`` (64 at least), else about 1,000 (at most ``most``).

    Those are the best quarter, the half nearest to the best point, and the newest quarter. The selection is
    made at every 64th outcome; the outcomes since then are seen too.
    """
    n = len(losses)
    if n <= most:
        return np.arange(n)
    settled, size = n - n % STEP or n, min(most, _LOCAL)
    chosen = np.zeros(n, dtype=bool)
    order = np.argsort(losses[:settled], kind="stable")
    chosen[order[: size // 4]] = True
    gap = np.abs(x[:settled] - x[order[0]])
    gap = np.where(np.isnan(gap), (np.isnan(x[:settled]) != np.isnan(x[order[0]])).astype(np.float64), gap)
    distance = np.where(chosen[:settled], np.inf, np.sum(gap * gap, axis=1))
    chosen[np.argsort(distance, kind="stable")[: size // 2]] = True
    left = size - int(chosen.sum())
    others = np.flatnonzero(~chosen[:settled])
    chosen[others[len(others) - left :]] = True
    chosen[settled:] = True
    return np.flatnonzero(chosen)
