"""Stochastic gradient descent with momentum."""

from __future__ import annotations

__all__ = ["SGD"]

from dataclasses import dataclass

from tunewright.training.argument import flag, fraction, proper_fraction
from tunewright.training.layers.layer import Array
from tunewright.training.optimizers.optimizer import Optimizer, OptimizerState


@dataclass(frozen=True, slots=True)
class SGD(Optimizer):
    """b ← μ b + (1 - dampening) g, u = b, or u = g + μ b with ``nesterov`` (Sutskever et al. 2013 in PyTorch's form).

    The first step starts the buffer at g itself, undampened, as PyTorch does. Without momentum u = g.
    """

    momentum: float = 0.0
    dampening: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    decoupled: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "momentum", proper_fraction("momentum", self.momentum))
        object.__setattr__(self, "dampening", fraction("dampening", self.dampening))
        flag("nesterov", self.nesterov)
        self._check_decay()
        if self.nesterov and (self.momentum == 0.0 or self.dampening != 0.0):
            raise ValueError(
                f"nesterov needs momentum above 0 and dampening 0, got momentum={self.momentum!r}, "
                f"dampening={self.dampening!r}; set momentum or leave nesterov=False"
            )

    @property
    def moments(self) -> tuple[str, ...]:
        """The momentum buffer, if any."""
        return ("velocity",) if self.momentum > 0.0 else ()

    def direction(self, state: OptimizerState, gradient: Array) -> Array:
        """u as above."""
        if self.momentum == 0.0:
            return gradient
        velocity = state.moments["velocity"]
        velocity *= self.momentum
        velocity += gradient if state.step == 1 else (1.0 - self.dampening) * gradient
        return gradient + self.momentum * velocity if self.nesterov else velocity
