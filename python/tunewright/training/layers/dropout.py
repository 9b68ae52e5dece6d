"""Inverted dropout."""

from __future__ import annotations

__all__ = ["Dropout"]

from dataclasses import dataclass

import numpy as np

from tunewright.training.argument import proper_fraction
from tunewright.training.layers.layer import Array, Cache, Held, Layer


@dataclass(frozen=True, slots=True)
class Dropout(Layer):
    """Each unit is zero with probability ``rate``, else divided by (1 - rate), so that its expectation is kept.

    Srivastava et al. 2014, in the inverted form (section 10): prediction needs no scaling.
    """

    rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", proper_fraction("rate", self.rate))

    def predict(self, held: Held, x: Array) -> Array:
        """x unchanged."""
        return x

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """x times a fresh mask.

        Raises:
            ValueError: no generator was given.
        """
        if rng is None:
            raise ValueError("dropout draws a mask: pass rng, a numpy.random.Generator")
        mask = (rng.random(x.shape) >= self.rate).astype(x.dtype)
        mask /= 1.0 - self.rate
        return x * mask, (mask,)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy times the same mask."""
        return dy * cache[0]
