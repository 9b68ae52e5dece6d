"""The affine map y = x W + b."""

from __future__ import annotations

__all__ = ["INITIALISERS", "Linear"]

import math
from dataclasses import dataclass

import numpy as np

from tunewright.training.argument import choice, count
from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot
from tunewright.training.product import product

INITIALISERS = ("he", "xavier")


@dataclass(frozen=True, slots=True)
class Linear(Layer):
    """y = x W + b with W (inputs, outputs) and b (outputs,).

    W starts normal with standard deviation √(2 / inputs) for ``init="he"`` (He et al. 2015, eq. 10: keeps the variance
    through rectifiers) or √(2 / (inputs + outputs)) for ``"xavier"`` (Glorot & Bengio 2010, eq. 12); b starts at zero.
    """

    inputs: int
    outputs: int
    init: str = "he"

    def __post_init__(self) -> None:
        count("inputs", self.inputs)
        count("outputs", self.outputs)
        choice("init", self.init, INITIALISERS)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """W and b."""
        return Slot("weight", (self.inputs, self.outputs), "weight"), Slot("bias", (self.outputs,), "bias")

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """Random W, zero b."""
        fan = self.inputs if self.init == "he" else self.inputs + self.outputs
        weight = math.sqrt(2.0 / fan) * rng.standard_normal((self.inputs, self.outputs))
        return {"weight": weight, "bias": np.zeros(self.outputs)}

    def predict(self, held: Held, x: Array) -> Array:
        """x W + b."""
        y = product(x, held["weight"])
        y += held["bias"]
        return y

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dx = dy Wᵀ, dW = xᵀ dy, db = Σ dy."""
        product(cache[0].T, dy, slopes["weight"])
        np.sum(dy, axis=0, out=slopes["bias"])
        return product(dy, held["weight"].T)
