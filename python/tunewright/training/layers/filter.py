"""Filters of signals and images that keep their size: a trained convolution, and the mean of the surroundings.

Positions are rows: (n P, C), P the product of ``sides``, which are (length,) of a signal or (height, width) of an
image.
"""

from __future__ import annotations

__all__ = ["Convolution", "MeanFilter", "check_sides"]

import math
from dataclasses import dataclass

import numpy as np

from tunewright.training.argument import count, odd
from tunewright.training.layers.image import Patches
from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot
from tunewright.training.layers.signal import Windows
from tunewright.training.product import product


def check_sides(sides: tuple[int, ...]) -> None:
    """Refuse what is neither a signal nor an image."""
    if len(sides) not in (1, 2):
        raise ValueError(f"sides must be (length,) or (height, width), got {sides}")
    for side in sides:
        count("sides", side)


@dataclass(frozen=True, slots=True)
class Convolution(Layer):
    """y = Σ_t x_t W_t over the k or k² places t around each position, zeros beyond the edge; no offset.

    W (taps, inputs, outputs) has one matrix a place, in C order, so that the leading channels of a wide convolution are
    a narrow one. It starts normal with deviation √(2 / (taps · inputs)) (He et al. 2015, eq. 10).

    Raises:
        ValueError: a size below 1, an even kernel, or sides of neither a signal nor an image.
    """

    sides: tuple[int, ...]
    kernel: int
    inputs: int
    outputs: int

    def __post_init__(self) -> None:
        check_sides(self.sides)
        count("inputs", self.inputs)
        count("outputs", self.outputs)
        _ = self._surroundings

    @property
    def taps(self) -> int:
        """Places around a position, itself included."""
        return int(self.kernel ** len(self.sides))

    @property
    def slots(self) -> tuple[Slot, ...]:
        """W."""
        return (Slot("weight", (self.taps, self.inputs, self.outputs), "weight"),)

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """Random W."""
        deviation = math.sqrt(2.0 / (self.taps * self.inputs))
        return {"weight": deviation * rng.standard_normal((self.taps, self.inputs, self.outputs))}

    def predict(self, held: Held, x: Array) -> Array:
        """Σ x_t W_t."""
        return self.forward(held, x, None)[0]

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """Σ x_t W_t, keeping the surroundings."""
        around = x if self.kernel == 1 else self._surroundings.predict({}, x)
        return product(around, self._matrix(held)), (x, around)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dx_t = dy W_tᵀ, put back in its place; dW_t = x_tᵀ dy."""
        x, around = cache
        slopes["weight"][...] = product(around.T, dy).reshape(slopes["weight"].shape)
        dx = product(dy, self._matrix(held).T)
        return dx if self.kernel == 1 else self._surroundings.backward({}, (x,), dx, {})

    @property
    def _surroundings(self) -> Layer:
        return Patches(*self.sides, self.kernel) if len(self.sides) == 2 else Windows(self.sides[0], self.kernel)

    def _matrix(self, held: Held) -> Array:
        return held["weight"].reshape(-1, self.outputs)


@dataclass(frozen=True, slots=True)
class MeanFilter(Layer):
    """The mean of the ``kernel`` (by ``kernel``) positions around each; those beyond the edge do not count.

    Raises:
        ValueError: an even kernel, or sides of neither a signal nor an image.
    """

    sides: tuple[int, ...]
    kernel: int = 3

    def __post_init__(self) -> None:
        check_sides(self.sides)
        odd("kernel", self.kernel)

    def predict(self, held: Held, x: Array) -> Array:
        """The means."""
        maps = self._summed(x.reshape(-1, *self.sides, x.shape[1]))
        maps /= self._counts(x)
        return maps.reshape(x.shape)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """Each position's share of the means it is in: the sum is its own transpose."""
        maps = self._summed(dy.reshape(-1, *self.sides, dy.shape[1]) / self._counts(dy))
        return maps.reshape(dy.shape)

    def _counts(self, like: Array) -> Array:
        """How many positions each mean is of, (*sides, 1), in the type of ``like``."""
        counts: Array = self._summed(np.ones((1, *self.sides, 1), like.dtype))[0]
        return counts

    def _summed(self, maps: Array) -> Array:
        """Sums over the surroundings, one axis after the other."""
        for axis, side in enumerate(self.sides, start=1):
            along = np.moveaxis(maps, axis, 1)
            total = along.copy()
            for step in range(1, min(self.kernel // 2, side - 1) + 1):
                total[:, step:] += along[:, :-step]
                total[:, :-step] += along[:, step:]
            maps = np.moveaxis(total, 1, axis)
        return maps
