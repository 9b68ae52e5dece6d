"""Dominance: masks, fronts and crowding, by definition."""

from __future__ import annotations

__all__ = [
    "crowding_distance",
    "epsilon_nondominated",
    "is_nondominated",
    "is_pareto_optimal",
    "nondominated_rank",
]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.reference.pareto.points import minimised


def is_nondominated(
    losses: ArrayLike, *, maximize: bool | Sequence[bool] = False, violations: ArrayLike | None = None
) -> NDArray[np.bool_]:
    """Return for each row of ``losses``, shape (n, m), whether no other row dominates it, shape (n,)."""
    mask: NDArray[np.bool_] = nondominated_rank(losses, maximize=maximize, violations=violations) == 0
    return mask


def is_pareto_optimal(scores: ArrayLike, maximize: bool | Sequence[bool] = (True, False)) -> NDArray[np.bool_]:  # noqa: FBT001
    """Return :func:`is_nondominated` of the scores."""
    return is_nondominated(scores, maximize=maximize)


def nondominated_rank(
    losses: ArrayLike, *, maximize: bool | Sequence[bool] = False, violations: ArrayLike | None = None
) -> NDArray[np.int64]:
    """Return for each row the number of fronts to be taken away before it is non-dominated, -1 with a NaN."""
    points = minimised(losses, maximize)
    amounts = np.zeros(len(points)) if violations is None else np.asarray(violations, dtype=np.float64)
    ranks = np.full(len(points), -1, dtype=np.int64)
    left = np.flatnonzero(~np.isnan(points).any(axis=1) & ~np.isnan(amounts))
    rank = 0
    while len(left):
        front = [not _any_dominates(points[left], amounts[left], points[i], amounts[i]) for i in left]
        ranks[left[front]] = rank
        left = left[~np.array(front)]
        rank += 1
    return ranks


def epsilon_nondominated(
    losses: ArrayLike, *, epsilon: ArrayLike, maximize: bool | Sequence[bool] = False
) -> NDArray[np.bool_]:
    """Return the point nearest to the best corner of each box floor(x / ε) that no other box dominates."""
    scaled = minimised(losses, maximize) / np.asarray(epsilon, dtype=np.float64)
    boxes = np.floor(scaled)
    mask = np.zeros(len(boxes), dtype=np.bool_)
    nearest: dict[tuple[float, ...], tuple[float, int]] = {}
    for i in np.flatnonzero(is_nondominated(boxes)).tolist():
        inside = [x - floor for x, floor in zip(scaled[i], boxes[i], strict=True) if np.isfinite(floor)]
        candidate = float(np.linalg.norm(inside)), i
        key = tuple((boxes[i] + 0.0).tolist())
        nearest[key] = min(nearest.get(key, candidate), candidate)
    mask[[i for _, i in nearest.values()]] = True
    return mask


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


def _any_dominates(
    points: NDArray[np.float64], violations: NDArray[np.float64], q: NDArray[np.float64], violation: float
) -> bool:
    """Return whether one of the points dominates q: by less violation, or by the objectives where both have none."""
    by_objectives = (points <= q).all(axis=1) & (points < q).any(axis=1) & (violations == 0) & (violation == 0)
    return bool((by_objectives | (violations < violation)).any())
