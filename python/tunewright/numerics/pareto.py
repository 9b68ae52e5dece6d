"""Dominance and what follows from it.

The rule, stated once. All objectives are minimised unless ``maximize`` says otherwise. p dominates q when p <= q in all
objectives and p < q in one. Equal points do not dominate each other: all of them are kept. A point with a NaN has no
place in the order: it dominates nothing and is never non-dominated; its rank is -1, its volume and its crowding
distance are 0, and indicators pass over it. Infinities are ordinary values.

Everywhere ``losses`` are (n, m) real numbers, a row a point and a column an objective, used as float64 and never
changed; ``maximize`` says whether larger is better, for all objectives or for each of the m, and turns the reference
along with the points. Every function raises TypeError for what is not a real number (or, for ``maximize``, a bool) and
ValueError for a shape that does not fit.
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
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import directions, integer, matrix
from tunewright.numerics.backend import kernels

_kernels = kernels("pareto")

Directions = bool | Sequence[bool]


def is_nondominated(losses: ArrayLike, *, maximize: bool | Sequence[bool] = False) -> NDArray[np.bool_]:
    """Return whether each point is non-dominated, that is, on the Pareto front.

    Args:
        losses: (n, m) real numbers, a row a point and a column an objective; compared as float64 and never changed.
        maximize: whether larger is better, for all objectives or for each of the m.

    Returns:
        (n,) bool. With m = 1 all smallest values are True, with n = 0 the mask is empty.

    Raises:
        TypeError: ``losses`` are not real numbers, or ``maximize`` is not made of bools.
        ValueError: ``losses`` are not two-dimensional, or ``maximize`` has not one bool for each objective.
    """
    mask: NDArray[np.bool_] = _kernels.is_nondominated(_minimised("losses", losses, maximize))
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


def nondominated_rank(losses: ArrayLike, *, maximize: bool | Sequence[bool] = False) -> NDArray[np.int64]:
    """Return the front that each point is on (N. Srinivas & K. Deb, Evol. Comput. 2, 1994).

    Args:
        losses: (n, m) real numbers, see the module.
        maximize: whether larger is better, for all objectives or for each of the m.

    Returns:
        (n,) int64. 0 for the non-dominated points, 1 for those that are non-dominated without the points of rank 0, and
        so on; -1 for a point with a NaN. Equal points have equal ranks.

    Raises:
        TypeError, ValueError: as :func:`is_nondominated`.
    """
    ranks: NDArray[np.int64] = _kernels.nondominated_rank(_minimised("losses", losses, maximize))
    return ranks


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


def hypervolume(losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False) -> float:
    """Return the volume that the points dominate below a reference point (E. Zitzler & L. Thiele, PPSN V, 1998).

    Exact, by dimension sweep for m <= 4 and recursion above; see ``rust/core/src/pareto/volume.rs`` for the papers.
    Cost: O(n log n) for m <= 3, O(n**2) for m = 4, then growing exponentially with m.

    Args:
        losses: (n, m) real numbers, see the module. Dominated points may be among them; a point that is not better than
            the reference in all objectives adds nothing.
        reference: (m,) finite numbers, or one number for all objectives.
        maximize: whether larger is better, for all objectives or for each of the m.

    Returns:
        The volume, at least 0; inf if a point that adds something is infinitely good in one objective, or if the volume
        is larger than any float64.

    Raises:
        TypeError: as :func:`is_nondominated`.
        ValueError: likewise, or ``reference`` is not finite or has another length than m.
    """
    points, corner = _with_corner(losses, reference, maximize)
    return float(_kernels.hypervolume(points, reference=corner))


def hypervolume_contributions(
    losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False
) -> NDArray[np.float64]:
    """Return by how much the hypervolume of the front shrinks without each point.

    Dominated points take no part: they contribute nothing and take nothing from others. Cost: O(n log n) for m <= 3
    (M. T. M. Emmerich & C. M. Fonseca, EMO 2011), above that n hypervolumes of sets clipped to one point's box, most of
    which are small.

    Args:
        losses: (n, m) real numbers, see the module.
        reference: (m,) finite numbers, or one number for all objectives.
        maximize: whether larger is better, for all objectives or for each of the m.

    Returns:
        (n,) float64, at least 0. 0 for a dominated point, one that another equals, and one that is not better than the
        reference in all objectives.

    Raises:
        TypeError: as :func:`is_nondominated`.
        ValueError: as :func:`hypervolume`, or a point that adds something is infinitely good in one objective.
    """
    points, corner = _with_corner(losses, reference, maximize)
    contributions: NDArray[np.float64] = _kernels.hypervolume_contributions(points, reference=corner)
    return contributions


def hypervolume_subset(
    losses: ArrayLike, k: int, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False
) -> NDArray[np.int64]:
    """Return k points with a large hypervolume together, chosen greedily.

    Each is the one that adds most to those before it, of equal ones the first. Their hypervolume is at least 1 - 1/e of
    the largest that k of the points can have (G. L. Nemhauser, L. A. Wolsey & M. L. Fisher, Math. Program. 14, 1978).

    Args:
        losses: (n, m) real numbers, see the module.
        k: how many points to choose, 0 to n.
        reference: (m,) finite numbers, or one number for all objectives.
        maximize: whether larger is better, for all objectives or for each of the m.

    Returns:
        (k,) int64, different rows of ``losses`` in the order in which they were chosen. When no point adds anything
        more, the first of the others follow.

    Raises:
        TypeError: as :func:`is_nondominated`, or ``k`` is not an integer.
        ValueError: as :func:`hypervolume_contributions`, or ``k`` is out of range.
    """
    points, corner = _with_corner(losses, reference, maximize)
    count = integer("k", k, len(points) + 1)
    chosen: NDArray[np.int64] = _kernels.hypervolume_subset(points, count, reference=corner)
    return chosen


def box_decomposition(losses: ArrayLike, *, reference: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return disjoint boxes that make up what no point dominates, up to a reference point.

    One box for each local upper bound of the front, 2 n + 1 of them for three objectives (R. Lacour, K. Klamroth & C.
    M. Fonseca, Comput. Oper. Res. 79, 2017). With them the volume that a new point adds is a sum of products. Cost:
    O(n k m**2), k boxes, of which there may be n**(m // 2).

    Args:
        losses: (n, m) real numbers, all minimised. Dominated points, points with a NaN and points that are not better
            than the reference in all objectives take no part.
        reference: (m,) finite numbers, or one number for all objectives.

    Returns:
        lower and upper corners, (k, m) each; -inf where a box is open, which is never above.

    Raises:
        TypeError, ValueError: as :func:`hypervolume`.
    """
    points, corner = _with_corner(losses, reference, maximize=False)
    lower, upper = _kernels.box_decomposition(points, reference=corner)
    return lower, upper


