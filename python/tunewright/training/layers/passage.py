"""Layers without weights that let everything through, or nothing."""

from __future__ import annotations

__all__ = ["Identity", "Zero"]

from dataclasses import dataclass

import numpy as np

from tunewright.training.layers.layer import Array, Cache, Held, Layer


@dataclass(frozen=True, slots=True)
class Identity(Layer):
    """y = x."""

    def predict(self, held: Held, x: Array) -> Array:
        """x."""
        return x

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy."""
        return dy


@dataclass(frozen=True, slots=True)
class Zero(Layer):
    """y = 0, of the shape of x."""

    def predict(self, held: Held, x: Array) -> Array:
        """Zeros."""
        return np.zeros_like(x)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """Zeros."""
        return np.zeros_like(dy)
