"""Schedules by name, fitted to a number of steps."""

from __future__ import annotations

__all__ = ["SCHEDULES", "named_schedule"]

import inspect
from collections.abc import Callable
from typing import Any

from tunewright.training.argument import choice, count, whole
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
from tunewright.training.schedules.schedule import Constant, Schedule
from tunewright.training.schedules.warmup import Warmup, WarmupStableDecay

Defaults = Callable[[int, int], dict[str, Any]]

# (steps after the warm-up, steps of warm-up) -> the settings used where the caller names none.
_FITTED: dict[str, tuple[Callable[..., Schedule], Defaults]] = {
    "constant": (Constant, lambda n, w: {}),
    "step": (Step, lambda n, w: {"every": n / 3, "gamma": 0.1}),
    "multistep": (MultiStep, lambda n, w: {"milestones": (n / 2, 3 * n / 4), "gamma": 0.1}),
    "exponential": (Exponential, lambda n, w: {"gamma": 0.01 ** (1 / n)}),
    "polynomial": (Polynomial, lambda n, w: {"length": n, "power": 2.0}),
    "linear": (Linear, lambda n, w: {"length": n}),
    "cosine": (Cosine, lambda n, w: {"length": n}),
    "cosine_restarts": (CosineRestarts, lambda n, w: {"first": n / 7, "multiplier": 2.0}),
    "one_cycle": (OneCycle, lambda n, w: {"length": n}),
    "cyclic": (Cyclic, lambda n, w: {"up": n / 8}),
    "inverse_sqrt": (InverseSquareRoot, lambda n, w: {"timescale": w or n / 10}),
    "wsd": (WarmupStableDecay, lambda n, w: {"warmup": 0, "stable": 0.8 * n, "decay": 0.2 * n}),
}

SCHEDULES = tuple(_FITTED)


def named_schedule(name: str, steps: int, *, warmup: int = 0, warmup_shape: str = "linear", **options: Any) -> Schedule:
    """The schedule ``name`` over ``steps`` steps in all, the first ``warmup`` of them warm-up.

    Settings of the schedule's own class may be given as ``options``; the others are fitted to the length: thirds for
    "step", a half and three quarters for "multistep", down to 1 % for "exponential", three doubling cycles for
    "cosine_restarts", four cycles for "cyclic", the last fifth decaying for "wsd". A "linear" warm-up rises from
    1 / (warmup + 1) to 1, so that no update is spent on rate 0; a "constant" one waits at a tenth.

    Raises:
        ValueError: an unknown name or option, a setting out of range, or a warm-up as long as the whole.
    """
    build, defaults = _FITTED[choice("schedule", name, SCHEDULES)]
    if whole("warmup", warmup) >= count("steps", steps):
        raise ValueError(f"warmup must be shorter than the {steps} steps it is part of, got {warmup}")
    for option in options:
        choice(f"option of {name}", option, inspect.signature(build).parameters)
    after = build(**{**defaults(steps - warmup, warmup), **options})
    if warmup == 0:
        return after
    return Warmup(warmup, after, start=1.0 / (warmup + 1) if warmup_shape == "linear" else 0.1, shape=warmup_shape)