def igd_plus(losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False) -> float:
    """Return how far the points are behind a reference set on average (H. Ishibuchi et al., EMO 2015, eq. 15).

    The mean over the reference points z of the least distance ‖max(a - z, 0)‖ of a point a. Cost: O(n r m).

    Args:
        losses: (n, m) real numbers, see the module.
        reference: (r, m) finite numbers, r >= 1: the front to reach.
        maximize: whether larger is better, for all objectives or for each of the m.

    Returns:
        The mean distance, 0 if no reference point is better than all points anywhere; inf without points.

    Raises:
        TypeError: as :func:`is_nondominated`.
        ValueError: likewise, or ``reference`` is empty, not finite or has not m columns.
    """
    points, front = _with_front(losses, reference, maximize)
    return float(_kernels.igd_plus(points, reference=front))


def epsilon_indicator(
    losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False, multiplicative: bool = False
) -> float:
    """Return by how much the points must improve to reach a reference set (E. Zitzler et al., IEEE TEVC 7, 2003).

    The least ε such that for every reference point z there is a point a with a - ε <= z, or a / ε <= z when
    ``multiplicative``. Cost: O(n r m).

    Args:
        losses: (n, m) real numbers, see the module; positive ones when ``multiplicative``.
        reference: (r, m) finite numbers, r >= 1: the front to reach; positive ones when ``multiplicative``.
        maximize: whether larger is better, for all objectives or for each of the m; then z / ε <= a is meant.
        multiplicative: whether ε is a factor instead of a difference.

    Returns:
        ε. At most 0 (or 1) if every reference point is reached; inf without points.

    Raises:
        TypeError: as :func:`is_nondominated`.
        ValueError: as :func:`igd_plus`, or with ``multiplicative`` a number is not positive.
    """
    if not multiplicative:
        points, front = _with_front(losses, reference, maximize)
        return float(_kernels.epsilon_indicator(points, reference=front, multiplicative=False))
    points, front = _with_front(losses, reference, maximize=False)
    for name, values in (("losses", points), ("reference", front)):
        if not np.all((values > 0) | np.isnan(values)):
            raise ValueError(
                f"{name}: expected positive numbers for a factor, got {np.nanmin(values)}; shift them first"
            )
    factors = directions("maximize", maximize, points.shape[1])
    if factors is not None:  # a / ε <= z is the same as 1/z / ε <= 1/a: the reciprocal turns the direction
        points, front = points**factors, front**factors
    return float(_kernels.epsilon_indicator(points, reference=front, multiplicative=True))


