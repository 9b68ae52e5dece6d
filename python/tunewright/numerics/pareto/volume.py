"""The hypervolume, what each point adds to it and which points have most of it."""

from __future__ import annotations

__all__ = ["hypervolume", "hypervolume_contributions", "hypervolume_subset"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import integer
from tunewright.numerics.backend import kernels
from tunewright.numerics.pareto.points import with_corner

_kernels = kernels("pareto")


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
    points, corner = with_corner(losses, reference, maximize)
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
    points, corner = with_corner(losses, reference, maximize)
    contributions: NDArray[np.float64] = _kernels.hypervolume_contributions(points, reference=corner)
    return contributions


def hypervolume_subset(
    losses: ArrayLike, k: int, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False
) -> NDArray[np.int64]:
    """Return k points with a large hypervolume together.

    For m <= 2 no other k points have a larger one; O(n log n + k (f - k)), with 4 k (f - k) bytes, for f points on the
    front (K. Bringmann, T. Friedrich & P. Klitzke, GECCO 2014). Beyond that each is the one of the front that adds
    most to those before it, of equal ones the first, which is at least 1 - 1/e of the largest hypervolume
    (G. L. Nemhauser, L. A. Wolsey & M. L. Fisher, Math. Program. 14, 1978): finding the largest is NP-hard.

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
    points, corner = with_corner(losses, reference, maximize)
    count = integer("k", k, len(points) + 1)
    chosen: NDArray[np.int64] = _kernels.hypervolume_subset(points, count, reference=corner)
    return chosen
