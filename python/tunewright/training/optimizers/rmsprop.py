"""RMSprop (Tieleman & Hinton 2012, lecture 6.5), in PyTorch's form: ε outside the root."""

from __future__ import annotations

__all__ = ["RMSprop"]

from dataclasses import dataclass

import numpy as np

from tunewright.training.argument import flag, positive, proper_fraction
from tunewright.training.layers.layer import Array
from tunewright.training.optimizers.optimizer import Optimizer, OptimizerState


@dataclass(frozen=True, slots=True)
class RMSprop(Optimizer):
    """s ← β₂ s + (1 - β₂) g², w = g / (√s + ε), and b ← μ b + w, u = b with momentum, else u = w.

    ``centered`` subtracts the square of the mean gradient under the root (Graves 2013, eq. 40). ``beta2`` is what
    PyTorch calls alpha: it plays the part of Adam's β₂.
    """

    beta2: float = 0.99
    eps: float = 1e-8
    momentum: float = 0.0
    centered: bool = False
    weight_decay: float = 0.0
    decoupled: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "beta2", proper_fraction("beta2", self.beta2))
        object.__setattr__(self, "eps", positive("eps", self.eps))
        object.__setattr__(self, "momentum", proper_fraction("momentum", self.momentum))
        flag("centered", self.centered)
        self._check_decay()

    @property
    def moments(self) -> tuple[str, ...]:
        """The mean square, and the mean and the buffer where asked for."""
        return ("square", *(("mean",) if self.centered else ()), *(("velocity",) if self.momentum > 0.0 else ()))

    def direction(self, state: OptimizerState, gradient: Array) -> Array:
        """u as above."""
        square = state.moments["square"]
        square *= self.beta2
        square += (1.0 - self.beta2) * gradient * gradient
        scaled = gradient / (np.sqrt(self._spread(state, gradient)) + self.eps)
        if self.momentum == 0.0:
            return scaled
        velocity = state.moments["velocity"]
        velocity *= self.momentum
        velocity += scaled
        return velocity

    def _spread(self, state: OptimizerState, gradient: Array) -> Array:
        if not self.centered:
            return state.moments["square"]
        mean = state.moments["mean"]
        mean *= self.beta2
        mean += (1.0 - self.beta2) * gradient
        # Never below zero in exact arithmetic; rounding may put it there for a constant gradient.
        return np.maximum(state.moments["square"] - mean * mean, 0.0)
