"""Layers of images whose pixels are rows: (n H W, C), row by row of each image, C channels a pixel.

A convolution is ``Patches`` and then a ``Linear``: the surroundings of each pixel side by side (im2col), times weights.
"""

from __future__ import annotations

__all__ = ["POOLS", "Patches", "Pool"]

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tunewright.training.argument import choice, count, odd
from tunewright.training.layers.layer import Array, Cache, Held, Layer

POOLS = ("max", "mean")


@dataclass(frozen=True, slots=True)
class Patches(Layer):
    """Each pixel's surroundings: (n H W, C) to (n H W, k² C), k = ``kernel``, zeros beyond the edge.

    The units of a row are the patch in C order: its rows, its columns, the channels.

    Raises:
        ValueError: a size below 1, or an even kernel, which has no middle.
    """

    height: int
    width: int
    kernel: int

    def __post_init__(self) -> None:
        count("height", self.height)
        count("width", self.width)
        odd("kernel", self.kernel)

    def predict(self, held: Held, x: Array) -> Array:
        """The patches."""
        edge = self.kernel // 2
        images = x.reshape(-1, self.height, self.width, x.shape[1])
        padded = np.pad(images, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
        windows = sliding_window_view(padded, (self.kernel, self.kernel), axis=(1, 2))
        patches: Array = windows.transpose(0, 1, 2, 4, 5, 3).reshape(x.shape[0], -1)
        return patches

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """Each pixel's slope: the sum over the patches it is in."""
        x, k, edge = cache[0], self.kernel, self.kernel // 2
        patches = dy.reshape(-1, self.height, self.width, k, k, x.shape[1])
        padded = np.zeros((len(patches), self.height + 2 * edge, self.width + 2 * edge, x.shape[1]), dy.dtype)
        for i in range(k):
            for j in range(k):
                padded[:, i : i + self.height, j : j + self.width] += patches[:, :, :, i, j]
        return padded[:, edge : edge + self.height, edge : edge + self.width].reshape(x.shape)


@dataclass(frozen=True, slots=True)
class Pool(Layer):
    """The largest or the mean of each 2 by 2 pixels: (n H W, C) to (n ⌊H/2⌋ ⌊W/2⌋, C).

    An odd last row or column is left out. Of equal largest pixels the first has the slope.

    Raises:
        ValueError: a side below 2, or a kind that does not exist.
    """

    height: int
    width: int
    kind: str = "max"

    def __post_init__(self) -> None:
        if min(count("height", self.height), count("width", self.width)) < 2:
            raise ValueError(f"height and width must be 2 or more to be pooled, got {self.height} and {self.width}")
        choice("kind", self.kind, POOLS)

    def predict(self, held: Held, x: Array) -> Array:
        """The largest or the mean."""
        squares = self._squares(x)
        y: Array = squares.max(axis=3) if self.kind == "max" else squares.mean(axis=3)
        return y.reshape(-1, x.shape[1])

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy at the largest pixel, or a quarter of it at each of the four."""
        x = cache[0]
        rows, columns, channels = self.height // 2, self.width // 2, x.shape[1]
        dy = dy.reshape(-1, rows, columns, 1, channels)
        if self.kind == "max":
            parts = np.zeros((len(dy), rows, columns, 4, channels), dy.dtype)
            largest = self._squares(x).argmax(axis=3)[:, :, :, None]
            np.put_along_axis(parts, largest, dy, axis=3)
        else:
            parts = np.repeat(dy / 4.0, 4, axis=3)
        dx = np.zeros((len(dy), self.height, self.width, channels), dy.dtype)
        squares = parts.reshape(-1, rows, columns, 2, 2, channels).transpose(0, 1, 3, 2, 4, 5)
        dx[:, : 2 * rows, : 2 * columns] = squares.reshape(-1, 2 * rows, 2 * columns, channels)
        return dx.reshape(x.shape)

    def _squares(self, x: Array) -> Array:
        """(n, ⌊H/2⌋, ⌊W/2⌋, 4, C): the four pixels of each square."""
        rows, columns, channels = self.height // 2, self.width // 2, x.shape[1]
        images = x.reshape(-1, self.height, self.width, channels)[:, : 2 * rows, : 2 * columns]
        squares = images.reshape(-1, rows, 2, columns, 2, channels).transpose(0, 1, 3, 2, 4, 5)
        together: Array = squares.reshape(-1, rows, columns, 4, channels)
        return together
