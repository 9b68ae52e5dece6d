"""How far a set of points is from a reference set."""

from __future__ import annotations

__all__ = ["epsilon_indicator", "igd_plus"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from tunewright.numerics.arguments import directions
from tunewright.numerics.backend import kernels
from tunewright.numerics.pareto.points import with_front

_kernels = kernels("pareto")


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
    points, front = with_front(losses, reference, maximize)
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
        points, front = with_front(losses, reference, maximize)
        return float(_kernels.epsilon_indicator(points, reference=front, multiplicative=False))
    points, front = with_front(losses, reference, maximize=False)
    for name, values in (("losses", points), ("reference", front)):
        if not np.all((values > 0) | np.isnan(values)):
            raise ValueError(
                f"{name}: expected positive numbers for a factor, got {np.nanmin(values)}; shift them first"
            )
    factors = directions("maximize", maximize, points.shape[1])
    if factors is not None:  # a / ε <= z is the same as 1/z / ε <= 1/a: the reciprocal turns the direction
        points, front = points**factors, front**factors
    return float(_kernels.epsilon_indicator(points, reference=front, multiplicative=True))
