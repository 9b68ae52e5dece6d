"""Layers of signals whose samples are rows: (n L, C), sample by sample of each signal, C channels a sample."""

from __future__ import annotations

__all__ = ["PairPool", "Windows"]

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tunewright.training.argument import choice, count, odd
from tunewright.training.layers.image import POOLS
from tunewright.training.layers.layer import Array, Cache, Held, Layer


@dataclass(frozen=True, slots=True)
class Windows(Layer):
    """Each sample's surroundings: (n L, C) to (n L, k C), k = ``kernel``, zeros beyond the ends.

    The units of a row are the window in C order: its samples, the channels.

    Raises:
        ValueError: a length below 1, or an even kernel, which has no middle.
    """

    length: int
    kernel: int

    def __post_init__(self) -> None:
        count("length", self.length)
        odd("kernel", self.kernel)

    def predict(self, held: Held, x: Array) -> Array:
        """The windows."""
        edge = self.kernel // 2
        padded = np.pad(x.reshape(-1, self.length, x.shape[1]), ((0, 0), (edge, edge), (0, 0)))
        windows: Array = sliding_window_view(padded, self.kernel, axis=1).transpose(0, 1, 3, 2)
        return windows.reshape(x.shape[0], -1)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """Each sample's slope: the sum over the windows it is in."""
        x, k, edge = cache[0], self.kernel, self.kernel // 2
        windows = dy.reshape(-1, self.length, k, x.shape[1])
        padded = np.zeros((len(windows), self.length + 2 * edge, x.shape[1]), dy.dtype)
        for i in range(k):
            padded[:, i : i + self.length] += windows[:, :, i]
        return padded[:, edge : edge + self.length].reshape(x.shape)


@dataclass(frozen=True, slots=True)
class PairPool(Layer):
    """The larger or the mean of each two samples: (n L, C) to (n ⌊L/2⌋, C).

    An odd last sample is left out. Of two equal samples the first has the slope.

    Raises:
        ValueError: a length below 2, or a kind that does not exist.
    """

    length: int
    kind: str = "max"

    def __post_init__(self) -> None:
        if count("length", self.length) < 2:
            raise ValueError(f"length must be 2 or more to be pooled, got {self.length}")
        choice("kind", self.kind, POOLS)

    def predict(self, held: Held, x: Array) -> Array:
        """The larger or the mean."""
        pairs = self._pairs(x)
        y: Array = pairs.max(axis=2) if self.kind == "max" else pairs.mean(axis=2)
        return y.reshape(-1, x.shape[1])

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy at the larger sample, or half of it at each of the two."""
        x, half = cache[0], self.length // 2
        dy = dy.reshape(-1, half, 1, x.shape[1])
        if self.kind == "max":
            parts = np.zeros((len(dy), half, 2, x.shape[1]), dy.dtype)
            np.put_along_axis(parts, self._pairs(x).argmax(axis=2)[:, :, None], dy, axis=2)
        else:
            parts = np.repeat(dy / 2.0, 2, axis=2)
        dx = np.zeros((len(dy), self.length, x.shape[1]), dy.dtype)
        dx[:, : 2 * half] = parts.reshape(len(dy), 2 * half, -1)
        return dx.reshape(x.shape)

    def _pairs(self, x: Array) -> Array:
        """(n, ⌊L/2⌋, 2, C)."""
        half, channels = self.length // 2, x.shape[1]
        signals = x.reshape(-1, self.length, channels)[:, : 2 * half]
        return signals.reshape(-1, half, 2, channels)
