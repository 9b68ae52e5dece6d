"""Linear algebra of positive definite matrices, by SciPy and by definition.

``factor`` is everywhere L, the lower triangular matrix with L L' = A, shape (n, n), zeros above the diagonal.
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

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import lapack, solve_triangular

EPSILON = np.finfo(np.float64).eps


def cholesky(a: ArrayLike, *, jitter: bool = True, threads: int = 1) -> tuple[NDArray[np.float64], float]:
    """Return (L, added) with L L' = A + added I.

    A pivot counts as positive when it exceeds n eps A_ii, the size of its own rounding error. With ``jitter``, added is
    the first of 0, 1e-10, 1e-9 … 1e-2 times the mean of the diagonal for which all pivots are positive.
    """
    matrix = np.asarray(a, dtype=np.float64)
    scale = float(np.mean(np.abs(np.diag(matrix)))) if len(matrix) else 0.0
    failed = 0
    for added in [0.0] + [scale * 10.0**exponent for exponent in range(-10, -1) if jitter]:
        factor, pivot = _factor(matrix + added * np.eye(len(matrix)))
        if pivot is None:
            return factor, added
        failed = failed if added else pivot
    raise np.linalg.LinAlgError(f"a: not positive definite: pivot {failed} of {len(matrix)} is not positive")


def _factor(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], int | None]:
    """The factor and the index of the first pivot that is not positive."""
    if not len(matrix):
        return np.zeros((0, 0)), None
    factor, info = lapack.dpotrf(matrix, lower=1, clean=1)
    done = info - 1 if info > 0 else len(matrix)
    small = ~(np.diag(factor) ** 2 > len(matrix) * EPSILON * np.diag(matrix))[:done]
    if small.any():
        return factor, int(np.argmax(small))
    return factor, None if info == 0 else int(done)


def append_row(factor: ArrayLike, column: ArrayLike, diagonal: float) -> NDArray[np.float64]:
    """Return the factor (n + 1, n + 1) of [[A, column], [column', diagonal]]."""
    lower = np.asarray(factor, dtype=np.float64)
    row = solve_lower(lower, column)
    n = len(lower)
    pivot = diagonal - row @ row
    if not pivot > (n + 1) * EPSILON * diagonal:
        raise np.linalg.LinAlgError(f"a: not positive definite: pivot {n} of {n + 1} is not positive")
    return np.block([[lower, np.zeros((n, 1))], [row, np.sqrt(pivot)]])


def remove_row(factor: ArrayLike, index: int) -> NDArray[np.float64]:
    """Return the factor (n - 1, n - 1) of A without row and column ``index``."""
    lower = np.asarray(factor, dtype=np.float64)
    kept = np.delete(lower, index, axis=0)
    upper = np.linalg.qr(kept.T).R  # kept kept' = R' R
    signed: NDArray[np.float64] = upper.T * np.where(np.diag(upper) < 0.0, -1.0, 1.0)
    return signed


def solve_lower(factor: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Return the x of L x = b, for b of shape (n,) or (n, m)."""
    solution: NDArray[np.float64] = solve_triangular(np.asarray(factor, float), np.asarray(b, float), lower=True)
    return solution


def solve_upper(factor: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Return the x of L' x = b, for b of shape (n,) or (n, m)."""
    lower, right = np.asarray(factor, float), np.asarray(b, float)
    solution: NDArray[np.float64] = solve_triangular(lower, right, lower=True, trans="T")
    return solution


def solve(factor: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Return the x of A x = b, for b of shape (n,) or (n, m)."""
    return solve_upper(factor, solve_lower(factor, b))


def log_determinant(factor: ArrayLike) -> float:
    """Return log det A = 2 sum log L_ii."""
    return 2.0 * float(np.sum(np.log(np.diag(np.asarray(factor, dtype=np.float64)))))


def inverse(factor: ArrayLike, *, threads: int = 1) -> NDArray[np.float64]:
    """Return the inverse of A, exactly symmetric."""
    lower = np.asarray(factor, dtype=np.float64)
    root = solve_lower(lower, np.eye(len(lower)))
    product = root.T @ root
    symmetric: NDArray[np.float64] = np.tril(product) + np.tril(product, -1).T
    return symmetric
