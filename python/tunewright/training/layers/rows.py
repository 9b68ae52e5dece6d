"""Between examples and their positions: (n, L F) seen as (n L, F), one row a position, and back.

Layers that treat every row alike (Linear, LayerNorm, BatchNorm, activations, Dropout) then serve sequences and images.
"""

from __future__ import annotations

__all__ = ["Flatten", "MeanPool", "Rows"]

from dataclasses import dataclass

import numpy as np

from tunewright.training.argument import count
from tunewright.training.layers.layer import Array, Cache, Held, Layer


@dataclass(frozen=True, slots=True)
class Rows(Layer):
    """Examples (n, L F) cut into their L = ``length`` positions, (n L, F)."""

    length: int

    def __post_init__(self) -> None:
        count("length", self.length)

    def predict(self, held: Held, x: Array) -> Array:
        """The same numbers, one position a row."""
        return x.reshape(x.shape[0] * self.length, -1)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy, one example a row again."""
        return dy.reshape(cache[0].shape)


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """Positions (n L, F) put together into examples (n, L F), L = ``length``."""

    length: int

    def __post_init__(self) -> None:
        count("length", self.length)

    def predict(self, held: Held, x: Array) -> Array:
        """The same numbers, one example a row."""
        return x.reshape(x.shape[0] // self.length, -1)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy, one position a row again."""
        return dy.reshape(cache[0].shape)


@dataclass(frozen=True, slots=True)
class MeanPool(Layer):
    """The mean over the L = ``length`` positions of each example: (n L, F) to (n, F)."""

    length: int

    def __post_init__(self) -> None:
        count("length", self.length)

    def predict(self, held: Held, x: Array) -> Array:
        """The mean of each L rows in turn."""
        y: Array = x.reshape(-1, self.length, x.shape[1]).mean(axis=1)
        return y

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy / L at every position."""
        return np.repeat(dy / self.length, self.length, axis=0)
