"""Normalisation of activations: over the batch, or over the units of one example.

    x̂ = (x - μ) / √(v + ε)    normalised, (batch, units)
    y  = γ x̂ + β              gain γ and offset β, (units,), trained

For both, with g = γ dy and the mean taken over the same axis as μ (Ioffe & Szegedy 2015, section 3):

    dx = (g - mean(g) - x̂ mean(g x̂)) / √(v + ε)
"""

from __future__ import annotations

__all__ = ["BatchNorm", "LayerNorm"]

from dataclasses import dataclass

import numpy as np

from tunewright.training.argument import count, flag, fraction, positive
from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot


@dataclass(frozen=True, slots=True)
class BatchNorm(Layer):
    """Each unit normalised over the batch; after training, by running statistics (Ioffe & Szegedy 2015).

    Each training batch moves the running statistics to (1 - momentum) · running + momentum · batch; the running
    variance gathers the unbiased estimate, the batch itself is divided by the biased one, as PyTorch has it. Without
    ``affine`` there are no γ and β: y = x̂.
    """

    units: int
    momentum: float = 0.1
    eps: float = 1e-5
    affine: bool = True

    def __post_init__(self) -> None:
        count("units", self.units)
        flag("affine", self.affine)
        object.__setattr__(self, "momentum", fraction("momentum", self.momentum))
        object.__setattr__(self, "eps", positive("eps", self.eps))

    @property
    def slots(self) -> tuple[Slot, ...]:
        """γ, β and the running mean and variance."""
        trained = (Slot(name, (self.units,), "bias") for name in ("gain", "offset") if self.affine)
        running = (Slot(name, (self.units,), "running") for name in ("mean", "variance"))
        return (*trained, *running)

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """γ = 1, β = 0, running mean 0 and variance 1."""
        zero, one = np.zeros(self.units), np.ones(self.units)
        running: dict[str, Array] = {"mean": zero, "variance": one}
        return {"gain": one, "offset": zero, **running} if self.affine else running

    def predict(self, held: Held, x: Array) -> Array:
        """γ x̂ + β with the running statistics."""
        scale = 1.0 / np.sqrt(held["variance"] + self.eps)
        if self.affine:
            scale *= held["gain"]
        y: Array = x * scale
        y -= held["mean"] * scale
        if self.affine:
            y += held["offset"]
        return y

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """γ x̂ + β with the batch's statistics, which are also gathered into the running ones."""
        hat, inverse, mean, variance = _normalised(x, 0, self.eps)
        n = x.shape[0]
        # A batch of one has no unbiased variance; it then contributes its biased one, zero.
        unbiased = variance[0] * (n / max(n - 1, 1))
        for name, batch in (("mean", mean[0]), ("variance", unbiased)):
            running = held[name]
            running += self.momentum * (batch - running)
        return hat * held["gain"] + held["offset"] if self.affine else hat, (hat, inverse)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dx as above; dγ = Σ dy x̂, dβ = Σ dy."""
        if self.affine:
            return _backward(held, cache, dy, slopes, 0)
        return _through(cache, dy.copy(), 0)


@dataclass(frozen=True, slots=True)
class LayerNorm(Layer):
    """Each example normalised over its units (Ba, Kiros & Hinton 2016); training and prediction are the same map."""

    units: int
    eps: float = 1e-5

    def __post_init__(self) -> None:
        count("units", self.units)
        object.__setattr__(self, "eps", positive("eps", self.eps))

    @property
    def slots(self) -> tuple[Slot, ...]:
        """γ and β."""
        return Slot("gain", (self.units,), "bias"), Slot("offset", (self.units,), "bias")

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """γ = 1, β = 0."""
        return {"gain": np.ones(self.units), "offset": np.zeros(self.units)}

    def predict(self, held: Held, x: Array) -> Array:
        """γ x̂ + β."""
        return self.forward(held, x, None)[0]

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """γ x̂ + β."""
        hat, inverse, _, _ = _normalised(x, 1, self.eps)
        y: Array = hat * held["gain"]
        y += held["offset"]
        return y, (hat, inverse)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dx as above; dγ = Σ dy x̂, dβ = Σ dy."""
        return _backward(held, cache, dy, slopes, 1)


def _normalised(x: Array, axis: int, eps: float) -> tuple[Array, Array, Array, Array]:
    """(x̂, 1/√(v + ε), μ, v), the last three with ``axis`` kept at length one."""
    mean = x.mean(axis=axis, keepdims=True)
    hat = x - mean
    variance = _mean_product(hat, hat, axis)
    inverse = 1.0 / np.sqrt(variance + eps)
    hat *= inverse
    return hat, inverse, mean, variance


def _backward(held: Held, cache: Cache, dy: Array, slopes: Held, axis: int) -> Array:
    hat, _ = cache
    np.einsum("ij,ij->j", dy, hat, out=slopes["gain"])
    np.sum(dy, axis=0, out=slopes["offset"])
    return _through(cache, dy * held["gain"], axis)


def _through(cache: Cache, g: Array, axis: int) -> Array:
    """dx of g, which is overwritten."""
    hat, inverse = cache
    projection = _mean_product(g, hat, axis)
    g -= g.mean(axis=axis, keepdims=True)
    g -= hat * projection
    g *= inverse
    return g


def _mean_product(a: Array, b: Array, axis: int) -> Array:
    """The mean of a b over ``axis``, which is kept at length one; without an array of the products."""
    total = np.einsum("ij,ij->j" if axis == 0 else "ij,ij->i", a, b)
    return np.expand_dims(total / a.shape[axis], axis)
