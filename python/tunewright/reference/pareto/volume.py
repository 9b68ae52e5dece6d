"""The hypervolume, what each point adds to it and which points have most of it, by definition."""

from __future__ import annotations

__all__ = ["hypervolume", "hypervolume_contributions", "hypervolume_subset"]

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.reference.pareto.dominance import is_nondominated
from tunewright.reference.pareto.points import minimised


def hypervolume(losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False) -> float:
    """Return the volume of the union of the boxes between the points and the reference point, slice by slice."""
    points = minimised(losses, maximize)
    corner = minimised(np.broadcast_to(np.asarray(reference, dtype=np.float64), points.shape[1:]), maximize)
    points = points[(points < corner).all(axis=1)]
    return float("inf") if np.isinf(points).any() else _volume(points, corner)


def hypervolume_contributions(
    losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False
) -> NDArray[np.float64]:
    """Return for each row the hypervolume of the front less that of the front without the row."""
    points = minimised(losses, maximize)
    corner = minimised(np.broadcast_to(np.asarray(reference, dtype=np.float64), points.shape[1:]), maximize)
    _refuse_infinite_boxes(points, corner)
    contributions = np.zeros(len(points))
    front = np.flatnonzero(is_nondominated(points))
    whole = hypervolume(points[front], reference=corner)
    for i in front:
        contributions[i] = whole - hypervolume(points[front[front != i]], reference=corner)
    return np.maximum(contributions, 0.0)


def hypervolume_subset(
    losses: ArrayLike, k: int, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False
) -> NDArray[np.int64]:
    """Return the rows of k points: those with the largest hypervolume for m = 2, else each the one that adds most."""
    points = minimised(losses, maximize)
    corner = minimised(np.broadcast_to(np.asarray(reference, dtype=np.float64), points.shape[1:]), maximize)
    _refuse_infinite_boxes(points, corner)
    chosen = _largest(points, corner, k) if points.shape[1] == 2 else []
    while len(chosen) < k:
        left = [i for i in range(len(points)) if i not in chosen]
        chosen.append(max(left, key=lambda i: hypervolume(points[[*chosen, i]], reference=corner)))
    return np.array(chosen, dtype=np.int64)


def _largest(points: NDArray[np.float64], corner: NDArray[np.float64], k: int) -> list[int]:
    """Return the k rows in the plane with the largest area together, or the whole front if it has no more."""
    below = np.flatnonzero(is_nondominated(points) & (points < corner).all(axis=1))
    _, first = np.unique(points[below], axis=0, return_index=True)
    front: list[int] = below[first].tolist()  # from the best in the first objective on
    if not 0 < k < len(front):
        return front[:k]
    sides = (corner - points[front]).tolist()
    best = [(x * y, [i]) for (x, y), i in zip(sides, front, strict=True)]
    for _ in range(k - 1):
        longer = [
            [(area + x * (y - top), [*rows, front[i]]) for (area, rows), (_, top) in zip(best[:i], sides, strict=False)]
            for i, (x, y) in enumerate(sides)
        ]
        best = [max(options, default=(-np.inf, [])) for options in longer]
    return max(best)[1]


def _volume(points: NDArray[np.float64], corner: NDArray[np.float64]) -> float:
    if not len(points):
        return 0.0
    if len(corner) == 1:
        return float(corner[0] - points.min())
    ends = np.append(np.unique(points[:, -1]), corner[-1])
    volume = 0.0
    for start, end in pairwise(ends.tolist()):
        volume += (end - start) * _volume(np.unique(points[points[:, -1] <= start, :-1], axis=0), corner[:-1])
    return volume


def _refuse_infinite_boxes(points: NDArray[np.float64], corner: NDArray[np.float64]) -> None:
    if np.isinf(points[(points < corner).all(axis=1)]).any():
        raise ValueError("losses: expected finite distances to the reference point in every row below it")
