"""Filters of each channel for itself that keep the size of signals and images: trained, and the largest around.

Positions are rows, as in ``filter.py``. A map (n, *sides, C) is seen shifted by each of the k or k² taps.
"""

from __future__ import annotations

__all__ = ["Depthwise", "MaxFilter"]

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from tunewright.training.argument import count, odd
from tunewright.training.layers.filter import check_sides
from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot


def _padded(x: Array, sides: tuple[int, ...], edge: int, filler: float) -> Array:
    """The maps of rows ``x``, with ``edge`` positions more on every side."""
    maps = x.reshape(-1, *sides, x.shape[1])
    return np.pad(maps, [(0, 0), *[(edge, edge)] * len(sides), (0, 0)], constant_values=filler)


def _taps(sides: tuple[int, ...], kernel: int, dilation: int) -> Iterator[tuple[slice, ...]]:
    """Where each tap of every position lies in padded maps."""
    for steps in product(range(kernel), repeat=len(sides)):
        yield (slice(None), *(slice(s * dilation, s * dilation + side) for s, side in zip(steps, sides, strict=True)))


@dataclass(frozen=True, slots=True)
class Depthwise(Layer):
    """y = Σ_t x_t w_t over the k or k² places t, ``dilation`` apart, around each position; zeros beyond the edge.

    w (taps, channels) has a filter a channel, no offset; it starts normal with deviation √(2 / taps).

    Raises:
        ValueError: a size below 1, an even kernel, or sides of neither a signal nor an image.
    """

    sides: tuple[int, ...]
    kernel: int
    channels: int
    dilation: int = 1

    def __post_init__(self) -> None:
        check_sides(self.sides)
        odd("kernel", self.kernel)
        count("channels", self.channels)
        count("dilation", self.dilation)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """w."""
        return (Slot("weight", (self.kernel ** len(self.sides), self.channels), "weight"),)

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """Random w."""
        taps = self.kernel ** len(self.sides)
        return {"weight": math.sqrt(2.0 / taps) * rng.standard_normal((taps, self.channels))}

    def predict(self, held: Held, x: Array) -> Array:
        """Σ x_t w_t."""
        maps = _padded(x, self.sides, self._edge, 0.0)
        total = np.zeros((len(maps), *self.sides, self.channels), x.dtype)
        for tap, weight in zip(_taps(self.sides, self.kernel, self.dilation), held["weight"], strict=True):
            total += maps[tap] * weight
        return total.reshape(x.shape)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dx_t = dy w_t, put back in its place; dw_t = Σ x_t dy."""
        x = cache[0]
        maps, back = _padded(x, self.sides, self._edge, 0.0), dy.reshape(-1, *self.sides, self.channels)
        dx, axes = np.zeros_like(maps), tuple(range(1 + len(self.sides)))
        for t, tap in enumerate(_taps(self.sides, self.kernel, self.dilation)):
            slopes["weight"][t] = (maps[tap] * back).sum(axis=axes)
            dx[tap] += back * held["weight"][t]
        inner = (slice(None), *(slice(self._edge, self._edge + side) for side in self.sides))
        return dx[inner].reshape(x.shape)

    @property
    def _edge(self) -> int:
        return self.dilation * (self.kernel // 2)


@dataclass(frozen=True, slots=True)
class MaxFilter(Layer):
    """The largest of the ``kernel`` (by ``kernel``) positions around each; of equal ones the first has the slope.

    Raises:
        ValueError: an even kernel, or sides of neither a signal nor an image.
    """

    sides: tuple[int, ...]
    kernel: int = 3

    def __post_init__(self) -> None:
        check_sides(self.sides)
        odd("kernel", self.kernel)

    def predict(self, held: Held, x: Array) -> Array:
        """The largest."""
        maps = _padded(x, self.sides, self.kernel // 2, -np.inf)
        largest = np.full((len(maps), *self.sides, x.shape[1]), -np.inf, x.dtype)
        for tap in _taps(self.sides, self.kernel, 1):
            np.maximum(largest, maps[tap], out=largest)
        return largest.reshape(x.shape)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy at the position that was the largest."""
        x, y = cache
        edge = self.kernel // 2
        maps, largest = (_padded(x, self.sides, edge, -np.inf), y.reshape(-1, *self.sides, x.shape[1]))
        left, dx = dy.reshape(largest.shape).copy(), np.zeros_like(maps)
        for tap in _taps(self.sides, self.kernel, 1):
            here = maps[tap] == largest
            dx[tap] += np.where(here, left, 0.0)
            left[here] = 0.0
        inner = (slice(None), *(slice(edge, edge + side) for side in self.sides))
        return dx[inner].reshape(x.shape)
