"""Who is better than whom where there are several objectives: front by front (MOTPE).

Y. Ozaki, Y. Tanigaki, S. Watanabe & M. Onishi, GECCO 2020: of the front that does not fit as a whole, those that cover
most hypervolume together are good. Trials that break constraints or miss a threshold come after those that do not.
"""

from __future__ import annotations

__all__ = ["Fronts", "contributions"]

from dataclasses import dataclass, field

import numpy as np

from tunewright.numerics.pareto import hypervolume_contributions, hypervolume_subset, nondominated_rank
from tunewright.strategies.evolution.endings import losses_of, usable, violations_of
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

_BEHIND = 1.1  # the reference, in units of the losses' ranges
_LARGEST = 1e150  # losses beyond are cut: their differences would overflow
_LEAST = 1e-3  # of the mean weight: what a trial that adds no hypervolume weighs


@dataclass(eq=False)
class Fronts:
    """The trials of a record that grows which can be good: complete, with finite losses.

    Attributes:
        ended: how many trials have ended, whatever became of them.
    """

    ended: int = 0
    _trials: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def usable(self) -> int:
        """How many of them there are."""
        return len(self._trials)

    def take(self, history: History, numbers: list[int]) -> None:
        """Take in trials that have ended."""
        self.ended += len(numbers)
        self._trials = np.sort(np.append(self._trials, usable(history, np.array(numbers, dtype=np.int64))))

    def best(self, history: History, count: int) -> list[int]:
        """Numbers of the ``count`` best trials, ascending, or of all that can be good if they are fewer."""
        losses, violations = losses_of(history, self._trials), violations_of(history, self._trials)
        ranks = nondominated_rank(losses, violations=violations)
        sizes = np.cumsum(np.bincount(ranks)) if len(ranks) else np.zeros(0, dtype=np.int64)
        whole = int(np.searchsorted(sizes, count, side="right"))  # fronts that fit
        chosen = self._trials[ranks < whole]
        if len(chosen) < count and whole < len(sizes):
            front = np.flatnonzero(ranks == whole)
            rows = hypervolume_subset(_scaled(losses[front]), count - len(chosen), reference=_BEHIND)
            chosen = np.append(chosen, self._trials[front[rows]])
        numbers: list[int] = np.sort(chosen).tolist()
        return numbers


def contributions(losses: Array, violations: Array) -> Array:
    """Weights of good trials (k,) by what each adds to their hypervolume; 1 on the whole."""
    kept = violations == 0.0
    added = np.zeros(len(losses))
    if kept.any():
        added[kept] = hypervolume_contributions(_scaled(losses[kept]), reference=_BEHIND)
    mean = float(added.mean())
    return np.ones(len(losses)) if mean == 0.0 else np.maximum(added / mean, _LEAST)


def _scaled(losses: Array) -> Array:
    """Losses (k, m) from 0 to 1 in each objective."""
    cut = np.clip(losses, -_LARGEST, _LARGEST)
    low, high = cut.min(axis=0), cut.max(axis=0)
    scaled: Array = (cut - low) / np.where(high > low, high - low, 1.0)
    return scaled
