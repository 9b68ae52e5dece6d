"""What no point dominates, as boxes."""

from __future__ import annotations

__all__ = ["box_decomposition"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.backend import kernels
from tunewright.numerics.pareto.points import with_corner

_kernels = kernels("pareto")


def box_decomposition(
    losses: ArrayLike, *, reference: ArrayLike, maximize: bool | Sequence[bool] = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return disjoint boxes that make up what is better than a reference point and not dominated by a point.

    By local upper bounds (R. Lacour, K. Klamroth & C. M. Fonseca, Comput. Oper. Res. 79, 2017, section 3), in ascending
    order of the last objective. At most n + 1 boxes for m = 2 and 2 n + 1 for m = 3.

    Args:
        losses: (n, m) real numbers, see the module. A point that is not better than the reference in all objectives
            takes nothing away.
        reference: (m,) finite numbers, or one number for all objectives.
        maximize: whether larger is better, for all objectives or for each of the m.

    Returns:
        Lower and upper corners, (b, m) each: a box holds y with lower <= y < upper (lower < y <= upper in an objective
        that is maximised). Where a box has no end, towards the better, its corner is infinite.

    Raises:
        TypeError, ValueError: as :func:`hypervolume`.
    """
    points, corner = with_corner(losses, reference, maximize)
    lower, upper = _kernels.box_decomposition(points, reference=corner)
    if not np.any(maximize):
        return lower, upper
    return np.where(maximize, -upper, lower), np.where(maximize, -lower, upper)
