"""What no point dominates, as boxes, by definition."""

from __future__ import annotations

__all__ = ["box_decomposition"]

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.reference.pareto.points import minimised

Box = tuple[NDArray[np.float64], NDArray[np.float64]]


def box_decomposition(
    losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of what is left of one box below the reference, (b, m) each, after every point has cut it."""
    points = minimised(losses, maximize)
    corner = minimised(np.broadcast_to(np.asarray(reference, dtype=np.float64), points.shape[1:]), maximize)
    boxes = [(np.full_like(corner, -np.inf), corner)]
    for point in points[(points < corner).all(axis=1)]:
        boxes = [piece for lower, upper in boxes for piece in _cut(lower, upper, point)]
    shape = (len(boxes), len(corner))
    lower = np.reshape([lower for lower, _ in boxes], shape)
    upper = np.reshape([upper for _, upper in boxes], shape)
    return np.where(maximize, -upper, lower), np.where(maximize, -lower, upper)


def _cut(lower: NDArray[np.float64], upper: NDArray[np.float64], point: NDArray[np.float64]) -> Iterator[Box]:
    """Yield the parts of a box that a point does not dominate: in objective k below it, in those before k not."""
    if np.any(point >= upper):
        yield lower, upper
        return
    for k, value in enumerate(point):
        if lower[k] < value:
            top = upper.copy()
            top[k] = value
            yield lower, top
        lower = lower.copy()
        lower[k] = max(lower[k], value)
