"""What a review looks at: where trials were in the searched space, and which of them are good.

n, d   trials that ended in the searched space, its parameters
unit   their coordinates, (n, d), NaN where a parameter does not exist
good   the best of them, a tenth (five at least, fifty at the most)
"""

from __future__ import annotations

__all__ = ["LEAST", "Evidence", "evidence"]

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tunewright.numerics.pareto import nondominated_rank
from tunewright.space import Space
from tunewright.study import Study
from tunewright.trial import TrialState

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

LEAST = 20  # trials below which nothing can be said


@dataclass(frozen=True)
class Evidence:
    """See the module.

    Attributes:
        space: that is searched.
        natives: configurations, (n, d).
        unit: coordinates, (n, d).
        ranks: of the losses, 0 the best, ties share their mean rank; pruned trials are behind all, (n,).
        complete: which trials have a value of their own, (n,).
        good: which are among the best, (n,).
        best: position of the best.
        missing: why nothing can be said, as a sentence; empty if something can.
    """

    space: Space
    natives: Array
    unit: Array
    ranks: Array
    complete: Mask
    good: Mask
    best: int
    missing: str


def evidence(study: Study) -> Evidence:
    """Of a study, in the space that is searched now; several objectives are ranked by fronts."""
    history = study.history.searched
    finite = np.isfinite(history.losses).all(axis=1)
    complete = history.complete & history.feasible & finite
    behind = (history.states == TrialState.PRUNED) | (history.complete & ~history.feasible)
    rows = np.flatnonzero((complete | behind) & (history.asked > 0))
    complete = complete[rows]
    natives, unit = history.natives[rows], history.unit[rows]
    ranks = np.full(len(rows), float(len(rows)))
    ranks[complete] = _ranks(history.losses[rows][complete])
    count = int(min(max(5, np.ceil(len(rows) / 10)), 50))
    good = np.zeros(len(rows), dtype=bool)
    order = np.argsort(ranks, kind="stable")
    good[order[:count]] = True
    good &= complete
    best = int(order[0]) if len(rows) else -1
    return Evidence(
        study.space, natives, unit, ranks, complete, good, best, _missing(study, ranks[complete], len(rows))
    )


def _ranks(losses: Array) -> Array:
    """From 0, the mean rank of ties."""
    key = losses[:, 0] if losses.shape[1] == 1 else nondominated_rank(losses).astype(np.float64)
    _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts + 1) / 2)[inverse], dtype=np.float64)


def _missing(study: Study, ranks: Array, ended: int) -> str:
    if not len(ranks):
        pruned = f", {ended} are pruned or break the constraints" if ended else ""
        return f"no trial of study {study.name!r} is complete with a value in the searched space yet{pruned}"
    if len(np.unique(ranks)) < 2:
        return f"all {len(ranks)} complete trials of study {study.name!r} have the same value: nothing tells them apart"
    if ended < LEAST:
        return f"{ended} trials of study {study.name!r} ended in the searched space; {LEAST} are needed"
    return ""
