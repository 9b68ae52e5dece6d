"""What the record says to a model: points with losses, points that failed, points under way."""

from __future__ import annotations

__all__ = ["Evidence", "evidence"]

from dataclasses import dataclass

import numpy as np

from tunewright.strategies.gp.coordinates import Coordinates
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array

_LARGEST = 1e150  # losses beyond are cut: their squares would overflow


@dataclass(frozen=True, eq=False)
class Evidence:
    """The record in the order in which outcomes were told.

    Attributes:
        x: (n, d) points with a loss.
        losses: (n,) finite, less is better. A pruned trial counts as the upper quartile of the complete ones.
        sems: (n,) their standard errors, NaN where unknown.
        slacks: (n, c) of the constraints, up to 0 where kept, NaN where unknown.
        failed: (k, d) points of failed trials, or with a loss that is not finite.
        pending: (p, d) points of trials under way.
    """

    x: Array
    losses: Array
    sems: Array
    slacks: Array
    failed: Array
    pending: Array

    @property
    def violations(self) -> Array:
        """Sum of the positive slacks, shape (n,); what is not known counts as infinite."""
        violations: Array = np.nan_to_num(np.maximum(self.slacks, 0.0), nan=np.inf).sum(axis=1)
        return violations


def evidence(history: History, coordinates: Coordinates) -> Evidence:
    """The evidence in ``history`` for its single objective."""
    unit = history.unit[:, coordinates.columns]
    losses, states = history.losses[:, 0], history.states
    complete = history.complete
    good = complete & np.isfinite(losses)
    failed = (complete & ~good) | (states == TrialState.FAILED)
    order = np.argsort(history.told, kind="stable")
    counted, values = good.copy(), np.where(good, np.clip(losses, -_LARGEST, _LARGEST), 0.0)
    pruned = states == TrialState.PRUNED
    if pruned.any() and good.any():
        values[pruned] = np.quantile(values[good], 0.75)
        counted |= pruned
    kept = order[counted[order]]
    sems = np.where(good, history.sems[:, 0], np.nan)
    slacks = history.slacks[kept]
    return Evidence(unit[kept], values[kept], sems[kept], slacks, unit[order[failed[order]]], unit[history.pending])
