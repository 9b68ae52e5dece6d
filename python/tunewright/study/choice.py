"""Picking one trial of a Pareto front."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from tunewright.errors import StudyError
from tunewright.study.front import front, losses_of
from tunewright.trial import Goals, History
from tunewright.trial.columns import Array, Ints

__all__ = ["choose"]

_AUGMENTATION = 1e-3  # how much the sum counts beside the largest: enough to prefer what is better in the others


def choose(history: History, weights: Mapping[str, float] | None, within: Mapping[str, float] | None) -> int:
    """Number of the chosen trial (the lowest of equals); see :meth:`tunewright.Study.choose`."""
    goals, numbers = history.goals, front(history)
    if not len(numbers):
        raise StudyError("the front is empty: no trial is complete within the constraints and thresholds yet")
    scaled = _scaled(history.losses[numbers])
    if within is not None:
        limits = losses_of(goals, within, "within")
        kept = _within(history, numbers, limits)
        numbers, scaled = numbers[kept], scaled[kept]
        if weights is None and np.isnan(limits).any():
            scaled = scaled[:, np.isnan(limits)]  # what is within its limit is good enough
    score = scaled.sum(axis=1) if weights is None else _chebyshev(scaled, _weights(goals, weights))
    return int(numbers[np.argmin(score)])


def _scaled(losses: Array) -> Array:
    """Losses with the front's best value in each objective at 0 and its worst at 1."""
    ideal = losses.min(axis=0)
    span = losses.max(axis=0) - ideal
    scaled: Array = (losses - ideal) / np.where(span > 0.0, span, 1.0)
    return scaled


def _within(history: History, numbers: Ints, limits: Array) -> npt.NDArray[np.bool_]:
    losses = history.losses[numbers]
    kept = np.array([not (loss > limits).any() for loss in losses])  # NaN, no limit, is never broken
    if not kept.any():
        goals = history.goals
        tight = [
            f"{name}: the front reaches {history.values[numbers[np.argmin(losses[:, j])], j]:.6g}"
            for j, name in enumerate(goals.metrics)
            if limits[j] == limits[j]
        ]
        raise StudyError(f"no trial of the front is within all of these limits ({'; '.join(tight)}): widen them")
    return kept


def _chebyshev(scaled: Array, weights: Array) -> Array:
    """The augmented weighted Chebyshev distance from the ideal (Steuer & Choo, Math. Program. 26, 1983), shape (n,)."""
    weighted = scaled * weights
    distance: Array = weighted.max(axis=1) + _AUGMENTATION * weighted.sum(axis=1)
    return distance


def _weights(goals: Goals, given: Mapping[str, float]) -> Array:
    weights = np.nan_to_num(losses_of(goals, given, "weights") * goals.signs)
    if (weights < 0.0).any() or not weights.any():
        raise StudyError(f"weights must be 0 or more, and one of them positive; got {dict(given)}")
    return weights
