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
    """Examples (n, L F) cut into their L = ``length`` positions, of which the first K = ``first`` stay, (n K, F).

    None keeps all.

    Raises:
        ValueError: a number of positions below 1, or more to keep than there are.
    """

    length: int
    first: int | None = None

    def __post_init__(self) -> None:
        count("length", self.length)
        if self.first is not None and count("first", self.first) > self.length:
            raise ValueError(f"first must be at most length, {self.length}, got {self.first}")

    def predict(self, held: Held, x: Array) -> Array:
        """The numbers of the positions that stay, one position a row."""
        if self.first is None:
            return x.reshape(x.shape[0] * self.length, -1)
        return x[:, : self._columns(x)].reshape(x.shape[0] * self.first, -1)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy, one example a row again, and 0 where a position was left out."""
        x: Array = cache[0]
        if self.first is None:
            return dy.reshape(x.shape)
        dx = np.zeros(x.shape)
        dx[:, : self._columns(x)] = dy.reshape(x.shape[0], -1)
        return dx

    def _columns(self, x: Array) -> int:
        """Of the positions that stay."""
        return int(x.shape[1] // self.length * (self.length if self.first is None else self.first))


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
