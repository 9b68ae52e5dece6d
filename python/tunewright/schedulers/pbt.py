"""Population-based training (M. Jaderberg et al., arXiv 1711.09846)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tunewright.errors import StudyError
from tunewright.schedulers.explore import explored
from tunewright.schedulers.follower import Follower
from tunewright.schedulers.population import Breeding, Population
from tunewright.schedulers.protocol import Judge
from tunewright.trial import History
from tunewright.trial.columns import Array

__all__ = ["PopulationBasedTraining"]


@dataclass(frozen=True)
class PopulationBasedTraining(Breeding):
    """Train a population side by side; who falls behind goes on from a better one's weights, with changed parameters.

    The first ``population`` trials are the study's strategy's. All pause at every multiple of ``interval``; the one
    that has come least far goes on next, so that a single worker trains all in turn and many workers need not wait.
    At its turn a trial is compared with all that have reported the same step. If it loses, it ends as pruned, and a new
    trial begins in its place: with the state that the winner saved last, and the winner's configuration explored.
    So each trial keeps one configuration, and a schedule is a line of trials: ``study.best_schedule``.

    The objective must save its state (``trial.save``) after it reported, load it (``trial.load``) at its start, and
    put the trial's configuration into force after that: a restored optimiser has its old learning rate.
    ``trial.applied(lr=...)`` checks it. The study ends by itself when all are trained.

    Args:
        max_resource: steps of reports (epochs, as a rule) after which a trial is complete.
        population: how many trials train side by side, 2 at least.
        interval: steps from one comparison to the next.
        exploit: ``"truncation"``: whoever is among the worst ``quantile`` gives way to one drawn from the best
            ``quantile``; ``"tournament"``: whoever is worse than an opponent that is drawn gives way to it.
        quantile: of ``"truncation"``, at most 0.5.
        resample: how probably a parameter is drawn anew instead of moved.
        factors: what a number is multiplied by, one below 1 and one above. On a linear scale it moves by 0.02 of its
            range at least; whole numbers and ordinals move by one step at least; categories stay.
        metric: the objective that ranks trials; all of them by default.

    With several objectives (and no ``metric``) trials are ranked by fronts, and within a front by how far they are from
    their neighbours on it (A. Dushatskiy et al., "Multi-objective population based training", ICML 2023); a loss in a
    tournament is by the same order. Trials that break the study's constraints rank behind all that keep them, where
    the report says so. A trial that reports NaN is worse than all others. A trial that fails leaves the population.
    """

    factors: tuple[float, float] = (0.8, 1.2)

    by_fronts: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high = self.factors
        if not 0.0 < low < 1.0 < high < math.inf:
            raise StudyError(
                f"PopulationBasedTraining(factors=...) takes one below 1 and one above; got {self.factors!r}"
            )
        object.__setattr__(self, "factors", (low, high))

    def judge(self, history: History) -> Judge:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return Follower(history, lambda: Population(self, history, self._explored))

    def _explored(self, history: History, parent: int, draws: np.random.Generator) -> Array:
        row = history.natives[parent]
        return explored(history.space, row, draws, resample=self.resample, factors=self.factors)
