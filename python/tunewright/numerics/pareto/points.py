"""Points, reference points and directions, as the kernels take them."""

from __future__ import annotations

__all__ = ["minimised", "with_corner", "with_front"]

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import directions, matrix

Directions = bool | Sequence[bool]


def minimised(name: str, values: ArrayLike, maximize: Directions) -> NDArray[np.float64]:
    """Return the points, with the sign of what is maximised turned."""
    points = matrix(name, values)
    factors = directions("maximize", maximize, points.shape[1])
    return points if factors is None else points * factors


def with_corner(
    losses: ArrayLike, reference: ArrayLike, maximize: Directions
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points and one reference point, both to be minimised."""
    points = matrix("losses", losses)
    if maximize is False and type(reference) is float and isfinite(reference) and points.size:
        same = np.empty(points.shape[1])
        same.fill(reference)
        return points, same
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


def with_front(
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
