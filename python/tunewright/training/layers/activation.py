"""Element-wise nonlinearities.

Φ(x) = (1 + erf(x/√2)) / 2    the normal distribution function
φ(x) = exp(-x²/2) / √(2π)     its density
σ(x) = 1 / (1 + exp(-x))      the logistic function
"""

from __future__ import annotations

__all__ = ["ACTIVATIONS", "GELU", "ReLU", "SiLU", "Tanh"]

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

from tunewright.training.layers.layer import Array, Cache, Held, Layer

_SQRT_TWO_PI = math.sqrt(2.0 * math.pi)


@dataclass(frozen=True, slots=True)
class ReLU(Layer):
    """max(x, 0); the slope at 0 is taken as 0."""

    def predict(self, held: Held, x: Array) -> Array:
        """max(x, 0); NaN stays NaN."""
        return np.maximum(x, 0.0)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy where y > 0."""
        return dy * (cache[1] > 0.0)


@dataclass(frozen=True, slots=True)
class GELU(Layer):
    """x Φ(x), exact and not the tanh approximation (Hendrycks & Gimpel 2016, section 2)."""

    def predict(self, held: Held, x: Array) -> Array:
        """x Φ(x)."""
        return self.forward(held, x, None)[0]

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """x Φ(x), keeping Φ(x)."""
        cdf = ndtr(x)
        return x * cdf, (x, cdf)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy (Φ(x) + x φ(x))."""
        x, cdf = cache
        slope: Array = x * np.exp(-0.5 * x * x)
        slope /= _SQRT_TWO_PI
        slope += cdf
        slope *= dy
        return slope


@dataclass(frozen=True, slots=True)
class SiLU(Layer):
    """x σ(x), also called swish (Elfwing et al. 2018, eq. 3)."""

    def predict(self, held: Held, x: Array) -> Array:
        """x σ(x)."""
        return self.forward(held, x, None)[0]

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """x σ(x), keeping σ(x)."""
        gate = expit(x)
        return x * gate, (x, gate)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy σ(x) (1 + x (1 - σ(x)))."""
        x, gate = cache
        slope: Array = x * (1.0 - gate)
        slope += 1.0
        slope *= gate
        slope *= dy
        return slope


@dataclass(frozen=True, slots=True)
class Tanh(Layer):
    """tanh(x)."""

    def predict(self, held: Held, x: Array) -> Array:
        """tanh(x)."""
        return np.tanh(x)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dy (1 - y²)."""
        y = cache[1]
        return dy * (1.0 - y * y)


ACTIVATIONS: dict[str, Layer] = {"relu": ReLU(), "gelu": GELU(), "silu": SiLU(), "tanh": Tanh()}
