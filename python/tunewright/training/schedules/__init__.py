"""Learning-rate schedules: pure functions of the step (and, for reduce-on-plateau, of the metrics so far)."""

from __future__ import annotations

__all__ = [
    "SCHEDULES",
    "Constant",
    "Cosine",
    "CosineRestarts",
    "Cyclic",
    "Exponential",
    "InverseSquareRoot",
    "Linear",
    "MultiStep",
    "OneCycle",
    "PlateauState",
    "Polynomial",
    "ReduceOnPlateau",
    "Schedule",
    "Step",
    "Warmup",
    "WarmupStableDecay",
    "named_schedule",
]

from tunewright.training.schedules.catalogue import SCHEDULES, named_schedule
from tunewright.training.schedules.cycle import CosineRestarts, Cyclic, OneCycle
from tunewright.training.schedules.decay import (
    Cosine,
    Exponential,
    InverseSquareRoot,
    Linear,
    MultiStep,
    Polynomial,
    Step,
)
from tunewright.training.schedules.plateau import PlateauState, ReduceOnPlateau
from tunewright.training.schedules.schedule import Constant, Schedule
from tunewright.training.schedules.warmup import Warmup, WarmupStableDecay
