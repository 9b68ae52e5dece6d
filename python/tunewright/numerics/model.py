"""What a Gaussian process may be called with: the checks of the ``gp`` and ``linalg`` doors."""

from __future__ import annotations

__all__ = [
    "FARTHEST",
    "LARGEST_LOG",
    "hyperparameters",
    "kinds_of",
    "points",
    "sides",
    "square",
    "thread_count",
    "vector",
]

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import integer

LARGEST_LOG = 300.0
"""The largest log length-scale or log variance, so that no square of it overflows."""

FARTHEST = 1e9
"""The largest coordinate; those of the unit cube are in 0 … 1."""

_THREADS = 1025
_SMALL = 4096
_FLOAT = np.dtype(np.float64)


def real(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return ``values`` as contiguous float64; such an array is not copied.

    Raises:
        TypeError: ``values`` are not real numbers.
    """
    array = values if type(values) is np.ndarray else np.asarray(values)
    if (array.dtype is _FLOAT or array.dtype == _FLOAT) and array.flags.c_contiguous:
        return array
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers, got {array.dtype}; convert with .astype('float64')")
    return array.astype(np.float64, order="C", copy=False)


def vector(name: str, values: ArrayLike, length: int) -> NDArray[np.float64]:
    """Return ``values``, shape (length,), finite.

    Raises:
        TypeError: ``values`` are not real numbers.
        ValueError: the shape is another, or a number is not finite.
    """
    array = real(name, values)
    if array.shape != (length,):
        raise ValueError(f"{name}: expected shape ({length},), got {array.shape}")
    return finite(name, array)


def square(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return ``values``, shape (n, n); NaN passes, it fails as a pivot.

    Raises:
        TypeError: ``values`` are not real numbers.
        ValueError: ``values`` are not square.
    """
    array = real(name, values)
    shape = array.shape
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"{name}: expected a square matrix (n, n), got shape {shape}")
    return array


def sides(name: str, values: ArrayLike, length: int) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """Return right-hand sides as (n, m), and the shape they came in.

    Raises:
        TypeError: ``values`` are not real numbers.
        ValueError: the shape is neither (n,) nor (n, m).
    """
    array = real(name, values)
    if array.ndim not in (1, 2) or len(array) != length:
        raise ValueError(f"{name}: expected shape ({length},) or ({length}, m), got {array.shape}")
    return array.reshape(length, -1) if array.size else np.empty((length, array[:1].size)), array.shape


def points(name: str, values: ArrayLike, dimension: int) -> NDArray[np.float64]:
    """Return points, shape (n, dimension), each coordinate NaN or a number within ± :data:`FARTHEST`.

    Raises:
        TypeError: ``values`` are not real numbers.
        ValueError: the shape is another, or a coordinate is infinite or too large.
    """
    array = real(name, values)
    if array.ndim != 2 or array.shape[1] != dimension:
        raise ValueError(
            f"{name}: expected shape (points, {dimension}), one column for each of kinds, got {array.shape}"
        )
    if not _surely_within(array, FARTHEST) and (np.abs(array) > FARTHEST).any():  # false for NaN
        raise ValueError(f"{name}: expected coordinates of the unit cube or NaN, got one beyond ±{FARTHEST:g}")
    return array


def kinds_of(values: ArrayLike) -> NDArray[np.uint8]:
    """Return ``kinds``, shape (d,) with d >= 1, as uint8 of 0 and 1.

    Raises:
        TypeError: ``values`` are not integers.
        ValueError: there is none, or one is neither 0 nor 1.
    """
    array = np.asarray(values)
    if array.dtype == np.uint8 and array.ndim == 1 and array.size and not array.tobytes().strip(b"\0\1"):
        return array.astype(np.uint8, order="C", copy=False)  # nothing is left without its zeros and ones
    if array.ndim != 1 or not array.size:
        raise ValueError(f"kinds: expected shape (d,) with one kind a coordinate, got {array.shape}")
    if array.dtype.kind not in "uib":
        raise TypeError(f"kinds: expected integers 0 (numeric) or 1 (categorical), got {array.dtype}")
    if ((array != 0) & (array != 1)).any():
        raise ValueError("kinds: expected only 0 (numeric) and 1 (categorical)")
    return array.astype(np.uint8, order="C", copy=False)


def hyperparameters(name: str, values: ArrayLike, width: int) -> NDArray[np.float64]:
    """Return logarithms, shape (d + 2,), within ± :data:`LARGEST_LOG`.

    Raises:
        TypeError: ``values`` are not real numbers.
        ValueError: the shape is another, or a number is too large.
    """
    array = real(name, values)
    if array.ndim == 0 or array.shape[-1] != width:
        raise ValueError(
            f"{name}: expected {width} logarithms (length-scales, signal variance, noise variance), got {array.shape}"
        )
    if not _surely_within(array, LARGEST_LOG) and not (np.abs(array) <= LARGEST_LOG).all():
        raise ValueError(f"{name}: expected logarithms within ±{LARGEST_LOG:g}, got {array.tolist()}")
    return array


def _surely_within(array: NDArray[np.float64], bound: float) -> bool:
    """Whether one call says that no number of a small array exceeds ``bound``, at least 1; with a NaN it does not.

    Of a large array the product would come from several threads.
    """
    return array.size <= _SMALL and bool(np.vdot(array, array) <= bound)


def finite(name: str, array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``array``.

    Raises:
        ValueError: a number is not finite.
    """
    if not np.isfinite(array).all():
        where = np.argwhere(~np.isfinite(array))[0].tolist()
        raise ValueError(f"{name}: expected finite numbers, got {array[tuple(where)]} at {where}; leave that row out")
    return array


def thread_count(threads: int) -> int:
    """Return ``threads``.

    Raises:
        TypeError: not an integer.
        ValueError: not in 1 … 1024.
    """
    if type(threads) is int and 0 < threads < _THREADS:
        return threads
    count = integer("threads", threads, _THREADS)
    if count == 0:
        raise ValueError("threads: expected at least 1, got 0")
    return count
