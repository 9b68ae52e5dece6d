"""The residual connection (He et al. 2016, eq. 1)."""

from __future__ import annotations

__all__ = ["Residual"]

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

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
        return tuple(
            replace(slot, name=f"{place}.{slot.name}")
            for place, layer in enumerate(self.layers)
            for slot in layer.slots
        )

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """First values of the layers, drawn in order."""
        return {
            f"{place}.{name}": value
            for place, layer in enumerate(self.layers)
            for name, value in layer.initial(rng).items()
        }

    def predict(self, held: Held, x: Array) -> Array:
        """x + f(x)."""
        y = x
        for layer, own in self._parts(held):
            y = layer.predict(own, y)
        return x + y

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """x + f(x), keeping what each layer keeps."""
        y, caches = x, []
        for layer, own in self._parts(held):
            y, cache = layer.forward(own, y, rng)
            caches.append(cache)
        return x + y, cast("Cache", tuple(caches))  # one tuple of arrays a layer; only ``backward`` looks into it

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy + f'(x) dy."""
        dx = dy
        steps = zip(self._parts(held), self._parts(slopes), cast("tuple[Cache, ...]", cache), strict=True)
        for (layer, own), (_, own_slopes), own_cache in reversed(list(steps)):
            dx = layer.backward(own, own_cache, dx, own_slopes)
        return dy + dx

    def _parts(self, held: Held) -> Iterator[tuple[Layer, Held]]:
        """Each layer with its own arrays, under their own names."""
        for place, layer in enumerate(self.layers):
            # A layer's running statistics have no slope, and a test of one layer hands none.
            names = [slot.name for slot in layer.slots if f"{place}.{slot.name}" in held]
            yield layer, {name: held[f"{place}.{name}"] for name in names}
