"""Linear algebra of positive definite matrices, for the Gaussian process and for whoever extends it.

======  ============================================  =======
symbol  meaning                                       shape
======  ============================================  =======
a       symmetric; only its upper half is read        (n, n)
factor  L, lower triangular with zeros above, L L'=A  (n, n)
b       right-hand sides                              (n,) or (n, m)
======  ============================================  =======

Results are the same bits for any number of ``threads``; below a few hundred rows one is used.
"""

from __future__ import annotations

__all__ = [
    "append_row",
    "cholesky",
    "inverse",
    "log_determinant",
    "remove_row",
    "solve",
    "solve_lower",
    "solve_upper",
]

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import integer
from tunewright.numerics.backend import kernels
from tunewright.numerics.model import sides, square, thread_count, vector

_kernels = kernels("linalg")


def cholesky(a: ArrayLike, *, jitter: bool = True, threads: int = 1) -> tuple[NDArray[np.float64], float]:
    """Return (L, added) with L L' = A + added I, in O(n^3 / 3).

    A pivot counts as positive when it exceeds n eps A_ii, the size of its own rounding error. With ``jitter``, added is
    the first of 0, 1e-10, 1e-9 … 1e-2 times the mean of the diagonal for which all pivots are positive.

    Raises:
        numpy.linalg.LinAlgError: not positive definite; names the first pivot that failed without jitter.
        ValueError: ``a`` is not square.
    """
    factor, added = _kernels.cholesky(square("a", a), jitter=bool(jitter), threads=thread_count(threads))
    return factor, added


def append_row(factor: ArrayLike, column: ArrayLike, diagonal: float) -> NDArray[np.float64]:
    """Return the factor (n + 1, n + 1) of [[A, column], [column', diagonal]], in O(n^2).

    Raises:
        numpy.linalg.LinAlgError: the new pivot is not positive.
        ValueError: shapes do not fit.
    """
    lower = square("factor", factor)
    longer: NDArray[np.float64] = _kernels.append_row(lower, vector("column", column, len(lower)), float(diagonal))
    return longer


def remove_row(factor: ArrayLike, index: int) -> NDArray[np.float64]:
    """Return the factor (n - 1, n - 1) of A without row and column ``index``, in O(n^2).

    Raises:
        TypeError: ``index`` is not an integer.
        ValueError: ``factor`` is not square, or has no such row.
    """
    lower = square("factor", factor)
    shorter: NDArray[np.float64] = _kernels.remove_row(lower, integer("index", index, len(lower)))
    return shorter


def solve_lower(factor: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Return the x of L x = b, of b's shape, in O(n^2 m).

    Raises:
        ValueError: shapes do not fit.
    """
    return _solved(_kernels.solve_lower, factor, b)


def solve_upper(factor: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Return the x of L' x = b, of b's shape, in O(n^2 m).

    Raises:
        ValueError: shapes do not fit.
    """
    return _solved(_kernels.solve_upper, factor, b)


def solve(factor: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Return the x of A x = b, of b's shape, in O(2 n^2 m).

    Raises:
        ValueError: shapes do not fit.
    """
    return _solved(_kernels.solve, factor, b)


def log_determinant(factor: ArrayLike) -> float:
    """Return log det A = 2 sum log L_ii; 0 for n = 0.

    Raises:
        ValueError: ``factor`` is not square.
    """
    return float(_kernels.log_determinant(square("factor", factor)))


def inverse(factor: ArrayLike, *, threads: int = 1) -> NDArray[np.float64]:
    """Return the inverse of A, (n, n), exactly symmetric, in O(2 n^3 / 3).

    Raises:
        ValueError: ``factor`` is not square.
    """
    result: NDArray[np.float64] = _kernels.inverse(square("factor", factor), threads=thread_count(threads))
    return result


def _solved(kernel: Any, factor: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    lower = square("factor", factor)
    right, shape = sides("b", b, len(lower))
    x: NDArray[np.float64] = kernel(lower, right)
    return x.reshape(shape)
