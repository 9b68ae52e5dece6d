"""What trials told of themselves along their way, as rows for a model: trial, step, loss.

A scheduler stops or pauses most trials early. What they reported until then is worth learning from, but not every
report of every trial: neighbours say much the same. The steps that count are the *rungs*, where most trials ended or
paused, and they are read off the reports alone, whatever the scheduler.
"""

from __future__ import annotations

__all__ = ["Readings", "readings"]

from dataclasses import dataclass
from typing import Any

import numpy as np

from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array, Ints

_MOST = 6  # rungs, the highest step among them
_APART = 1.2  # factor between neighbouring rungs
_FEW = 0.25  # of the trials: so many may be under way without a scheduler that stops any
_LARGEST = 1e150  # losses beyond are cut: their squares would overflow
_OUTCOME = -1


@dataclass(frozen=True, eq=False)
class Readings:
    """Losses along the way and at the end, in the order in which they became known.

    Attributes:
        trials: (r,) numbers of the trials.
        steps: (r,) how far each had come. An outcome counts as at the highest step, however the trial came by it.
        losses: (r,) of one objective, finite.
        rows: (r,) of ``history.reports``; -1 for an outcome.
        highest: the highest step that any trial reported; 1 if none ever did.
    """

    trials: Ints
    steps: Ints
    losses: Array
    rows: Ints
    highest: int

    @property
    def outcomes(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which readings are outcomes of complete trials, (r,)."""
        outcomes: np.ndarray[Any, np.dtype[np.bool_]] = self.rows == _OUTCOME
        return outcomes

    @property
    def varied(self) -> bool:
        """Whether readings were taken at more than one step."""
        return bool(np.any(self.steps != self.highest))


def readings(history: History, objective: int = 0) -> Readings:
    """The readings of one objective: outcomes of complete trials, and reports of all that did not fail.

    Of a trial's reports those at the rungs count, and the last one if it was pruned. Where all trials were trained in
    full there are outcomes alone. Nothing depends on who is paused or still running, which the record as an earlier
    ask saw it does not tell.
    """
    good = history.complete & np.isfinite(history.losses).all(axis=1)
    trial, step, row, highest = _reported(history, good)
    losses = history.reports.values[row, objective] * history.signs[objective]
    finite = np.isfinite(losses)
    ended = np.flatnonzero(good)
    when = np.concatenate([history.reports.revision[row[finite]], history.told[ended]])
    order = np.argsort(when, kind="stable")
    values = np.concatenate([losses[finite], history.losses[ended, objective]])
    return Readings(
        np.concatenate([trial[finite], ended])[order],
        np.concatenate([step[finite], np.full(len(ended), highest)])[order],
        np.clip(values, -_LARGEST, _LARGEST)[order],
        np.concatenate([row[finite], np.full(len(ended), _OUTCOME)])[order],
        highest,
    )


def _reported(history: History, good: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[Ints, Ints, Ints, int]:
    """Trial, step and row of the reports that count, and the highest step of all reports."""
    reports = history.reports
    row = np.flatnonzero(reports.trial >= 0)
    trial, step = reports.trial[row], reports.step[row]
    highest = int(step.max(initial=1))
    last = np.zeros(history.n, dtype=np.int64)
    np.maximum.at(last, trial, step)
    failed = (history.states == TrialState.FAILED) | (history.complete & ~good)
    early = last[(last > 0) & ~failed & ~good]
    rungs = _rungs(early, highest) if len(early) > _FEW * history.n else np.array([highest])
    final = (history.states[trial] == TrialState.PRUNED) & (step == last[trial])
    counts = (np.isin(step, rungs) | final) & ~failed[trial] & ~(good[trial] & (step == highest))
    return trial[counts], step[counts], row[counts], highest


def _rungs(last: Ints, highest: int) -> Ints:
    """The highest step and up to five others that most trials, two at least, got to and no further."""
    steps, counts = np.unique(last, return_counts=True)
    steps, counts = steps[counts > 1], counts[counts > 1]
    chosen = [highest]
    for step in steps[np.lexsort((-steps, -counts))].tolist():
        if len(chosen) == _MOST:
            break
        if all(max(step, other) >= _APART * min(step, other) for other in chosen):
            chosen.append(step)
    return np.array(chosen, dtype=np.int64)
