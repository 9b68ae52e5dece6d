"""Numbers that are a function of (seed, trial, purpose): streams and low-discrepancy points.

=========  ==================================================  ==============
symbol     meaning                                             range
=========  ==================================================  ==============
seed       the study's seed                                    0 … 2**64 - 1
trial      number of a trial                                   0 … 2**64 - 1
purpose    what a number is for, see :func:`purpose`           0 … 2**64 - 1
attempt    how often the trial was drawn before                0 … 2**64 - 1
index      of a low-discrepancy point                          0 … 2**53 - 1
=========  ==================================================  ==============

The stream of (seed, trial, purpose, attempt) is, word for word, ``numpy.random.Philox(counter=[0, trial, attempt, 0],
key=[seed, purpose])``: Philox4x64-10 of Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC'11. There is no state: any number can be had alone, in any order and in any process. Every number is in [0, 1).
"""

from __future__ import annotations

__all__ = ["generator", "halton", "purpose", "sobol", "stream", "uniform"]

import hashlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import WORD, integer, integers
from tunewright.numerics.backend import kernels

_kernels = kernels("sampling")

_INDEX_END = 2**53 + 1


def purpose(name: str) -> int:
    """Return the 64-bit number of a purpose: BLAKE2b of its UTF-8 name, 8 bytes, little endian.

    The same in every process and release: part of what makes a study repeatable.
    """
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def generator(seed: int, trial: int, purpose: int, *, attempt: int = 0) -> np.random.Generator:
    """Return a NumPy generator over the stream of (seed, trial, purpose, attempt), for any distribution.

    Its first ``random()`` is the number that :func:`uniform` gives, and ``random(k)`` is :func:`stream`.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is negative or 2**64 or more.
    """
    words = _words(seed, trial, purpose, attempt)
    counter = np.array([0, words[1], words[3], 0], dtype=np.uint64)
    key = np.array([words[0], words[2]], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(counter=counter, key=key))


def stream(seed: int, trial: int, purpose: int, count: int, *, attempt: int = 0) -> NDArray[np.float64]:
    """Return the first ``count`` draws of the stream of (seed, trial, purpose, attempt).

    Returns:
        (count,) float64, multiples of 2**-53 in [0, 1); a longer stream begins with the shorter one.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range.
        MemoryError: the result does not fit into memory.
    """
    seed, trial, purpose, attempt = _words(seed, trial, purpose, attempt)
    count = integer("count", count, _INDEX_END)
    draws: NDArray[np.float64] = _kernels.stream(seed, trial, purpose, count, attempt=attempt)
    return draws


def uniform(seed: int, trials: ArrayLike, purposes: ArrayLike, *, attempt: int = 0) -> NDArray[np.float64]:
    """Return one draw for every trial and purpose, each the first one of its own stream.

    Args:
        seed: the study's seed.
        trials: (n,) integers, the numbers of the trials; uint64 is fastest.
        purposes: (d,) integers, see :func:`purpose`; uint64 is fastest.
        attempt: another value gives other, independent draws.

    Returns:
        (n, d) float64, multiples of 2**-53 in [0, 1): element (i, j) equals
        ``stream(seed, trials[i], purposes[j], 1, attempt=attempt)[0]``.

    Raises:
        TypeError: something is not an integer.
        ValueError: a number is out of range, or an array is not one-dimensional.
    """
    draws: NDArray[np.float64] = _kernels.uniform(
        integer("seed", seed, WORD),
        integers("trials", trials),
        integers("purposes", purposes),
        attempt=integer("attempt", attempt, WORD),
    )
    return draws


def sobol(first: int, count: int, dimension: int, *, seed: int | None = None) -> NDArray[np.float64]:
    """Return the Sobol' points first … first + count - 1, in Gray-code order.

    With Joe & Kuo's direction numbers (SIAM J. Sci. Comput. 30, 2635, 2008). Every aligned block of 2**k points is a
    (t, k, dimension)-net: index a * 2**k … (a + 1) * 2**k - 1 for any a.

    Args:
        first: index of the first point.
        count: number of points.
        dimension: number of coordinates, at most 1,111.
        seed: for Owen's nested uniform scrambling, which keeps the nets and makes every single point uniform.
            Strategies always pass one: without it point 0 is the origin, a corner of the space.

    Returns:
        (count, dimension) float64, multiples of 2**-53 in [0, 1).

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range, or there are more dimensions than direction numbers.
        MemoryError: the result does not fit into memory.
    """
    points: NDArray[np.float64] = _kernels.sobol(*_block(first, count, dimension), seed=_seed(seed))
    return points


def halton(first: int, count: int, dimension: int, *, seed: int | None = None) -> NDArray[np.float64]:
    """Return the Halton points first … first + count - 1.

    Coordinate j is the radical inverse of the index in base p, the j-th prime, down to 2**-53.

    Args:
        first: index of the first point.
        count: number of points.
        dimension: number of coordinates, at most 1,111.
        seed: for an independent random permutation of every digit of every coordinate (Owen, arXiv:1706.02808, 2017),
            which makes every single point uniform. Its cost grows with the sum of the primes: use blocks of points.

    Returns:
        (count, dimension) float64 in [0, 1).

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range.
        MemoryError: the result does not fit into memory.
    """
    points: NDArray[np.float64] = _kernels.halton(*_block(first, count, dimension), seed=_seed(seed))
    return points


def _words(seed: int, trial: int, purpose: int, attempt: int) -> tuple[int, int, int, int]:
    return (
        integer("seed", seed, WORD),
        integer("trial", trial, WORD),
        integer("purpose", purpose, WORD),
        integer("attempt", attempt, WORD),
    )


def _block(first: int, count: int, dimension: int) -> tuple[int, int, int]:
    return (
        integer("first", first, _INDEX_END),
        integer("count", count, _INDEX_END),
        integer("dimension", dimension, _INDEX_END),
    )


def _seed(seed: int | None) -> int | None:
    return None if seed is None else integer("seed", seed, WORD)
