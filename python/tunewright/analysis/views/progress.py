"""Values in the order of the trials, and the best so far; for several studies, how the best so far spreads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.views.outcomes import Outcomes, outcomes
from tunewright.errors import StudyError
from tunewright.trial.columns import Array, Ints

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Progress", "Spread", "progress", "spread"]


@dataclass(frozen=True)
class Progress:
    """How one study came along.

    Attributes:
        outcome: of each trial.
        numbers: of the trials after which there is a best one, ascending, shape (b,).
        best: the best value so far, shape (b,).
        sem: standard error of that best value, NaN where not told, shape (b,).
    """

    outcome: Outcomes
    numbers: Ints
    best: Array
    sem: Array


@dataclass(frozen=True)
class Spread:
    """Best value after k trials over several studies.

    Attributes:
        metric, direction: of the objective that all have.
        trials: 1, 2, … up to the length of the longest study, shape (t,).
        median, low, high: over the studies that have a best value there, shape (t,); quartiles.
        studies: how many those are, shape (t,). A study that has ended keeps its best value.
        missing: see ``Outcomes``.
    """

    metric: str
    direction: str
    trials: Ints
    median: Array
    low: Array
    high: Array
    studies: Ints
    missing: str | None


def progress(study: Study, metric: str | None = None) -> Progress:
    """The values and the best so far, by trial number."""
    outcome = outcomes(study, metric)
    best, holder = _running(outcome)
    there = np.flatnonzero(np.isfinite(best))
    return Progress(outcome, there, best[there], outcome.sems[holder[there]])


def spread(studies: Sequence[Study], metric: str | None = None) -> Spread:
    """How the best value after k trials spreads over ``studies``.

    Raises:
        StudyError: no study, or studies that do not have the same objective.
    """
    all_outcomes = [outcomes(study, metric) for study in studies]
    kinds = {(outcome.metric, outcome.direction) for outcome in all_outcomes}
    if len(kinds) != 1:
        told = ", ".join(f"{direction} {name}" for name, direction in sorted(kinds)) or "none"
        raise StudyError(f"studies to compare need one objective in common: they have {told}")
    ((name, direction),) = kinds
    length = max(len(outcome.values) for outcome in all_outcomes)
    table = np.full((len(all_outcomes), length), np.nan)
    for row, outcome in zip(table, all_outcomes, strict=True):
        best, _ = _running(outcome)
        row[: len(best)] = best
        if len(best):
            row[len(best) :] = best[-1]
    there = np.isfinite(table).any(axis=0)
    quarters = np.nanpercentile(table[:, there], [25, 50, 75], axis=0) if there.any() else np.zeros((3, 0))
    missing = None if there.any() else "None of these studies has a complete trial with a finite value yet."
    return Spread(
        name,
        direction,
        np.flatnonzero(there) + 1,
        quarters[1],
        quarters[0],
        quarters[2],
        np.isfinite(table).sum(axis=0)[there],
        missing,
    )


def _running(outcome: Outcomes) -> tuple[Array, Ints]:
    """The best value up to each trial (NaN before there is one), and the trial that holds it."""
    losses = np.where(outcome.good, outcome.losses, np.inf)
    lowest = np.minimum.accumulate(losses) if len(losses) else losses
    fresh = np.r_[True, lowest[1:] < lowest[:-1]] if len(losses) else np.zeros(0, bool)
    holder = np.maximum.accumulate(np.where(fresh, np.arange(len(losses)), 0)) if len(losses) else np.zeros(0, np.int64)
    best = np.where(np.isfinite(lowest), lowest if outcome.direction == "minimize" else -lowest, np.nan)
    return best, holder
