"""Dominance and what follows from it, by definition.

All objectives are minimised. p dominates q when p <= q in all objectives and p < q in one. Equal points are all kept.
A point with a NaN dominates nothing and is never non-dominated: its rank is -1, its volume and its crowding distance
are 0. Infinities are ordinary values.
"""

from __future__ import annotations

__all__ = [
    "box_decomposition",
    "crowding_distance",
    "epsilon_indicator",
    "hypervolume",
    "hypervolume_contributions",
    "hypervolume_subset",
    "igd_plus",
    "is_nondominated",
    "is_pareto_optimal",
    "nadir_reference",
    "nondominated_rank",
]

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Box = tuple[tuple[float, ...], tuple[float, ...]]


def is_nondominated(losses: ArrayLike, *, maximize: bool | Sequence[bool] = False) -> NDArray[np.bool_]:
    """Return for each row of ``losses``, shape (n, m), whether no other row dominates it, shape (n,)."""
    points = _minimised(losses, maximize)
    return np.array([not np.isnan(q).any() and not _any_dominates(points, q) for q in points], dtype=np.bool_)


def is_pareto_optimal(scores: ArrayLike, maximize: bool | Sequence[bool] = (True, False)) -> NDArray[np.bool_]:  # noqa: FBT001
    """Return :func:`is_nondominated` of the scores."""
    return is_nondominated(scores, maximize=maximize)


def nondominated_rank(losses: ArrayLike, *, maximize: bool | Sequence[bool] = False) -> NDArray[np.int64]:
    """Return for each row the number of fronts to be taken away before it is non-dominated, -1 with a NaN."""
    points = _minimised(losses, maximize)
    ranks = np.full(len(points), -1, dtype=np.int64)
    left = np.flatnonzero(~np.isnan(points).any(axis=1))
    rank = 0
    while len(left):
        front = is_nondominated(points[left])
        ranks[left[front]] = rank
        left = left[~front]
        rank += 1
    return ranks


def crowding_distance(losses: ArrayLike) -> NDArray[np.float64]:
    """Return the sum over the objectives of (next - previous) / (largest - smallest), inf at the ends."""
    points = np.asarray(losses, dtype=np.float64)
    distances = np.zeros(len(points))
    rows = np.flatnonzero(~np.isnan(points).any(axis=1))
    if len(rows) <= 2:
        distances[rows] = np.inf
        return distances
    for column in points.T:
        order = rows[np.argsort(column[rows], kind="stable")]
        values = column[order].tolist()
        if values[0] == values[-1]:
            continue
        distances[order[[0, -1]]] = np.inf
        for previous, i, following in zip(values, order[1:-1], values[2:], strict=False):
            distances[i] += _share(previous, following, [x for x in values if np.isfinite(x)])
    return distances


def _share(previous: float, following: float, values: list[float]) -> float:
    """Return (following - previous) / (largest - smallest), in halves where the range would overflow."""
    if previous == following:
        return 0.0
    if np.isinf([previous, following]).any():
        return float("inf")
    if np.isfinite(values[-1] - values[0]):
        return (following - previous) / (values[-1] - values[0])
    return (following / 2 - previous / 2) / (values[-1] / 2 - values[0] / 2)


def hypervolume(losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False) -> float:
    """Return the volume of the union of the boxes between the points and the reference point, slice by slice."""
    points = _minimised(losses, maximize)
    corner = _minimised(np.broadcast_to(np.asarray(reference, dtype=np.float64), points.shape[1:]), maximize)
    points = points[(points < corner).all(axis=1)]
    return float("inf") if np.isinf(points).any() else _volume(points, corner)


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


def hypervolume_contributions(
    losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False
) -> NDArray[np.float64]:
    """Return for each row the hypervolume of the front less that of the front without the row."""
    points = _minimised(losses, maximize)
    corner = _minimised(np.broadcast_to(np.asarray(reference, dtype=np.float64), points.shape[1:]), maximize)
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
    """Return the rows of k points, each the first that adds most to those before it."""
    points = _minimised(losses, maximize)
    corner = _minimised(np.broadcast_to(np.asarray(reference, dtype=np.float64), points.shape[1:]), maximize)
    _refuse_infinite_boxes(points, corner)
    chosen: list[int] = []
    for _ in range(k):
        left = [i for i in range(len(points)) if i not in chosen]
        chosen.append(max(left, key=lambda i: hypervolume(points[[*chosen, i]], reference=corner)))
    return np.array(chosen, dtype=np.int64)


