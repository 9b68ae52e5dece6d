"""Schedules that go down: by steps, by a law, or to a floor.

The names and the formulas are those of PyTorch's ``lr_scheduler`` where it has them, with base rate 1: ``Step`` is
StepLR, ``MultiStep`` MultiStepLR, ``Exponential`` ExponentialLR, ``Polynomial`` PolynomialLR, ``Linear`` LinearLR,
``Cosine`` CosineAnnealingLR up to T (beyond it PyTorch's rises again; ours holds its floor).
"""

from __future__ import annotations

__all__ = ["Cosine", "Exponential", "InverseSquareRoot", "Linear", "MultiStep", "Polynomial", "Step"]

import math
from bisect import bisect_right
from dataclasses import dataclass

from tunewright.training.argument import fraction, nonnegative, positive
from tunewright.training.schedules.schedule import progress


@dataclass(frozen=True, slots=True)
class Step:
    """γ^⌊t / every⌋."""

    every: float
    gamma: float = 0.1

    def __post_init__(self) -> None:
        positive("every", self.every)
        fraction("gamma", self.gamma)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        return float(self.gamma ** math.floor(step / self.every))


@dataclass(frozen=True, slots=True)
class MultiStep:
    """γ to the number of milestones reached; a milestone counts from its own step on."""

    milestones: tuple[float, ...]
    gamma: float = 0.1

    def __post_init__(self) -> None:
        object.__setattr__(self, "milestones", tuple(self.milestones))
        for milestone in self.milestones:
            nonnegative("milestones", milestone)
        if list(self.milestones) != sorted(self.milestones):
            raise ValueError(f"milestones must ascend, got {self.milestones!r}; sort them")
        fraction("gamma", self.gamma)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        return float(self.gamma ** bisect_right(self.milestones, step))


@dataclass(frozen=True, slots=True)
class Exponential:
    """γ^t."""

    gamma: float

    def __post_init__(self) -> None:
        fraction("gamma", self.gamma)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        return float(self.gamma**step)


@dataclass(frozen=True, slots=True)
class Polynomial:
    """floor + (1 - floor) (1 - t / T)^power."""

    length: float
    power: float = 1.0
    floor: float = 0.0

    def __post_init__(self) -> None:
        positive("length", self.length)
        positive("power", self.power)
        fraction("floor", self.floor)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        return float(self.floor + (1.0 - self.floor) * (1.0 - progress(step, self.length)) ** self.power)


@dataclass(frozen=True, slots=True)
class Linear:
    """start + (end - start) t / T: down by default, up where ``end`` is the larger."""

    length: float
    start: float = 1.0
    end: float = 0.0

    def __post_init__(self) -> None:
        positive("length", self.length)
        nonnegative("start", self.start)
        nonnegative("end", self.end)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        return float(self.start + (self.end - self.start) * progress(step, self.length))


@dataclass(frozen=True, slots=True)
class Cosine:
    """floor + (1 - floor) (1 + cos(π t / T)) / 2 (Loshchilov & Hutter 2017, eq. 5, one cycle)."""

    length: float
    floor: float = 0.0

    def __post_init__(self) -> None:
        positive("length", self.length)
        fraction("floor", self.floor)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        return float(self.floor + (1.0 - self.floor) * 0.5 * (1.0 + math.cos(math.pi * progress(step, self.length))))


@dataclass(frozen=True, slots=True)
class InverseSquareRoot:
    """√(τ / (t + τ)).

    After a warm-up of τ steps, with t counted from its end, this is the √(τ / step) of Vaswani et al. 2017, eq. 3,
    scaled to peak at 1.
    """

    timescale: float

    def __post_init__(self) -> None:
        positive("timescale", self.timescale)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        return math.sqrt(self.timescale / (step + self.timescale))
