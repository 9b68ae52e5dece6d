"""Reduce on plateau: the one schedule that listens to a metric, written as state → new state."""

from __future__ import annotations

__all__ = ["PlateauState", "ReduceOnPlateau"]

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tunewright.training.argument import choice, fraction, nonnegative, whole


@dataclass(frozen=True, slots=True)
class PlateauState:
    """What was seen: the factor now, the best metric, epochs since it, and epochs of cooldown left."""

    factor: float = 1.0
    best: float | None = None
    bad: int = 0
    cooling: int = 0


@dataclass(frozen=True, slots=True)
class ReduceOnPlateau:
    """Multiply the factor by ``gamma``, not below ``floor``, after more than ``patience`` epochs without improvement.

    PyTorch's ReduceLROnPlateau: better means below best · (1 - threshold) ("rel") or best - threshold ("abs"), or
    above best · (1 + threshold) or best + threshold with ``mode="max"``. After a reduction the next ``cooldown`` epochs
    are not counted. A NaN metric is never better. (PyTorch's eps, which skips reductions too small to matter, is not
    here.)
    """

    gamma: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    threshold_mode: str = "rel"
    cooldown: int = 0
    floor: float = 0.0
    mode: str = "min"

    def __post_init__(self) -> None:
        if fraction("gamma", self.gamma) == 1.0:
            raise ValueError("gamma must be less than 1: a factor of 1 reduces nothing")
        whole("patience", self.patience)
        nonnegative("threshold", self.threshold)
        choice("threshold_mode", self.threshold_mode, ("rel", "abs"))
        whole("cooldown", self.cooldown)
        fraction("floor", self.floor)
        choice("mode", self.mode, ("min", "max"))

    def after(self, state: PlateauState, metric: float) -> PlateauState:
        """The state once ``metric`` has been seen."""
        best, bad, cooling = state.best, state.bad + 1, state.cooling
        if self._better(metric, best):
            best, bad = metric, 0
        if cooling > 0:
            cooling, bad = cooling - 1, 0
        if bad <= self.patience:
            return PlateauState(state.factor, best, bad, cooling)
        return PlateauState(max(state.factor * self.gamma, self.floor), best, 0, self.cooldown)

    def factor(self, metrics: Iterable[float]) -> float:
        """The factor once all ``metrics`` have been seen, in order; 1 before any."""
        state = PlateauState()
        for metric in metrics:
            state = self.after(state, metric)
        return state.factor

    def _better(self, metric: float, best: float | None) -> bool:
        lower = self.mode == "min"
        if best is None:
            best = math.inf if lower else -math.inf
        sign = -1.0 if lower else 1.0
        relative = self.threshold_mode == "rel"
        bar = best * (1.0 + sign * self.threshold) if relative else best + sign * self.threshold
        return metric < bar if lower else metric > bar
