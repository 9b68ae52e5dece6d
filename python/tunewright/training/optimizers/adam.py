"""Adam (Kingma & Ba 2015, algorithm 1) and AdamW (Loshchilov & Hutter 2019, algorithm 2)."""

from __future__ import annotations

__all__ = ["Adam", "AdamW"]

import math
from dataclasses import dataclass

import numpy as np

from tunewright.training.argument import positive, proper_fraction
from tunewright.training.layers.layer import Array
from tunewright.training.optimizers.optimizer import Optimizer, OptimizerState


@dataclass(frozen=True, slots=True)
class Adam(Optimizer):
    """m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², u = m̂ / (√v̂ + ε), m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ)."""

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.0
    decoupled: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "beta1", proper_fraction("beta1", self.beta1))
        object.__setattr__(self, "beta2", proper_fraction("beta2", self.beta2))
        object.__setattr__(self, "eps", positive("eps", self.eps))
        self._check_decay()

    @property
    def moments(self) -> tuple[str, ...]:
        """The first and the second moment."""
        return ("first", "second")

    def direction(self, state: OptimizerState, gradient: Array) -> Array:
        """u as above."""
        first, second = state.moments["first"], state.moments["second"]
        first *= self.beta1
        first += (1.0 - self.beta1) * gradient
        second *= self.beta2
        second += (1.0 - self.beta2) * gradient * gradient
        unbias1 = 1.0 - self.beta1**state.step
        unbias2 = 1.0 - self.beta2**state.step
        direction: Array = np.sqrt(second)
        direction /= math.sqrt(unbias2)
        direction += self.eps
        np.divide(first, direction, out=direction)
        direction /= unbias1
        return direction


@dataclass(frozen=True, slots=True)
class AdamW(Adam):
    """Adam whose weight decay is decoupled, 0.01 unless said otherwise."""

    weight_decay: float = 0.01
    decoupled: bool = True
