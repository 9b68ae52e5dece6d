"""What the kernels may be called with: the checks of the door, cheap enough for calls of microseconds."""

from __future__ import annotations

__all__ = ["WORD", "directions", "integer", "integers", "matrix"]

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

WORD = 2**64
"""One more than the largest word of a key or a counter."""

_UINT64 = np.dtype(np.uint64)
_FLOAT64 = np.dtype(np.float64)


def integer(name: str, value: Any, end: int) -> int:
    """Return ``value`` as an int in 0 … end - 1.

    Raises:
        TypeError: ``value`` is not an integer.
        ValueError: ``value`` is out of range.
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected an integer, got {value!r} of type {type(value).__name__}") from None
    if not 0 <= number < end:
        raise ValueError(f"{name}: expected an integer from 0 to {end - 1}, got {number}")
    return number


def integers(name: str, values: ArrayLike) -> NDArray[np.uint64]:
    """Return ``values``, shape (n,), as contiguous uint64; a uint64 array is not copied.

    Raises:
        TypeError: ``values`` are not integers.
        ValueError: one is negative or 2**64 or more, or ``values`` are not one-dimensional.
    """
    if isinstance(values, range) and 0 <= values.start and 0 <= values.stop < 2**63:
        return np.arange(values.start, values.stop, values.step).astype(np.uint64)
    if isinstance(values, Sequence) and not isinstance(values, str):
        # one by one: NumPy would make float64 of numbers on both sides of 2**63
        return np.array([integer(name, value, WORD) for value in values], dtype=np.uint64)
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name}: expected a one-dimensional array, got shape {array.shape}; flatten it first")
    if array.dtype.kind not in "ui":
        raise TypeError(f"{name}: expected integers, got {array.dtype}; convert with .astype('int64') if that is meant")
    if array.dtype.kind == "i" and array.size and array.min() < 0:
        raise ValueError(f"{name}: expected integers from 0 on, got {array.min()}")
    return np.ascontiguousarray(array, dtype=_UINT64)


def matrix(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return ``values``, shape (n, m) with m >= 1, as contiguous float64; such an array is not copied.

    An empty list is a matrix without rows.

    Raises:
        TypeError: ``values`` are not real numbers.
        ValueError: ``values`` are not two-dimensional or have no columns.
    """
    if type(values) is np.ndarray and values.dtype == _FLOAT64 and values.ndim == 2 and values.flags.c_contiguous:
        plain: NDArray[np.float64] = values  # as most are: in a fraction of the time that all the questions below take
        if plain.shape[1]:
            return plain
    array = np.asarray(values)
    if array.shape in ((0,), (0, 0)):
        return np.empty((0, 1))
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers, got {array.dtype}; convert with .astype('float64')")
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(
            f"{name}: expected shape (points, objectives), got {array.shape}; for one objective use [:, None]"
        )
    return np.ascontiguousarray(array, dtype=np.float64)


def directions(name: str, maximize: bool | Sequence[bool], objectives: int) -> NDArray[np.float64] | None:  # noqa: FBT001
    """Return the factor of each objective, -1 where it is maximised, or None when all are minimised.

    Raises:
        TypeError: ``maximize`` is neither a bool nor a sequence of bools.
        ValueError: there is not one bool for each objective.
    """
    if maximize is False:
        return None
    flags = list(maximize) if isinstance(maximize, Iterable) else [maximize] * objectives
    if not all(isinstance(flag, bool | np.bool_) for flag in flags):
        raise TypeError(f"{name}: expected True, False or one of them for each objective, got {maximize!r}")
    if len(flags) != objectives:
        raise ValueError(f"{name}: expected one bool for each of {objectives} objectives, got {len(flags)}")
    return np.where(flags, -1.0, 1.0) if any(flags) else None
