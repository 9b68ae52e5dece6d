"""Reference points and common scales."""

from __future__ import annotations

__all__ = ["nadir_reference", "normalise"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import directions
from tunewright.numerics.backend import kernels
from tunewright.numerics.pareto.points import minimised

_kernels = kernels("pareto")


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
    points = minimised("losses", losses, maximize)
    if not 0 <= margin < np.inf:
        raise ValueError(f"margin: expected a finite number from 0 on, got {margin}")
    ideal, nadir = _ends(points)
    magnitude = np.where(nadir == 0, 1.0, np.abs(nadir))
    corner: NDArray[np.float64] = nadir + margin * np.where(nadir > ideal, nadir - ideal, magnitude)
    factors = directions("maximize", maximize, points.shape[1])
    return corner if factors is None else corner * factors


def normalise(losses: ArrayLike, *, maximize: bool | Sequence[bool] = False) -> NDArray[np.float64]:
    """Return the points with the ideal point at 0 and the nadir point at 1, all objectives to be minimised.

    (x - ideal) / (nadir - ideal), where ideal and nadir are the best and the worst value of each objective on the front
    of the points without an infinite value. An objective in which the front has one value is only moved to it.

    Args:
        losses: (n, m) real numbers, see the module; NaN and inf stay what they are.
        maximize: whether larger is better, for all objectives or for each of the m.

    Returns:
        (n, m) float64, at least 0 where finite, and between 0 and 1 on the front.

    Raises:
        TypeError: as :func:`is_nondominated`.
        ValueError: likewise, or no point is finite.
    """
    points = minimised("losses", losses, maximize)
    ideal, nadir = _ends(points)
    with np.errstate(over="ignore"):
        spans = np.where(nadir > ideal, nadir - ideal, 1.0)
        scaled: NDArray[np.float64] = (points - ideal) / spans
    return scaled


def _ends(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the best and the worst value of each objective on the front of the finite points."""
    finite = points[np.isfinite(points).all(axis=1)]
    if not len(finite):
        raise ValueError(f"losses: expected at least one point without NaN and inf, got none among {len(points)}")
    front = finite[_kernels.is_nondominated(finite, violations=None)]
    return front.min(axis=0), front.max(axis=0)
