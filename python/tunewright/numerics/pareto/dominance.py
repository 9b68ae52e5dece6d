"""Dominance: masks, fronts and crowding."""

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

from tunewright.numerics.arguments import matrix
from tunewright.numerics.backend import kernels
from tunewright.numerics.pareto.points import minimised

_kernels = kernels("pareto")


def is_nondominated(
    losses: ArrayLike, *, maximize: bool | Sequence[bool] = False, violations: ArrayLike | None = None
) -> NDArray[np.bool_]:
    """Return whether each point is non-dominated, that is, on the Pareto front.

    Args:
        losses: (n, m) real numbers, a row a point and a column an objective; compared as float64 and never changed.
        maximize: whether larger is better, for all objectives or for each of the m.
        violations: (n,) numbers from 0 on, by how much each point violates its constraints; see the module.

    Returns:
        (n,) bool. With m = 1 all smallest values are True, with n = 0 the mask is empty.

    Raises:
        TypeError: ``losses`` are not real numbers, or ``maximize`` is not made of bools.
        ValueError: ``losses`` are not two-dimensional, ``maximize`` has not one bool for each objective, or
            ``violations`` are not one number from 0 on (or NaN) for each point.
    """
    points = minimised("losses", losses, maximize)
    mask: NDArray[np.bool_] = _kernels.is_nondominated(points, violations=_checked(violations, len(points)))
    return mask


def is_pareto_optimal(scores: ArrayLike, maximize: bool | Sequence[bool] = (True, False)) -> NDArray[np.bool_]:  # noqa: FBT001
    """Return :func:`is_nondominated` of ``scores``, under another name: as it is written in many guides.

    Args:
        scores: (n, m) real numbers.
        maximize: whether larger is better, for each of the m objectives. The default is of two, such as accuracy, which
            shall be large, and latency, which shall not.

    Returns:
        (n,) bool. Unlike a loop that drops every point another is at least as good as, it keeps all of several equal
        points.

    Raises:
        TypeError, ValueError: as :func:`is_nondominated`.
    """
    return is_nondominated(scores, maximize=maximize)


def nondominated_rank(
    losses: ArrayLike, *, maximize: bool | Sequence[bool] = False, violations: ArrayLike | None = None
) -> NDArray[np.int64]:
    """Return the front that each point is on (N. Srinivas & K. Deb, Evol. Comput. 2, 1994).

    Args:
        losses: (n, m) real numbers, see the module.
        maximize: whether larger is better, for all objectives or for each of the m.
        violations: (n,) numbers from 0 on, by how much each point violates its constraints; see the module. Then the
            fronts of the feasible points come first, and one front for each violation after them.

    Returns:
        (n,) int64. 0 for the non-dominated points, 1 for those that are non-dominated without the points of rank 0, and
        so on; -1 for a point with a NaN. Equal points have equal ranks.

    Raises:
        TypeError, ValueError: as :func:`is_nondominated`.
    """
    points = minimised("losses", losses, maximize)
    ranks: NDArray[np.int64] = _kernels.nondominated_rank(points, violations=_checked(violations, len(points)))
    return ranks


def epsilon_nondominated(
    losses: ArrayLike, *, epsilon: ArrayLike, maximize: bool | Sequence[bool] = False
) -> NDArray[np.bool_]:
    """Return a front thinned to a resolution: additive ε-boxes (M. Laumanns et al., Evol. Comput. 10, 2002, section 4).

    A point's box is floor(x / ε) in each objective, from 0 on. Kept are the boxes that no other dominates, and of each
    the point nearest to its best corner, in units of ε; of equally near ones the first.

    Args:
        losses: (n, m) real numbers, see the module. An infinite value has a box of its own.
        epsilon: (m,) positive finite numbers, or one number for all objectives: what makes no difference.
        maximize: whether larger is better, for all objectives or for each of the m.

    Returns:
        (n,) bool.

    Raises:
        TypeError: as :func:`is_nondominated`.
        ValueError: likewise, or ``epsilon`` is not positive and finite or has another length than m.
    """
    points = minimised("losses", losses, maximize)
    widths = np.asarray(epsilon, dtype=np.float64)
    if widths.shape not in ((), (points.shape[1],)) or not np.all((widths > 0) & np.isfinite(widths)):
        raise ValueError(
            f"epsilon: expected one positive finite number, or one for each of {points.shape[1]} objectives, "
            f"got {widths.tolist()}"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = points / widths
        boxes = np.floor(scaled)
        distances = np.linalg.norm(np.where(np.isfinite(boxes), scaled - boxes, 0.0), axis=1)
    rows = np.flatnonzero(_kernels.is_nondominated(boxes, violations=None))
    order = rows[np.lexsort((distances[rows], *boxes[rows].T))]  # box by box, the nearest first; stable
    mask = np.zeros(len(points), dtype=np.bool_)
    mask[order[np.append(True, np.any(boxes[order[1:]] != boxes[order[:-1]], axis=1))[: len(order)]]] = True
    return mask


def crowding_distance(losses: ArrayLike) -> NDArray[np.float64]:
    """Return how far each point's neighbours are (K. Deb et al., IEEE TEVC 6, 2002, section III-B).

    The points count as one front; for several, call it for each. The sum over the objectives of (next value - previous
    value) / (largest - smallest). Points with equal values are neighbours in the order of their rows. An objective in
    which all points are equal adds nothing. Directions make no difference, but which of several equal extreme values
    comes first or last.

    Args:
        losses: (n, m) real numbers, see the module.

    Returns:
        (n,) float64. inf for the first and the last point of each objective, for a neighbour of an infinite value, and
        where there are only one or two points; 0 for a point with a NaN, which is nobody's neighbour.

    Raises:
        TypeError, ValueError: ``losses`` are not a matrix of real numbers.
    """
    distances: NDArray[np.float64] = _kernels.crowding_distance(matrix("losses", losses))
    return distances


def _checked(violations: ArrayLike | None, points: int) -> NDArray[np.float64] | None:
    if violations is None:
        return None
    array = np.asarray(violations)
    if array.dtype.kind not in "fiub" and array.size:
        raise TypeError(f"violations: expected real numbers, got {array.dtype}; convert with .astype('float64')")
    if array.shape != (points,):
        raise ValueError(f"violations: expected one number for each of {points} points, got shape {array.shape}")
    if np.any(array < 0):
        raise ValueError(f"violations: expected numbers from 0 on, got {array.min()}; what is satisfied counts as 0")
    return np.ascontiguousarray(array, dtype=np.float64)
