"""Layers one after another as one layer, and how a layer that is made of others shares out its arrays."""

from __future__ import annotations

__all__ = ["Chain", "initial_of_parts", "shared_out", "slots_of_parts"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot


def slots_of_parts(parts: Sequence[Layer]) -> tuple[Slot, ...]:
    """The slots of all parts, in order, named by the place of their part: ``"1.weight"`` is one of the second."""
    return tuple(replace(slot, name=f"{place}.{slot.name}") for place, part in enumerate(parts) for slot in part.slots)


def initial_of_parts(parts: Sequence[Layer], rng: np.random.Generator) -> dict[str, Array]:
    """First values of the parts' slots, drawn in order."""
    return {f"{place}.{name}": value for place, part in enumerate(parts) for name, value in part.initial(rng).items()}


def shared_out(held: Held, parts: int) -> list[dict[str, Array]]:
    """For each of so many parts, its own arrays under their own names. Names without a place belong to the whole."""
    own: list[dict[str, Array]] = [{} for _ in range(parts)]
    for name, array in held.items():
        place, dot, rest = name.partition(".")
        if dot:
            own[int(place)][rest] = array
    return own


@dataclass(frozen=True, slots=True)
class Chain(Layer):
    """y = f(x), f the ``layers`` one after another; without any, y = x."""

    layers: tuple[Layer, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Those of all layers."""
        return slots_of_parts(self.layers)

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """Those of all layers."""
        return initial_of_parts(self.layers, rng)

    def predict(self, held: Held, x: Array) -> Array:
        """f(x)."""
        for layer, own in zip(self.layers, shared_out(held, len(self.layers)), strict=True):
            x = layer.predict(own, x)
        return x

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """f(x), keeping what each layer keeps."""
        caches = []
        for layer, own in zip(self.layers, shared_out(held, len(self.layers)), strict=True):
            x, cache = layer.forward(own, x, rng)
            caches.append(cache)
        return x, cast("Cache", tuple(caches))  # one tuple of arrays a layer; only ``backward`` looks into it

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """f'(x) dy."""
        n = len(self.layers)
        steps = zip(
            self.layers,
            shared_out(held, n),
            shared_out(slopes, n),
            cast("tuple[Cache, ...]", cache),
            strict=True,
        )
        for layer, own, own_slopes, own_cache in reversed(list(steps)):
            dy = layer.backward(own, own_cache, dy, own_slopes)
        return dy
