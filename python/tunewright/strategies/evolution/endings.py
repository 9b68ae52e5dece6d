"""The trials that have ended, in the order in which their outcomes were told."""

from __future__ import annotations

__all__ = ["Endings", "losses_of", "usable", "violations_of"]

from typing import Any

import numpy as np

from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array, Ints

_MOST_LACKING = 1e300


class Endings:
    """Reads a record that grows: each trial is looked at until it has ended, and never again.

    Attributes:
        trials: numbers of the ended trials, complete or not, in the order in which they ended.
    """

    def __init__(self) -> None:
        self.trials: list[int] = []
        self._open: Ints = np.zeros(0, dtype=np.int64)
        self._read = 0
        self._told = 0

    def read(self, history: History) -> None:
        """Take in what was told since the last call."""
        if history.ended == self._told:
            return
        fresh = np.concatenate([self._open, np.arange(self._read, history.n)])
        told = history.told[fresh]
        self._open, self._read, self._told = fresh[told == 0], history.n, history.ended
        ended = fresh[told > 0]
        self.trials.extend(ended[np.argsort(history.told[ended], kind="stable")].tolist())


def usable(history: History, trials: Ints) -> Ints:
    """Those of ``trials`` that are complete with finite losses: failed and pruned ones have no offspring."""
    finite = np.isfinite(history.values[trials]).all(axis=1)
    chosen: Ints = trials[finite & (history.states[trials] == TrialState.COMPLETE)]
    return chosen


def losses_of(history: History, trials: Ints) -> Array:
    """Losses of a few trials, shape (k, m), without those of all others."""
    losses: Array = history.values[trials] * history.signs
    return losses


def violations_of(history: History, trials: Ints) -> Array:
    """By how much each of ``trials``, shape (k,), is ruled out: less is better, 0 is allowed and interesting.

    Without thresholds that is the sum of its slacks above 0. With some, a trial that keeps the constraints and misses
    a threshold has s / (1 + s), where s is the sum of what it lacks, in units of the losses' ranges; one that breaks a
    constraint has 1 more than without.
    """
    if not history.goals.comparisons and not history.goals.thresholds:
        return np.zeros(len(trials))
    violations: Array = np.maximum(history.goals.slacks(history.measured[trials]), 0.0).sum(axis=1)
    wanted: np.ndarray[Any, np.dtype[np.bool_]] = np.isfinite(history.thresholds)
    if not wanted.any() or not len(trials):
        return violations
    losses = losses_of(history, trials)[:, wanted]
    with np.errstate(over="ignore"):  # 1e308 beside 1e-300
        ranges = losses.max(axis=0) - losses.min(axis=0)
        lacking = np.maximum(losses - history.thresholds[wanted], 0.0) / np.where(ranges > 0.0, ranges, 1.0)
    short = np.minimum(lacking, _MOST_LACKING).sum(axis=1)
    return np.where(violations == 0.0, short / (1.0 + short), 1.0 + violations)
