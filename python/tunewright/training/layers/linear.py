"""The affine map y = a x W + b."""

from __future__ import annotations

__all__ = ["INITIALISERS", "Linear"]

import math
from dataclasses import dataclass

import numpy as np

from tunewright.training.argument import choice, count, nonnegative, positive
from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot
from tunewright.training.product import product

INITIALISERS = ("he", "xavier")


@dataclass(frozen=True, slots=True)
class Linear(Layer):
    """y = a x W + b with W (inputs, outputs), b (outputs,) and a the ``multiplier``.

    W starts normal with standard deviation √(2 / inputs) for ``init="he"`` (He et al. 2015, eq. 10: keeps the variance
    through rectifiers) or √(2 / (inputs + outputs)) for ``"xavier"`` (Glorot & Bengio 2010, eq. 12), or with
    ``deviation``, if it is given; b starts at zero.
    """

    inputs: int
    outputs: int
    init: str = "he"
    deviation: float | None = None
    multiplier: float = 1.0

    def __post_init__(self) -> None:
        count("inputs", self.inputs)
        count("outputs", self.outputs)
        choice("init", self.init, INITIALISERS)
        if self.deviation is not None:
            nonnegative("deviation", self.deviation)
        object.__setattr__(self, "multiplier", positive("multiplier", self.multiplier))

    @property
    def first_deviation(self) -> float:
        """Standard deviation of W at the start."""
        if self.deviation is not None:
            return self.deviation
        return math.sqrt(2.0 / (self.inputs if self.init == "he" else self.inputs + self.outputs))

    @property
    def slots(self) -> tuple[Slot, ...]:
        """W and b."""
        return Slot("weight", (self.inputs, self.outputs), "weight"), Slot("bias", (self.outputs,), "bias")

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """Random W, zero b."""
        weight = self.first_deviation * rng.standard_normal((self.inputs, self.outputs))
        return {"weight": weight, "bias": np.zeros(self.outputs)}

    def predict(self, held: Held, x: Array) -> Array:
        """a x W + b."""
        y = product(x, held["weight"])
        if self.multiplier != 1.0:
            y *= self.multiplier
        y += held["bias"]
        return y

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dx = a dy Wᵀ, dW = a xᵀ dy, db = Σ dy."""
        np.sum(dy, axis=0, out=slopes["bias"])
        if self.multiplier != 1.0:
            dy = self.multiplier * dy
        product(cache[0].T, dy, slopes["weight"])
        return product(dy, held["weight"].T)
