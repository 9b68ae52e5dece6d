"""The contract of an optimiser: frozen settings, explicit state, one in-place step over a flat vector.

    θ   parameters, (p,)        g   gradient of the loss, (p,)
    η   learning rate           λ   weight decay
    d   where decay applies, (p,) of zeros and ones (everywhere when omitted)
    r   factor of the rate of each parameter, (p,) (1 when omitted)

Weight decay comes in two kinds. *Coupled*: g ← g + λ d θ, the slope of an L2 penalty, which then passes through the
moments. *Decoupled*: θ ← θ - η λ d θ, beside the moments (Loshchilov & Hutter 2019), whatever r is. η is the scheduled
rate.
"""

from __future__ import annotations

__all__ = ["Optimizer", "OptimizerState"]

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tunewright.training.argument import flag, nonnegative
from tunewright.training.layers.layer import Array


@dataclass(slots=True)
class OptimizerState:
    """All that an optimiser remembers: how many steps were taken, and its moment vectors by name, each (p,)."""

    step: int = 0
    moments: dict[str, Array] = field(default_factory=dict)


class Optimizer(ABC):
    """Settings of an optimiser; what changes lives in ``OptimizerState``."""

    weight_decay: float
    decoupled: bool

    @property
    @abstractmethod
    def moments(self) -> tuple[str, ...]:
        """Names of the vectors kept between steps."""

    @abstractmethod
    def direction(self, state: OptimizerState, gradient: Array) -> Array:
        """The vector u (p,) of θ ← θ - η u, after updating the moments in place; ``state.step`` counts from 1 here."""

    def start(self, size: int, dtype: npt.DTypeLike = np.float64) -> OptimizerState:
        """The state before the first step: zero moments of ``size`` parameters of type ``dtype``."""
        return OptimizerState(0, {name: np.zeros(size, dtype) for name in self.moments})

    def update(
        self,
        state: OptimizerState,
        parameters: Array,
        gradient: Array,
        lr: float,
        *,
        decays: Array | None = None,
        rates: Array | None = None,
    ) -> None:
        """One step, θ ← θ - η r u: ``parameters`` and ``state`` change in place, ``gradient`` does not."""
        lr = float(lr)  # a NumPy scalar would turn float32 vectors into float64
        state.step += 1
        if self.weight_decay > 0.0:
            pull = parameters if decays is None else parameters * decays
            if self.decoupled:
                # `pull` may be `parameters` itself; the right side is complete before the left is written.
                parameters -= (lr * self.weight_decay) * pull
            else:
                gradient = gradient + self.weight_decay * pull
        step = lr * self.direction(state, gradient)
        if rates is not None:
            step *= rates
        parameters -= step

    def _check_decay(self) -> None:
        object.__setattr__(self, "weight_decay", nonnegative("weight_decay", self.weight_decay))
        flag("decoupled", self.decoupled)
