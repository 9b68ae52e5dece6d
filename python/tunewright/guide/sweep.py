"""One range test: the learning rate grows from step to step until the loss explodes; then everything is put back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tunewright.errors import LearningRateError
from tunewright.trial.columns import Array

__all__ = ["Sweep", "rates_between", "swept"]

_WATCH = 0.8  # of the running mean that watches for divergence: it forgets after about five steps
_LEAST_FALL = 0.1  # of the first loss: what a fall counts as at least, so that noise on a plateau is no divergence


@dataclass(frozen=True)
class Sweep:
    """What one range test saw.

    Attributes:
        losses: (steps,), NaN from the step on at which it stopped.
        diverged: whether it stopped before the last rate.
    """

    losses: Array
    diverged: bool


def rates_between(low: float, high: float, steps: int, mode: str) -> Array:
    """(steps,) rates from ``low`` to ``high``, by equal factors ("exponential") or differences ("linear")."""
    return np.geomspace(low, high, steps) if mode == "exponential" else np.linspace(low, high, steps)


def swept(
    step: Callable[[float], Any],
    rates: Array,
    divergence: float,
    save: Callable[[], Any],
    restore: Callable[[Any], None],
) -> Sweep:
    """Train one step at each of ``rates``. The model is put back whatever happens, an interrupt too.

    It stops where the loss is not finite, or its running mean has risen by more than ``divergence`` times what it had
    fallen.

    Raises:
        LearningRateError: ``step`` raised.
    """
    losses = np.full(len(rates), np.nan)
    state = save()
    try:
        watch = _Watch(divergence)
        for i, rate in enumerate(rates.tolist()):
            try:
                loss = float(step(rate))
            except Exception as error:
                raise LearningRateError(
                    f"step(lr={rate:.3g}) raised {type(error).__name__}: {error}, after {i} of {len(rates)} steps. The "
                    "model and its optimiser are as they were before; mend the step function, or end the range below "
                    "that rate (high=...)"
                ) from error
            if watch.sees_divergence(loss):
                return Sweep(losses, True)
            losses[i] = loss
        return Sweep(losses, False)
    finally:
        restore(state)


class _Watch:
    """Whether the loss has exploded."""

    def __init__(self, divergence: float) -> None:
        self._divergence = divergence
        self._mean = self._lowest = self._first = math.nan

    def sees_divergence(self, loss: float) -> bool:
        if not math.isfinite(loss):
            return True
        if math.isnan(self._first):
            self._first = self._lowest = loss
        self._mean = loss if math.isnan(self._mean) else _WATCH * self._mean + (1.0 - _WATCH) * loss
        self._lowest = min(self._lowest, self._mean)
        # measured by the fall so far: a loss may be negative, or far from zero throughout
        fall = max(self._first - self._lowest, _LEAST_FALL * abs(self._first), np.finfo(float).tiny)
        return self._mean > self._lowest + self._divergence * fall
