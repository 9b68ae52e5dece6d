"""Position encodings: what tells a transformer which position a row is.

Without one, attention and all that works row by row commute with any permutation of the positions.
"""

from __future__ import annotations

__all__ = ["POSITION_ENCODINGS", "LearnedPosition", "SinusoidalPosition"]

from dataclasses import dataclass

import numpy as np

from tunewright.training.argument import count
from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot

_LEARNED_DEVIATION = 0.02
_LONGEST_WAVE = 10_000.0


@dataclass(frozen=True, slots=True)
class SinusoidalPosition(Layer):
    """x + s, with s at position t and unit i of width D (Vaswani et al. 2017, section 3.5).

    s[t, 2j] = sin(t / 10000^(2j / D)) and s[t, 2j + 1] = cos(t / 10000^(2j / D)); nothing is trained.
    """

    length: int
    width: int

    def __post_init__(self) -> None:
        count("length", self.length)
        count("width", self.width)

    def predict(self, held: Held, x: Array) -> Array:
        """x + s at each position."""
        unit = np.arange(self.width)
        angle = np.arange(self.length)[:, None] / _LONGEST_WAVE ** ((unit - unit % 2) / self.width)
        return _added(x, np.where(unit % 2 == 0, np.sin(angle), np.cos(angle)).astype(x.dtype))

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy."""
        return dy


@dataclass(frozen=True, slots=True)
class LearnedPosition(Layer):
    """x + s with s (length, width) trained, from N(0, 0.02²) at first (Devlin et al. 2019); it does not decay."""

    length: int
    width: int

    def __post_init__(self) -> None:
        count("length", self.length)
        count("width", self.width)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """s."""
        return (Slot("position", (self.length, self.width), "bias"),)

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """Small random s."""
        return {"position": _LEARNED_DEVIATION * rng.standard_normal((self.length, self.width))}

    def predict(self, held: Held, x: Array) -> Array:
        """x + s at each position."""
        return _added(x, held["position"])

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dx = dy; ds = the sum of dy over the examples."""
        np.sum(dy.reshape(-1, self.length, self.width), axis=0, out=slopes["position"])
        return dy


POSITION_ENCODINGS: dict[str, type[SinusoidalPosition] | type[LearnedPosition] | None] = {
    "learned": LearnedPosition,
    "sinusoidal": SinusoidalPosition,
    "none": None,
}


def _added(x: Array, position: Array) -> Array:
    y: Array = x.reshape(-1, *position.shape) + position
    return y.reshape(x.shape)
