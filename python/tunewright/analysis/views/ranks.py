"""Where trials stood among the others at each step on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.views.curves import curves
from tunewright.trial.columns import Array, Ints

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Ranks", "ranks"]


@dataclass(frozen=True)
class Ranks:
    """Ranks by step: 1 is the best of those that reported that step. Ties share the better rank; NaN comes last.

    Attributes:
        metric: the objective.
        trial, step, rank: shape (r,), sorted by trial and step.
        steps: those that at least two trials reported and at least three of those have a last value, shape (s,).
        agreement: rank correlation (Spearman) of the values at each of them with the trials' last values, shape (s,).
        missing: a sentence if there is nothing.
    """

    metric: str
    trial: Ints
    step: Ints
    rank: Ints
    steps: Ints
    agreement: Array
    missing: str | None


def ranks(study: Study, metric: str | None = None) -> Ranks:
    """Ranks of all trials at each step, and how much the ranks at a step tell of the end."""
    found = curves(study, metric)
    sign = 1.0 if found.outcome.direction == "minimize" else -1.0
    losses = np.where(np.isnan(found.values), np.inf, found.values * sign)
    rank = np.zeros(len(losses), np.int64)
    last = np.where(np.isfinite(found.outcome.losses), found.outcome.losses, np.nan)
    ended = np.isin(found.outcome.roles, (0, 1))  # those that went all the way
    steps, agreement = [], []
    for step in np.unique(found.step).tolist():
        rows = np.flatnonzero(found.step == step)
        rank[rows] = np.searchsorted(np.sort(losses[rows]), losses[rows], side="left") + 1
        to_end = rows[ended[found.trial[rows]] & np.isfinite(losses[rows])]
        correlation = _spearman(losses[to_end], last[found.trial[to_end]])
        if correlation is not None:
            steps.append(step)
            agreement.append(correlation)
    missing = found.missing
    if missing is None and np.unique(found.trial).size < 2:
        missing = f"Ranks need two trials that report; study {study.name!r} has one."
    return Ranks(
        found.outcome.metric,
        found.trial,
        found.step,
        rank,
        np.array(steps, dtype=np.int64),
        np.array(agreement),
        missing,
    )


def _spearman(a: Array, b: Array) -> float | None:
    if len(a) < 3 or np.ptp(a) == 0.0 or np.ptp(b) == 0.0:
        return None
    ranked = [np.unique(values, return_inverse=True)[1].reshape(-1) for values in (a, b)]
    averages = []
    for inverse in ranked:
        counts = np.bincount(inverse)
        averages.append((np.cumsum(counts) - (counts - 1) / 2.0)[inverse])
    return float(np.corrcoef(averages[0], averages[1])[0, 1])
