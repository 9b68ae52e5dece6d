"""Who is better than whom: the order of trials by which the good ones are told from the others.

Complete trials that keep the constraints come first, by their losses; then those that were pruned, who got furthest
first and of equals the one that told the better loss there; then those that break constraints, by how much. Trials that
failed, or whose loss is not finite, are never good. The newer of equals comes last.
"""

from __future__ import annotations

__all__ = ["Key", "Standing", "improvements"]

import math
from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np

from tunewright.strategies.evolution.endings import violations_of
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array, Ints

Key = tuple[int, float, float, int]
"""Class, first and second criterion, number: the smaller, the better."""

_LEAST = 1e-3  # of the mean weight: what the least of the good trials weighs
_LARGEST = 1e150  # losses beyond are cut: their differences would overflow
_COMPLETE, _PRUNED, _FORBIDDEN = range(3)
_PRUNED_STATE, _COMPLETE_STATE = int(TrialState.PRUNED), int(TrialState.COMPLETE)


@dataclass(eq=False)
class Standing:
    """The order of a record that grows: each trial is placed once, when it has ended.

    Attributes:
        order: keys of all trials that can be good, ascending.
        ended: how many trials have ended, whatever became of them.
    """

    order: list[Key] = field(default_factory=list)
    ended: int = 0
    _best: list[int] = field(default_factory=list)  # what was last asked for, as long as it is so

    def take(self, history: History, numbers: list[int]) -> None:
        """Take in trials that have ended."""
        self.ended += len(numbers)
        keys = [key for number in numbers if (key := _key(history, number)) is not None]
        if len(keys) > 32:  # many at once: sorted once
            self.order = sorted([*self.order, *keys])
            self._best = []
            return
        for key in keys:
            place = bisect_right(self.order, key)
            self.order.insert(place, key)
            if place < len(self._best):
                self._best = []

    def best(self, count: int) -> list[int]:
        """Numbers of the ``count`` best trials, or of all that can be good: one list as long as they are the same."""
        if len(self._best) != count:
            self._best = [key[3] for key in self.order[:count]]
        return self._best

    def losses(self, count: int) -> Array:
        """Losses of the ``count`` best trials, NaN for those that are not complete or break constraints."""
        return np.array([key[1] if key[0] == _COMPLETE else math.nan for key in self.order[:count]])


def improvements(losses: Array, count: int) -> Array:
    """Weights of the ``count`` best trials, best first, by how much better they are than the next one.

    ``losses`` (count, or one more) ascend; NaN, after them, are of trials that cannot be compared, which count as the
    worst that can. The weights are 1 in the mean.
    """
    worst = float(np.nanmax(losses, initial=-_LARGEST)) if np.isfinite(losses).any() else 0.0
    better = worst - np.nan_to_num(losses, nan=worst)[:count]
    mean = float(better.mean()) if count else 0.0
    return np.maximum(better / mean, _LEAST) if mean > 0.0 else np.ones(count)


def _key(history: History, number: int) -> Key | None:
    state, loss = history.ending(number)
    if state == _PRUNED_STATE:
        return (_PRUNED, *_progress(history, number), number)
    if state != _COMPLETE_STATE or not math.isfinite(loss):
        return None
    if history.goals.constraints:
        violation = float(violations_of(history, _one(number))[0])
        if violation != 0.0:
            return _FORBIDDEN, math.inf if math.isnan(violation) else violation, loss, number
    if not -_LARGEST <= loss <= _LARGEST:
        loss = math.copysign(_LARGEST, loss)
    return _COMPLETE, loss, 0.0, number


def _progress(history: History, number: int) -> tuple[float, float]:
    """How far a pruned trial did not get, and its last loss; a NaN is the worst."""
    step = history.reports.last_step(number)
    told = history.reports.last(number).get(history.metrics[0], math.nan) * float(history.signs[0])
    return -float(step), math.inf if math.isnan(told) else told


def _one(number: int) -> Ints:
    return np.array([number], dtype=np.int64)
