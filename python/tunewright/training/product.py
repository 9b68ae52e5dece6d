"""The matrix product, in tiles small enough that BLAS computes each on one thread.

A threaded product sums in an order that depends on the number of threads, so its last bits do too; and on a machine
whose cores are all busy (several trials at once) its threads wait for one another far longer than the product takes.
OpenBLAS, which NumPy's wheels carry, threads a matrix product above 2^18 multiplications, one with a vector above
9216. All tiles of one size are one call of ``np.matmul`` on views, which costs BLAS a half of its speed at worst.
"""

from __future__ import annotations

__all__ = ["product", "stacked_product"]

import math
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]  # that of the layers, which this room is below

_MATRIX_LIMIT = 2**18
_VECTOR_LIMIT = 2**13
_DEEPEST = 256  # longer sums are cut, which costs an addition: in tiles still deeper the matrices would be too narrow
_STEP = 16  # what BLAS's innermost loops go by: sides of tiles are multiples of it


def product(a: Array, b: Array, out: Array | None = None) -> Array:
    """a b for a (m, k) and b (k, n), into ``out`` (m, n) where given."""
    (m, k), n = a.shape, b.shape[1]
    if out is None:
        out = np.empty((m, n), np.result_type(a, b))
    if m * k * n <= _limit(m, n):
        return np.matmul(a, b, out=out)
    depth = -(-k // -(-k // _DEEPEST))
    _tiled(a[:, :depth], b[:depth], out)
    for first in range(depth, k, depth):
        out += product(a[:, first : first + depth], b[first : first + depth])
    return out


def stacked_product(a: Array, b: Array) -> Array:
    """a b for stacks a (…, m, k) and b (…, k, n) with the same leading axes: (…, m, n)."""
    (m, k), n = a.shape[-2:], b.shape[-1]
    out = np.empty((*a.shape[:-1], n), np.result_type(a, b))
    if m * k * n <= _limit(m, n):
        return np.matmul(a, b, out=out)  # one BLAS call a matrix
    for index in np.ndindex(a.shape[:-2]):
        product(a[index], b[index], out[index])
    return out


def _limit(m: int, n: int) -> int:
    """Multiplications that BLAS does on one thread."""
    return _VECTOR_LIMIT if m == 1 or n == 1 else _MATRIX_LIMIT


def _tiled(a: Array, b: Array, out: Array) -> None:
    """a b into ``out``, k at most ``_DEEPEST``: as many whole tiles as there are at once, then the two strips left."""
    (m, k), n = a.shape, b.shape[1]
    rows, columns = _sides(m, n, _limit(m, n) // k)
    high, wide = m - m % rows, n - n % columns
    tiles = _blocks(out[:high, :wide], rows, columns)
    np.matmul(_blocks(a[:high], rows, k), _blocks(b[:, :wide], k, columns), out=tiles)
    if wide < n:
        product(a[:high], b[:, wide:], out[:high, wide:])
    if high < m:
        product(a[high:], b, out[high:])


def _sides(m: int, n: int, area: int) -> tuple[int, int]:
    """(rows, columns) of a tile of at most ``area``, square where the matrix (m, n) lets it be."""
    rows = min(m, _stepped(math.isqrt(area)))
    columns = min(n, _stepped(area // rows))
    return min(m, _stepped(area // columns)), columns


def _stepped(side: int) -> int:
    return side - side % _STEP if side > _STEP else side


def _blocks(x: Array, rows: int, columns: int) -> Array:
    """x (r rows, c columns) as a view (r, c, rows, columns)."""
    m, n = x.shape
    blocks: Array = x.reshape(m // rows, rows, n // columns, columns).swapaxes(1, 2)
    return blocks
