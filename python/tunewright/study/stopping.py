"""Conditions that end a study by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tunewright.errors import StudyError
from tunewright.trial import History, TrialState

if TYPE_CHECKING:
    from tunewright.study.study import Study

__all__ = ["Epochs", "NoImprovement", "StopCondition", "TargetReached", "epochs_of"]


class StopCondition(Protocol):
    """Called before a trial begins, once one has ended; a sentence ends the run, ``None`` lets it go on."""

    def __call__(self, study: Study) -> str | None:
        """The reason to stop, or ``None``."""
        ...


@dataclass(frozen=True)
class TargetReached:
    """Stop once the best value is at least as good as ``value`` (one objective)."""

    value: float

    def __call__(self, study: Study) -> str | None:
        """The reason to stop, or ``None``."""
        _need_one(study, "TargetReached")
        number = study.ledger.best
        if number is None:
            return None
        best = float(study.history.values[number, 0])
        reached = best <= self.value if study.history.signs[0] > 0 else best >= self.value
        return f"target {self.value:g} reached by trial {number} with {best:g}" if reached else None


@dataclass(frozen=True)
class NoImprovement:
    """Stop after ``trials`` complete trials in a row none of which became the new best (one objective)."""

    trials: int

    def __post_init__(self) -> None:
        if isinstance(self.trials, bool) or not isinstance(self.trials, int) or self.trials < 1:
            raise ValueError(f"NoImprovement(trials) takes a whole number from 1 upwards; got {self.trials!r}")

    def __call__(self, study: Study) -> str | None:
        """The reason to stop, or ``None``."""
        _need_one(study, "NoImprovement")
        since = study.ledger.since_best
        return f"no improvement in the last {since} complete trials" if since >= self.trials else None


@dataclass(frozen=True)
class Epochs:
    """Stop before a trial could take the study beyond ``limit`` epochs; those of trials that ended early count too.

    An epoch is a step of a trial's reports. A trial that runs counts as one in full, as does one that is complete and
    never reported; one that failed before it reported counts as one epoch. A study begins with as many trials as it has
    workers, whatever the limit.

    Args:
        limit: of all trials together.
        each: epochs of a trial in full. With 1, the default, the last trial may go beyond the limit.
    """

    limit: float
    each: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.limit, bool) or not isinstance(self.limit, (int, float)) or not self.limit >= 0:
            raise ValueError(f"Epochs(limit) takes a number from 0 upwards; got {self.limit!r}")
        if isinstance(self.each, bool) or not isinstance(self.each, int) or self.each < 1:
            raise ValueError(f"Epochs(each=...) takes a whole number from 1 upwards; got {self.each!r}")

    def __call__(self, study: Study) -> str | None:
        """The reason to stop, or ``None``."""
        spent = int(epochs_of(study.history, self.each).sum())
        if spent + self.each <= self.limit:
            return None
        return f"{spent:,} of {self.limit:,.6g} epochs are spent, and a trial may take {self.each:,}"


def epochs_of(history: History, each: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(n,) epochs that each trial has taken, or may take if it runs now; see :class:`Epochs`."""
    spent = np.zeros(history.n, dtype=np.int64)
    reports = history.reports
    counted = reports.trial >= 0
    np.maximum.at(spent, reports.trial[counted], reports.step[counted])
    states, silent = history.states, spent == 0
    spent[silent & (states == TrialState.COMPLETE)] = each
    spent[silent & np.isin(states, (TrialState.FAILED, TrialState.PRUNED))] = 1
    running = states == TrialState.RUNNING
    spent[running] = np.maximum(spent[running], each)
    return spent


def _need_one(study: Study, what: str) -> None:
    if len(study.history.metrics) != 1:
        raise StudyError(f"{what} follows one objective; the study has {', '.join(study.history.metrics)}")