def _refuse_infinite_boxes(points: NDArray[np.float64], corner: NDArray[np.float64]) -> None:
    if np.isinf(points[(points < corner).all(axis=1)]).any():
        raise ValueError("losses: expected finite distances to the reference point in every row below it")


def box_decomposition(losses: ArrayLike, *, reference: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of disjoint boxes that fill what no point dominates, by a sweep through the last objective.

    The boxes at one height are those of the points up to there in the other objectives, and a box that stays the same
    from one height to the next goes on.
    """
    points = _without_nan(np.asarray(losses, dtype=np.float64))
    corner = np.broadcast_to(np.asarray(reference, dtype=np.float64), points.shape[1:])
    points = points[(points < corner).all(axis=1)]
    found = np.array(_boxes(points[is_nondominated(points)], corner)).reshape(-1, 2, len(corner))
    found = found[(found[:, 0] < found[:, 1]).all(axis=1)]
    return np.ascontiguousarray(found[:, 0]), np.ascontiguousarray(found[:, 1])


def _boxes(points: NDArray[np.float64], corner: NDArray[np.float64]) -> list[Box]:
    """Return the corners of the boxes; a point below the corner in all but the last objective takes part."""
    if len(corner) == 1:
        return [((-np.inf,), (float(points.min(initial=corner[0])),))]
    since = dict.fromkeys(_boxes(points[:0, :-1], corner[:-1]), -np.inf)
    closed = []
    for height in [*np.unique(points[:, -1]).tolist(), float(corner[-1])]:
        below = points[points[:, -1] <= height, :-1]
        now = set(_boxes(below, corner[:-1])) if height < corner[-1] else set()
        closed += [((*low, since.pop((low, high))), (*high, height)) for low, high in set(since) - now]
        since |= dict.fromkeys(now - set(since), height)
    return closed


def igd_plus(losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False) -> float:
    """Return the mean over the reference set of the least distance to a point, where only being worse counts."""
    points, front = _without_nan(_minimised(losses, maximize)), _minimised(reference, maximize)
    distances = [np.linalg.norm(np.maximum(points - z, 0.0), axis=1).min(initial=np.inf) for z in front]
    return float(np.mean(distances))


def epsilon_indicator(
    losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False, multiplicative: bool = False
) -> float:
    """Return the largest over the reference set of the least excess, or factor, of a point in its worst objective."""
    if multiplicative:
        points, front = _without_nan(np.asarray(losses, dtype=np.float64)), np.asarray(reference, dtype=np.float64)
        excess = [np.where(maximize, z / points, points / z) for z in front]
    else:
        points, front = _without_nan(_minimised(losses, maximize)), _minimised(reference, maximize)
        excess = [points - z for z in front]
    return float(max(rows.max(axis=1).min(initial=np.inf) for rows in excess))


def nadir_reference(
    losses: ArrayLike, *, margin: float = 0.1, maximize: bool | Sequence[bool] = False
) -> NDArray[np.float64]:
    """Return nadir + margin · (nadir - ideal) of the front; where they are equal, the margin is relative."""
    points = _minimised(losses, maximize)
    finite = points[np.isfinite(points).all(axis=1)]
    front = finite[is_nondominated(finite)]
    corner = []
    for column in front.T:
        ideal, nadir = column.min(), column.max()
        corner.append(nadir + margin * (nadir - ideal if nadir > ideal else abs(nadir) or 1.0))
    return _minimised(corner, maximize)


def _minimised(values: ArrayLike, maximize: bool | Sequence[bool]) -> NDArray[np.float64]:  # noqa: FBT001
    turned: NDArray[np.float64] = np.asarray(values, dtype=np.float64) * np.where(maximize, -1.0, 1.0)
    return turned


def _without_nan(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return points[~np.isnan(points).any(axis=1)]


def _any_dominates(points: NDArray[np.float64], q: NDArray[np.float64]) -> bool:
    """Return whether one of the points dominates q."""
    return bool(((points <= q).all(axis=1) & (points < q).any(axis=1)).any())
