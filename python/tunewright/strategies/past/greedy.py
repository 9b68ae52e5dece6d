"""Which few of many configurations serve many tasks best: one after another, each the one that helps most.

t  tasks        c  candidates        regret[i, j]  of candidate j on task i, not negative, 0 the best
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tunewright.trial.columns import Array

__all__ = ["greedy"]


def greedy(
    regrets: Array, size: int, *, weights: Array | None = None, reached: Array | None = None
) -> tuple[list[int], list[float]]:
    """The picks, and the weighted mean regret of the best pick so far after each.

    What a set of candidates leaves of the mean regret is supermodular, so that a set of k picked this way takes off at
    least 1 - 1/e of what the best k could (G. Nemhauser, L. Wolsey & M. Fisher, Mathematical Programming 14, 1978);
    for hyperparameters see M. Wistuba, N. Schilling & L. Schmidt-Thieme, "Sequential model-free hyperparameter
    tuning", ICDM 2015, and F. Winkelmolen et al., arXiv 2007.13382. Among equals the first counts. Where no
    candidate helps any further a new round begins among the rest: what is right for the past need not be for the next.

    Args:
        regrets: (t, c).
        size: how many picks at most.
        weights: (t,) of the tasks, not negative, not all 0; equal by default.
        reached: (t,) regret that is reached on each task before the first pick; none by default.
    """
    shares = np.ones(len(regrets)) if weights is None else np.asarray(weights, dtype=np.float64)
    shares = shares / shares.sum()
    left: npt.NDArray[np.float64] | None = reached  # what is reached in this round
    overall = np.full(len(regrets), np.inf) if reached is None else reached
    rest = np.ones(regrets.shape[1], dtype=np.bool_)
    picks: list[int] = []
    means: list[float] = []
    while len(picks) < min(size, len(rest)):
        after = regrets if left is None else np.minimum(left[:, None], regrets)
        means_after = np.where(rest, shares @ after, np.inf)
        pick = int(np.argmin(means_after))
        if left is not None and not means_after[pick] < shares @ left:
            left = None
            continue
        left = after[:, pick]
        overall = np.minimum(overall, left)
        rest[pick] = False
        picks.append(pick)
        means.append(float(shares @ overall))
    return picks, means
