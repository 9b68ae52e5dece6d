"""What a search of a mixed box may be called with: the checks of the ``maximise`` and ``multiobjective`` doors."""

from __future__ import annotations

__all__ = ["array", "bounds_of", "common_options", "corners_of", "levels_of", "process_of", "single_of"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import integer

_FAMILIES = ("matern52", "matern32", "rbf")


def process_of(
    x: ArrayLike, theta: ArrayLike, kinds: ArrayLike, factor: ArrayLike, alpha: ArrayLike
) -> tuple[Any, ...]:
    """Return x (n, d), theta (d + 2,), kinds (d,), factor (n, n) and alpha (s, n) as the kernels take them.

    Raises:
        TypeError: one is not made of real numbers.
        ValueError: their shapes do not fit together, or a kind is neither 0 nor 1.
    """
    types = np.asarray(kinds)
    if types.ndim != 1 or types.size == 0 or ((types != 0) & (types != 1)).any():
        raise ValueError(f"kinds: expected one 0 (numeric) or 1 (categorical) for each coordinate, got {kinds!r}")
    d, points = types.size, array("x", x, (None, types.size))
    n = len(points)
    return (
        points,
        array("theta", theta, (d + 2,)),
        np.ascontiguousarray(types, dtype=np.uint8),
        array("factor", factor, (n, n)),
        array("alpha", alpha, (None, n)) if np.ndim(alpha) == 2 else array("alpha", alpha, (n,))[None, :],
    )


def single_of(
    x: ArrayLike, theta: ArrayLike, kinds: ArrayLike, factor: ArrayLike, alpha: ArrayLike, name: str
) -> tuple[Any, ...]:
    """Return x, theta, factor and alpha (n,) of a process with one function; ``name`` is that of the argument.

    Raises:
        TypeError, ValueError: as :func:`process_of`, and where alpha has several rows.
    """
    points, numbers, _, lower, weights = process_of(x, theta, kinds, factor, alpha)
    if len(weights) != 1:
        raise ValueError(f"{name}: expected alpha of shape ({len(points)},), got {weights.shape}")
    return points, numbers, lower, weights[0]


def common_options(
    kinds: NDArray[np.uint8],
    family: str,
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]],
    prior: tuple[ArrayLike, ArrayLike] | None,
    threads: int,
) -> dict[str, Any]:
    """Return what every objective has, whatever is to be gained, as the kernels take it.

    Raises:
        TypeError: something is not made of real numbers.
        ValueError: a name is unknown, a shape does not fit or a number is out of range.
    """
    if family not in _FAMILIES:
        raise ValueError(f"family: expected one of {', '.join(map(repr, _FAMILIES))}, got {family!r}")
    return {
        "family": family,
        "feasibility": [_constraint(kinds, *constraint) for constraint in feasibility],
        "prior": None if prior is None else _prior(kinds, *prior),
        "threads": max(1, integer("threads", threads, 2**16)),
    }


def _constraint(
    kinds: NDArray[np.uint8], x: ArrayLike, theta: ArrayLike, factor: ArrayLike, alpha: ArrayLike, threshold: Any
) -> tuple[Any, ...]:
    return *single_of(x, theta, kinds, factor, alpha, "feasibility"), float(threshold)


def _prior(kinds: NDArray[np.uint8], centre: ArrayLike, precision: ArrayLike) -> tuple[Any, Any]:
    weights = array("prior precision", precision, kinds.shape)
    if not (weights >= 0).all():
        raise ValueError(f"prior precision: expected numbers from 0 on, got {weights}")
    return array("prior centre", centre, kinds.shape), np.where(kinds == 0, weights, 0.0)


def levels_of(levels: ArrayLike, kinds: NDArray[np.uint8]) -> NDArray[np.uintp]:
    """Return ``levels``, shape (d,), as the kernels take them.

    Raises:
        ValueError: there is not one for each coordinate, or a categorical one is continuous.
    """
    counts = np.asarray(levels)
    if counts.shape != kinds.shape or counts.dtype.kind not in "ui" or counts.min() < 0:
        raise ValueError(
            f"levels: expected {kinds.size} integers from 0 on, one for each coordinate, got {levels!r}; "
            "0 is continuous, 1 held, g >= 2 the number of levels"
        )
    if ((counts == 0) & (kinds == 1)).any():
        raise ValueError(f"levels: expected 1 or more for each categorical coordinate, got {counts.tolist()}")
    return np.ascontiguousarray(counts, dtype=np.uintp)


def bounds_of(d: int, bounds: tuple[ArrayLike, ArrayLike] | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lower and upper bounds, (d,) each; those of the unit cube for ``None``.

    Raises:
        TypeError: they are not real numbers.
        ValueError: they are no box within the unit cube.
    """
    lower, upper = (np.zeros(d), np.ones(d)) if bounds is None else bounds
    low, high = array("lower bounds", lower, (d,)), array("upper bounds", upper, (d,))
    bad = np.flatnonzero(~((low >= 0) & (low <= high) & (high <= 1)))
    if bad.size:
        j = bad[0]
        raise ValueError(f"bounds: expected 0 <= lower <= upper <= 1, got {low[j]} and {high[j]} for coordinate {j}")
    return low, high


def corners_of(lower: ArrayLike, upper: ArrayLike, m: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of boxes, (k, m) each, as the kernels take them.

    Raises:
        TypeError: they are not real numbers.
        ValueError: their shapes are others, or a corner is NaN.
    """
    low = array("lower", lower, (None, m))
    high = array("upper", upper, low.shape)
    for name, corners in (("lower", low), ("upper", high)):
        if np.isnan(corners).any():
            raise ValueError(f"{name}: expected numbers, got NaN in row {np.argwhere(np.isnan(corners))[0][0]}")
    if np.isposinf(high).any():
        raise ValueError("upper: expected numbers below infinity: the volume is measured up to a reference point")
    return low, high


def array(name: str, values: ArrayLike, shape: tuple[int | None, ...]) -> NDArray[np.float64]:
    """Return ``values`` as contiguous float64 of ``shape``, in which ``None`` stands for any length.

    Raises:
        TypeError: ``values`` are not real numbers.
        ValueError: the shape is another.
    """
    numbers = np.asarray(values)
    if numbers.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers, got {numbers.dtype}; convert with .astype('float64')")
    if len(numbers.shape) != len(shape) or any(
        want not in (None, got) for want, got in zip(shape, numbers.shape, strict=True)
    ):
        expected = ", ".join("any" if size is None else str(size) for size in shape)
        raise ValueError(f"{name}: expected shape ({expected}), got {numbers.shape}")
    return np.ascontiguousarray(numbers, dtype=np.float64)
