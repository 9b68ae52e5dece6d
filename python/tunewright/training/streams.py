"""Random streams that are pure functions of (seed, purpose, epoch, step).

No generator outlives the step it serves, so there is no generator state to save: a run taken up at epoch e draws the
very numbers the uninterrupted run would have drawn.
"""

from __future__ import annotations

__all__ = ["Purpose", "permutation", "stream"]

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from tunewright.training.argument import whole

_WORD = 2**64


class Purpose(IntEnum):
    """What a stream is drawn for: different purposes never share a number."""

    WEIGHTS = 1
    SHUFFLE = 2
    DROPOUT = 3
    SPLIT = 4
    FOLDS = 5
    PROBE = 6
    SEQUENCES = 7
    AUGMENTATION = 8
    MIXUP = 9
    SIGNALS = 10
    PATHS = 11


def stream(seed: int, purpose: Purpose, *, epoch: int = 0, step: int = 0, lane: int = 0) -> np.random.Generator:
    """A generator over Philox4x64-10 with key (seed, purpose) and counter (0, step, epoch, lane).

    The lowest counter word is the one that runs, so two (lane, epoch, step) share no block. ``seed`` lies in [0, 2^64).

    Raises:
        ValueError: a seed outside that range.
        TypeError: a seed that is not an integer.
    """
    if whole("seed", seed) >= _WORD:
        raise ValueError(f"seed must be less than 2**64, got {seed}")
    key = np.array([seed, purpose], dtype=np.uint64)
    counter = np.array([0, step, epoch, lane], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


def permutation(rng: np.random.Generator, n: int) -> npt.NDArray[np.intp]:
    """A random order of 0 … n-1, by sorting n uniforms (a recipe that no NumPy release can change)."""
    return np.argsort(rng.random(n), kind="stable")
