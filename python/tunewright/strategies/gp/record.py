"""What the record says to a model: points with losses, points that failed, points under way."""

from __future__ import annotations

__all__ = ["Bools", "Evidence", "evidence"]

from dataclasses import dataclass
from typing import Any

import numpy as np

from tunewright.strategies.coordinates import Coordinates
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array, Ints

Bools = np.ndarray[Any, np.dtype[np.bool_]]

_LARGEST = 1e150  # losses beyond are cut: their squares would overflow


@dataclass(frozen=True, eq=False)
class Evidence:
    """The record in the order in which outcomes were told.

    Attributes:
        trials: (n,) numbers of the trials with a loss.
        x: (n, d) their points.
        losses: (n,) finite, less is better. A pruned trial counts as the upper quartile of the complete ones.
        sems: (n,) their standard errors, NaN where unknown.
        slacks: (n, c) of the constraints, up to 0 where kept, NaN where unknown.
        failed: (k, d) points of failed trials, or with a loss that is not finite.
        pending: (p, d) points of trials under way.
        final: (n,) which losses are of trials that ended, as against on their way; only those can be the best.
    """

    trials: Ints
    x: Array
    losses: Array
    sems: Array
    slacks: Array
    failed: Array
    pending: Array
    final: Bools

    @property
    def violations(self) -> Array:
        """Sum of the positive slacks, shape (n,); what is not known counts as infinite."""
        violations: Array = np.nan_to_num(np.maximum(self.slacks, 0.0), nan=np.inf).sum(axis=1)
        return violations


def evidence(history: History, coordinates: Coordinates, objective: int = 0) -> Evidence:
    """The evidence in ``history`` for one of its objectives.

    A trial that lacks another one has failed, but what it tells of this one counts.
    """
    unit = history.unit[:, coordinates.columns]
    losses, states = history.losses[:, objective], history.states
    ended = history.complete | (states == TrialState.FAILED)
    good = ended & np.isfinite(losses)
    failed = (ended & ~np.isfinite(history.losses).all(axis=1)) | (states == TrialState.FAILED)
    order = np.argsort(history.told, kind="stable")
    counted, values = good.copy(), np.where(good, np.clip(losses, -_LARGEST, _LARGEST), 0.0)
    pruned = states == TrialState.PRUNED
    if pruned.any() and good.any():
        values[pruned] = np.quantile(values[good], 0.75)
        counted |= pruned
    kept = order[counted[order]]
    sems = np.where(good, history.sems[:, objective], np.nan)
    wrong = unit[order[failed[order]]]
    ends = np.ones(len(kept), dtype=np.bool_)
    return Evidence(
        kept, unit[kept], values[kept], sems[kept], history.slacks[kept], wrong, unit[history.pending], ends
    )
