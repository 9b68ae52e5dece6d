"""Dominance and what follows from it.

The rule, stated once. All objectives are minimised unless ``maximize`` says otherwise. p dominates q when p <= q in all
objectives and p < q in one. Equal points do not dominate each other: all of them are kept. A point with a NaN has no
place in the order: it dominates nothing and is never non-dominated. Infinities are ordinary values.
"""

from __future__ import annotations

__all__ = ["is_nondominated"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import directions, matrix
from tunewright.numerics.backend import kernels

_kernels = kernels("pareto")


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
    points = matrix("losses", losses)
    factors = directions("maximize", maximize, points.shape[1])
    mask: NDArray[np.bool_] = _kernels.is_nondominated(points if factors is None else points * factors)
    return mask
