"""Streams and low-discrepancy points in NumPy and SciPy.

=========  ==================================================  ==============
symbol     meaning                                             range
=========  ==================================================  ==============
seed       the study's seed                                    0 … 2**64 - 1
trial      number of a trial                                   0 … 2**64 - 1
purpose    what a number is for, see :func:`purpose`           0 … 2**64 - 1
attempt    how often the trial was drawn before                0 … 2**64 - 1
index      of a low-discrepancy point                          0 … 2**53 - 1
=========  ==================================================  ==============

The stream of (seed, trial, purpose, attempt) is ``numpy.random.Philox(counter=[0, trial, attempt, 0], key=[seed,
purpose])``: Philox4x64-10 of Salmon, Moraes, Dror & Shaw, SC'11. NumPy increments the counter before it generates, so
the first block is that of counter (1, trial, attempt, 0).
"""

from __future__ import annotations

__all__ = ["generator", "halton", "purpose", "sobol", "stream", "uniform"]

import hashlib
import itertools
import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import qmc

BITS = 53
MAX_DIMENSION = 1_111
NESTED = 32


def purpose(name: str) -> int:
    """Return the 64-bit number of a purpose: BLAKE2b of its UTF-8 name, 8 bytes, little endian."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def generator(seed: int, trial: int, purpose: int, *, attempt: int = 0) -> np.random.Generator:
    """Return a NumPy generator over the stream of (seed, trial, purpose, attempt)."""
    counter = np.array([0, trial, attempt, 0], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(counter=counter, key=np.array([seed, purpose], dtype=np.uint64)))


def stream(seed: int, trial: int, purpose: int, count: int, *, attempt: int = 0) -> NDArray[np.float64]:
    """Return the first ``count`` draws of the stream, shape (count,), each a multiple of 2**-53 in [0, 1)."""
    return generator(seed, trial, purpose, attempt=attempt).random(count)


def uniform(seed: int, trials: ArrayLike, purposes: ArrayLike, *, attempt: int = 0) -> NDArray[np.float64]:
    """Return the first draw of every (trial, purpose), shape (n, d)."""
    rows, columns = _integers(trials), _integers(purposes)
    draws = [generator(seed, i, j, attempt=attempt).random() for i in rows for j in columns]
    return np.array(draws, dtype=np.float64).reshape(len(rows), len(columns))


def sobol(first: int, count: int, dimension: int, *, seed: int | None = None) -> NDArray[np.float64]:
    """Return the Sobol' points first … first + count - 1 in Gray-code order, shape (count, dimension).

    SciPy's points have 30 bits, which is all that indices below 2**30 set; it has no later ones.
    """
    _check(first, count, dimension)
    if count == 0 or dimension == 0:
        return np.zeros((count, dimension))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # SciPy advises counts that are powers of two
        sequence = qmc.Sobol(dimension, scramble=False)
        points: NDArray[np.float64] = (sequence.fast_forward(first) if first else sequence).random(count)
    return points if seed is None else _owen(points, seed)


def halton(first: int, count: int, dimension: int, *, seed: int | None = None) -> NDArray[np.float64]:
    """Return the Halton points first … first + count - 1, shape (count, dimension).

    With a seed, digit k of coordinate j is replaced by the rank of the draw of that number in the stream of (seed, j,
    "halton", attempt k): Owen, arXiv:1706.02808 (2017).
    """
    _check(first, count, dimension)
    index = np.arange(first, first + count, dtype=np.uint64)
    points = np.zeros((count, dimension))
    for j, base in enumerate(_primes(dimension)):
        places = list(itertools.takewhile(lambda place: place < 2**BITS, (base**k for k in itertools.count())))
        for k, place in reversed(list(enumerate(places))):
            digit = index // np.uint64(place) % np.uint64(base)
            if seed is not None:
                draws = stream(seed, j, purpose("halton"), base, attempt=k)
                digit = np.argsort(np.argsort(draws, kind="stable"))[digit]
            points[:, j] = np.minimum((points[:, j] + digit) / base, 1 - 2.0**-BITS)
    return points


def _owen(points: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Nested uniform scrambling (Owen 1995): every bit is flipped by a coin of the node that the bits above it reach.

    A node is numbered as in a heap; its coins are a hash of (key of the coordinate, node).
    """
    streams = (generator(seed, j, purpose("sobol")).bit_generator for j in range(points.shape[1]))
    keys = np.array([stream.random_raw() for stream in streams], dtype=np.uint64)
    x = (points * 2.0**BITS).astype(np.uint64)
    flips = np.zeros_like(x)
    for level in range(NESTED + 1):
        taken = 1 if level < NESTED else BITS - NESTED  # the last node gives all the coins that are left
        node = np.uint64(1 << level) | x >> np.uint64(BITS - level)
        coins = _splitmix64(keys, node) >> np.uint64(64 - taken)
        flips |= coins << np.uint64(BITS - level - taken)
    scrambled: NDArray[np.float64] = (x ^ flips).astype(np.float64) * 2.0**-BITS
    return scrambled


def _splitmix64(start: NDArray[np.uint64], position: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Output number ``position`` of SplitMix64 started at ``start`` (Steele, Lea & Flood 2014), modulo 2**64."""
    z: NDArray[np.uint64] = start + position * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z


def _primes(count: int) -> list[int]:
    candidates = (n for n in itertools.count(2) if all(n % k for k in range(2, int(n**0.5) + 1)))
    return list(itertools.islice(candidates, count))


def _integers(values: ArrayLike) -> list[int]:
    return [int(value) for value in np.asarray(values, dtype=np.uint64).tolist()]


def _check(first: int, count: int, dimension: int) -> None:
    if dimension > MAX_DIMENSION:
        raise ValueError(f"dimension: expected at most {MAX_DIMENSION} dimensions, got {dimension}")
    if first + count > 2**BITS:
        raise ValueError(f"first + count: expected points below index 2**{BITS}, got {first + count}")
