"""The residual connection (He et al. 2016, eq. 1)."""

from __future__ import annotations

__all__ = ["Residual"]

from dataclasses import dataclass

import numpy as np

from tunewright.training.layers.chain import Chain, initial_of_parts, slots_of_parts
from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot


@dataclass(frozen=True, slots=True)
class Residual(Layer):
    """y = x + f(x), f the ``layers`` one after another; their outputs must have the shape of x.

    Slots are named by the place of their layer: ``"1.weight"`` is the weight of the second.
    """

    layers: tuple[Layer, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Those of all layers, in order."""
        return slots_of_parts(self.layers)

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """First values of the layers, drawn in order."""
        return initial_of_parts(self.layers, rng)

    def predict(self, held: Held, x: Array) -> Array:
        """x + f(x)."""
        return x + Chain(self.layers).predict(held, x)

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """x + f(x), keeping what each layer keeps."""
        y, cache = Chain(self.layers).forward(held, x, rng)
        return x + y, cache

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy + f'(x) dy."""
        return dy + Chain(self.layers).backward(held, cache, dy, slopes)
