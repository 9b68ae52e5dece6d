"""Warm-up before any schedule, and the warm-up, stable, decay schedule."""

from __future__ import annotations

__all__ = ["Warmup", "WarmupStableDecay"]

import math
from dataclasses import dataclass

from tunewright.training.argument import choice, fraction, nonnegative, positive
from tunewright.training.schedules.schedule import Schedule, progress

_SHAPES = ("linear", "constant")
_DECAYS = ("linear", "cosine", "sqrt")


@dataclass(frozen=True, slots=True)
class Warmup:
    """``steps`` of warm-up, then ``after``, whose own clock starts at the end of the warm-up.

    "linear": after(0) · (start + (1 - start) t / steps), the ramp of Goyal et al. 2017; "constant": after(0) · start.
    As PyTorch's SequentialLR of LinearLR or ConstantLR and another. ``start=0`` makes the first update with rate 0;
    1 / (steps + 1) spends none.
    """

    steps: float
    after: Schedule
    start: float = 0.0
    shape: str = "linear"

    def __post_init__(self) -> None:
        nonnegative("steps", self.steps)
        if not callable(self.after):
            raise TypeError(f"after must be a schedule (a function of the step), got {self.after!r}")
        fraction("start", self.start)
        choice("shape", self.shape, _SHAPES)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        if step >= self.steps:
            return self.after(step - self.steps)
        part = step / self.steps if self.shape == "linear" else 0.0
        return float(self.after(0) * (self.start + (1.0 - self.start) * part))


@dataclass(frozen=True, slots=True)
class WarmupStableDecay:
    """From ``start`` to 1 in ``warmup`` steps, there for ``stable`` steps, then down to ``floor`` in ``decay`` steps.

    Hu et al. 2024 (MiniCPM), section 4. With p the part of the decay that is done, it follows 1 - p ("linear"),
    (1 + cos π p) / 2 ("cosine") or 1 - √p ("sqrt", Hägele et al. 2024, which found it the best of these).
    """

    warmup: float
    stable: float
    decay: float
    shape: str = "sqrt"
    start: float = 0.0
    floor: float = 0.0

    def __post_init__(self) -> None:
        nonnegative("warmup", self.warmup)
        nonnegative("stable", self.stable)
        positive("decay", self.decay)
        choice("shape", self.shape, _DECAYS)
        fraction("start", self.start)
        fraction("floor", self.floor)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        if step < self.warmup:
            return self.start + (1.0 - self.start) * step / self.warmup
        part = progress(max(step - self.warmup - self.stable, 0.0), self.decay)
        left = {"linear": 1.0 - part, "cosine": 0.5 * (1.0 + math.cos(math.pi * part)), "sqrt": 1.0 - math.sqrt(part)}
        return float(self.floor + (1.0 - self.floor) * left[self.shape])
