"""The matrix product, in tiles small enough that BLAS computes each on one thread.

A threaded product sums in an order that depends on the number of threads, so its last bits do too; and on a machine
whose cores are all busy (several trials at once) its threads wait for one another far longer than the product takes.
OpenBLAS, which NumPy's wheels carry, threads a matrix product above 2^18 multiplications, one with a vector above
9216. Staying below costs a few microseconds for the extra calls.
"""

from __future__ import annotations

__all__ = ["product", "stacked_product"]

import numpy as np

from tunewright.training.layers.layer import Array

_MATRIX_LIMIT = 2**18
_VECTOR_LIMIT = 2**13
# Cutting the inner dimension costs an addition and a temporary: done only where it is this much the longest.
_INNER_COST = 4


def product(a: Array, b: Array, out: Array | None = None) -> Array:
    """a b for a (m, k) and b (k, n), into ``out`` (m, n) where given."""
    (m, k), n = a.shape, b.shape[1]
    if out is None:
        out = np.empty((m, n), np.result_type(a, b))
    if m * k * n <= (_VECTOR_LIMIT if m == 1 or n == 1 else _MATRIX_LIMIT):
        return np.matmul(a, b, out=out)
    longest = max(m, n, k / _INNER_COST)
    if longest == n:
        half = n // 2
        product(a, b[:, :half], out[:, :half])
        product(a, b[:, half:], out[:, half:])
    elif longest == m:
        half = m // 2
        product(a[:half], b, out[:half])
        product(a[half:], b, out[half:])
    else:
        half = k // 2
        product(a[:, :half], b[:half], out)
        out += product(a[:, half:], b[half:])
    return out


def stacked_product(a: Array, b: Array) -> Array:
    """a b for stacks a (…, m, k) and b (…, k, n) with the same leading axes: (…, m, n)."""
    (m, k), n = a.shape[-2:], b.shape[-1]
    out = np.empty((*a.shape[:-1], n), np.result_type(a, b))
    if m * k * n <= (_VECTOR_LIMIT if m == 1 or n == 1 else _MATRIX_LIMIT):
        return np.matmul(a, b, out=out)  # one BLAS call a matrix
    for index in np.ndindex(a.shape[:-2]):
        product(a[index], b[index], out[index])
    return out
