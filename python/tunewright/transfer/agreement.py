"""How well each past task ranks what was tried on a new one.

t  tasks        k  trials of the new task
"""

from __future__ import annotations

import numpy as np

from tunewright.trial.columns import Array

__all__ = ["agreements", "weights_of"]


def agreements(regrets: Array, losses: Array) -> Array:
    """Kendall's tau-a of each task with the new one, shape (t,): pairs ranked alike less pairs ranked otherwise.

    As a share of all pairs; a tie on either side counts for neither (M. Kendall, Biometrika 30, 1938).

    Args:
        regrets: (t, k) of the new task's trials, on each past task.
        losses: (k,) of the same trials, on the new task.
    """
    upper = np.triu_indices(len(losses), 1)
    if not len(upper[0]):
        return np.zeros(len(regrets))
    theirs = np.sign(regrets[:, upper[0]] - regrets[:, upper[1]])
    ours = np.sign(losses[upper[0]] - losses[upper[1]])
    agreed: Array = (theirs * ours).mean(axis=1)
    return agreed


def weights_of(regrets: Array, losses: Array) -> Array:
    """A weight for each task, shape (t,): its agreement where that is positive; equal weights where none agrees."""
    weights = np.maximum(agreements(regrets, losses), 0.0)
    return weights if weights.any() else np.ones(len(regrets))