def nadir_reference(
    losses: ArrayLike, *, margin: float = 0.1, maximize: bool | Sequence[bool] = False
) -> NDArray[np.float64]:
    """Return a reference point a little behind the front, for the hypervolume of a study without one of its own.

    nadir + margin · (nadir - ideal), where nadir and ideal are the worst and the best value of each objective on the
    front (H. Ishibuchi et al., GECCO 2017, for how the margin weighs the ends of the front: 1 / (front's size - 1) for
    a straight one). In an objective with one value only the margin is relative to its magnitude, or to 1 if it is 0.

    Args:
        losses: (n, m) real numbers, see the module; points with an infinite value are passed over.
        margin: how far behind the nadir, as a part of the front's range; more than 0 counts the ends of the front too.
        maximize: whether larger is better, for all objectives or for each of the m.

    Returns:
        (m,) float64, in the directions of ``losses``.

    Raises:
        TypeError: as :func:`is_nondominated`.
        ValueError: likewise, ``margin`` is negative or not finite, or no point is finite.
    """
    points = _minimised("losses", losses, maximize)
    finite = points[np.isfinite(points).all(axis=1)]
    if not len(finite):
        raise ValueError(f"losses: expected at least one point without NaN and inf, got none among {len(points)}")
    if not 0 <= margin < np.inf:
        raise ValueError(f"margin: expected a finite number from 0 on, got {margin}")
    front = finite[_kernels.is_nondominated(finite)]
    ideal, nadir = front.min(axis=0), front.max(axis=0)
    magnitude = np.where(nadir == 0, 1.0, np.abs(nadir))
    corner: NDArray[np.float64] = nadir + margin * np.where(nadir > ideal, nadir - ideal, magnitude)
    factors = directions("maximize", maximize, points.shape[1])
    return corner if factors is None else corner * factors


def _minimised(name: str, values: ArrayLike, maximize: Directions) -> NDArray[np.float64]:
    points = matrix(name, values)
    factors = directions("maximize", maximize, points.shape[1])
    return points if factors is None else points * factors


def _with_corner(
    losses: ArrayLike, reference: ArrayLike, maximize: Directions
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points and one reference point, both to be minimised."""
    points = matrix("losses", losses)
    corner = np.asarray(reference)
    if corner.dtype.kind not in "fiub":
        raise TypeError(f"reference: expected real numbers, got {corner.dtype}; convert with .astype('float64')")
    if not len(points) and points.shape[1] == 1 and corner.ndim == 1:
        points = np.empty((0, len(corner)))  # an empty list has as many objectives as the reference says
    if corner.shape not in ((), (points.shape[1],)):
        raise ValueError(
            f"reference: expected one number for each of {points.shape[1]} objectives, got shape {corner.shape}"
        )
    corner = np.full(points.shape[1], corner) if corner.ndim == 0 else np.ascontiguousarray(corner)
    corner = corner.astype(np.float64, copy=False)
    if not all(map(isfinite, corner.tolist())):  # a call of microseconds: faster than NumPy on a few numbers
        raise ValueError(
            f"reference: expected finite numbers, got {corner.tolist()}; the volume below inf has no meaning"
        )
    factors = directions("maximize", maximize, points.shape[1])
    return (points, corner) if factors is None else (points * factors, corner * factors)


def _with_front(
    losses: ArrayLike, reference: ArrayLike, maximize: Directions
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points and a reference set, both to be minimised."""
    front = matrix("reference", reference)
    points = matrix("losses", losses)
    if not len(points):
        points = np.empty((0, front.shape[1]))
    if not len(front) or front.shape[1] != points.shape[1]:
        raise ValueError(f"reference: expected shape (1 or more, {points.shape[1]}), got {np.shape(reference)}")
    if not np.isfinite(front).all():
        raise ValueError("reference: expected finite numbers, got NaN or inf; drop those rows first")
    factors = directions("maximize", maximize, points.shape[1])
    return (points, front) if factors is None else (points * factors, front * factors)
