"""Stopping trials that are behind most others at the same step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tunewright.numerics.halving import Ranking
from tunewright.schedulers.decision import Decision
from tunewright.schedulers.follower import Follower
from tunewright.schedulers.loss_rule import LossRule
from tunewright.schedulers.options import measure, one_metric, whole
from tunewright.schedulers.protocol import Judge
from tunewright.trial import History

__all__ = ["MedianStopping", "PercentileStopping"]


@dataclass(frozen=True)
class PercentileStopping:
    """Stop a trial whose best loss so far is behind the given percentile of the others' running averages at that step.

    A running average is the mean of all that a trial reported up to the step (D. Golovin et al., "Google Vizier", KDD
    2017, section 3.2.2). A trial is stopped when more than ``percentile`` per cent of the other trials that reported
    that step have averages better than its best; ``percentile=25`` lets about the best quarter go on. A report costs
    O(log n) for n trials. A trial that reports NaN is stopped.

    Args:
        percentile: per cent of the others that may be better, from 0 to 100.
        min_steps: nobody is stopped before this step.
        min_trials: nobody is stopped at a step that fewer other trials have reported.
        interval: trials are compared at every ``interval``-th step alone.
        metric: the objective that is compared; the only one by default.
    """

    percentile: float = 50.0
    min_steps: int = 1
    min_trials: int = 5
    interval: int = 1
    metric: str | None = None

    def __post_init__(self) -> None:
        measure(self, "percentile", 0.0, 100.0)
        for name in ("min_steps", "min_trials", "interval"):
            whole(self, name, 1)

    def check(self, directions: Mapping[str, str]) -> None:
        """Raise ``StudyError`` unless there is one metric to compare by."""
        one_metric(self, self.metric, directions)

    def judge(self, history: History) -> Judge:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return Follower(history, lambda: _Behind(self, history))

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return {"scheduler": type(self).__name__, **asdict(self)}


@dataclass(frozen=True)
class MedianStopping(PercentileStopping):
    """:class:`PercentileStopping` at the median: a trial goes on unless more than half of the others are better.

    Args:
        min_steps: nobody is stopped before this step.
        min_trials: nobody is stopped at a step that fewer other trials have reported.
        interval: trials are compared at every ``interval``-th step alone.
        metric: the objective that is compared; the only one by default.
    """

    percentile: float = field(default=50.0, init=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return {name: option for name, option in super().to_json().items() if name != "percentile"}


class _Behind(LossRule):
    def __init__(self, scheduler: PercentileStopping, history: History) -> None:
        super().__init__(history.goals, scheduler.metric)
        self._options = scheduler
        self._averages: dict[int, Ranking] = {}  # by step
        self._trials: dict[int, tuple[float, int, float]] = {}  # sum, count and least of each trial's losses

    def weigh(self, trial: int, step: int, loss: float) -> Decision:
        total, count, best = self._trials.get(trial, (0.0, 0, loss))
        total, count, best = total + loss, count + 1, min(best, loss)
        self._trials[trial] = total, count, best
        options = self._options
        if step % options.interval:
            return Decision.CONTINUE
        others = self._averages.get(step)
        if others is None:
            others = self._averages[step] = Ranking()
        known, better = len(others), others.better(best)
        others.insert(trial, total / count)
        if step < options.min_steps or known < options.min_trials:
            return Decision.CONTINUE
        return Decision.STOP if 100 * better > options.percentile * known else Decision.CONTINUE
