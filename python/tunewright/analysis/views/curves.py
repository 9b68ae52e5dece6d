"""What trials reported step by step, and the rungs at which a scheduler compared them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.views.outcomes import Outcomes, metric_index, outcomes, sampled
from tunewright.trial.columns import Array, Ints

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Curves", "curves"]


@dataclass(frozen=True)
class Curves:
    """Reports, sorted by trial and step.

    Attributes:
        outcome: of each trial.
        trial, step: shape (r,); ``values``: shape (r,), NaN and infinities as they came.
        rungs: the steps at which the scheduler compares trials, ascending; empty if it tells none.
        reporting: how many trials reported; ``shown``: how many of them are here.
        missing: a sentence if there is nothing.
    """

    outcome: Outcomes
    trial: Ints
    step: Ints
    values: Array
    rungs: Ints
    reporting: int
    shown: int
    missing: str | None


def curves(study: Study, metric: str | None = None, most: int | None = None) -> Curves:
    """The learning curves in ``metric``.

    Args:
        study: whose trials.
        metric: an objective; the first if left out.
        most: at most so many trials: the better half of them the best, the others in even steps by their outcome.
    """
    outcome = outcomes(study, metric)
    reports = study.history.reports
    column = metric_index(study.history, metric)
    trial, step, values = reports.trial, reports.step, reports.values[:, column]
    rows = np.flatnonzero((trial >= 0) & (trial < study.history.n))
    there = np.unique(trial[rows])
    kept = there
    if most is not None and len(there) > most:
        losses = np.where(np.isnan(outcome.losses[there]), np.inf, outcome.losses[there])
        kept = np.sort(sampled(there[np.argsort(losses, kind="stable")], most))
        rows = rows[np.isin(trial[rows], kept)]
    rows = rows[np.lexsort((step[rows], trial[rows]))]
    missing = None if len(rows) else _nothing(study, outcome)
    return Curves(outcome, trial[rows], step[rows], values[rows], _rungs(study), len(there), len(kept), missing)


def _nothing(study: Study, outcome: Outcomes) -> str:
    if not len(outcome.roles):
        return f"Study {study.name!r} has no trials yet."
    return (
        f"No trial of study {study.name!r} reported {outcome.metric!r} on its way: call trial.report() in each epoch."
    )


def _rungs(study: Study) -> Ints:
    plan = getattr(study.scheduler, "plan", None)
    if plan is None:
        return np.zeros(0, np.int64)
    return np.unique([rung.resource for rung in plan(max(study.history.n, 1)).rungs]).astype(np.int64)
