"""Several operations on one input, each behind a gate: y = Σ_o g_o f_o(x) (Liu, Simonyan & Yang 2019, eq. 2).

Gates are numbers that somebody sets from outside; what their slopes are good for is that one's affair.
"""

from __future__ import annotations

__all__ = ["Gated"]

from dataclasses import dataclass
from typing import cast

import numpy as np

from tunewright.training.layers.chain import initial_of_parts, shared_out, slots_of_parts
from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot


@dataclass(frozen=True, slots=True)
class Gated(Layer):
    """y = Σ_o g_o f_o(x); every operation keeps the shape of x.

    The gates g (operations,) are a slot of role ``"gate"``, all 1 / operations at first. An operation whose gate is
    exactly 0 is not computed: its weights and its gate have the slope 0 then, and one open gate alone costs what its
    operation costs.

    Raises:
        ValueError: no operations.
    """

    operations: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if not self.operations:
            raise ValueError("operations must hold at least one layer, got none")

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The gates, then the slots of all operations."""
        return (Slot("gates", (len(self.operations),), "gate"), *slots_of_parts(self.operations))

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """Equal gates; the operations' first values, drawn in order."""
        size = len(self.operations)
        return {"gates": np.full(size, 1.0 / size), **initial_of_parts(self.operations, rng)}

    def predict(self, held: Held, x: Array) -> Array:
        """Σ g_o f_o(x)."""
        total = np.zeros_like(x)
        own = shared_out(held, len(self.operations))
        for place in _open(held):
            total += held["gates"][place] * self.operations[place].predict(own[place], x)
        return total

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """Σ g_o f_o(x), keeping the outputs of the operations and what each keeps."""
        total, kept = np.zeros_like(x), []
        own = shared_out(held, len(self.operations))
        for place in _open(held):
            y, cache = self.operations[place].forward(own[place], x, rng)
            total += held["gates"][place] * y
            kept.append((place, y, cache))
        return total, cast("Cache", (x, kept))  # only ``backward`` looks into it

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dx = Σ g_o f_o'(x) dy, dg_o = Σ dy f_o(x), and the operations' slopes of g_o dy."""
        x, kept = cast("tuple[Array, list[tuple[int, Array, Cache]]]", cache)
        for slope in slopes.values():
            slope[...] = 0.0
        dx = np.zeros_like(x)
        own, own_slopes = (shared_out(arrays, len(self.operations)) for arrays in (held, slopes))
        for place, y, own_cache in kept:
            # Not np.vdot: BLAS shares long ones out among threads, whose number would show in the last bits.
            slopes["gates"][place] = np.sum(dy * y)
            part = held["gates"][place] * dy
            dx += self.operations[place].backward(own[place], own_cache, part, own_slopes[place])
        return dx


def _open(held: Held) -> list[int]:
    return [int(place) for place in np.flatnonzero(held["gates"])]
