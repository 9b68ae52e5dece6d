"""Stopping trials whose learning curve is not going where the best trial has been."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tunewright.schedulers.decision import Decision
from tunewright.schedulers.extrapolation import probability_below
from tunewright.schedulers.follower import Follower
from tunewright.schedulers.loss_rule import LossRule
from tunewright.schedulers.options import measure, one_metric, whole
from tunewright.schedulers.protocol import Judge
from tunewright.trial import History

__all__ = ["CurveStopping"]


@dataclass(frozen=True)
class CurveStopping:
    """Stop a trial once it will hardly end below the best loss that a whole trial has ended with.

    Each curve is extrapolated to ``max_resource`` by power and exponential laws, weighted by how well they explain it
    (after T. Domhan et al., IJCAI 2015, in closed form). A trial is stopped when the probability that it will end below
    the best is less than ``probability``: as far as the laws hold, about that share of the stopped trials would have
    been the new best. Until one trial has reported ``max_resource`` nobody is stopped. A report
    costs O(steps of its trial), whatever the number of trials. A trial that reports NaN is stopped.

    Args:
        max_resource: the step at which trials end.
        probability: below it a trial is stopped.
        min_steps: reports of a trial before it may be stopped, at least 3.
        interval: a curve is looked at after every ``interval``-th report.
        metric: the objective that is extrapolated; the only one by default.
    """

    max_resource: int
    probability: float = 0.05
    min_steps: int = 5
    interval: int = 1
    metric: str | None = None

    def __post_init__(self) -> None:
        whole(self, "min_steps", 3)
        whole(self, "interval", 1)
        whole(self, "max_resource", self.min_steps + 1)
        measure(self, "probability", 0.0, 1.0)

    def check(self, directions: Mapping[str, str]) -> None:
        """Raise ``StudyError`` unless there is one metric to extrapolate."""
        one_metric(self, self.metric, directions)

    def judge(self, history: History) -> Judge:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return Follower(history, lambda: _Extrapolating(self, history))

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return {"scheduler": "CurveStopping", **asdict(self)}


class _Extrapolating(LossRule):
    def __init__(self, scheduler: CurveStopping, history: History) -> None:
        super().__init__(history.goals, scheduler.metric)
        self._options = scheduler
        self._curves: dict[int, dict[int, float]] = {}  # finite losses of each trial by step
        self._best = math.inf

    def weigh(self, trial: int, step: int, loss: float) -> Decision:
        options = self._options
        if step >= options.max_resource:
            self._best = min(self._best, loss)
            self._curves.pop(trial, None)
            return Decision.CONTINUE
        if math.isinf(loss):
            return Decision.CONTINUE
        curve = self._curves.setdefault(trial, {})
        curve[step] = loss
        if len(curve) < options.min_steps or len(curve) % options.interval or not math.isfinite(self._best):
            return Decision.CONTINUE
        steps = sorted(curve)
        losses = np.array([curve[s] for s in steps])
        chance = probability_below(np.array(steps, dtype=np.float64), losses, options.max_resource, self._best)
        return Decision.STOP if chance < options.probability else Decision.CONTINUE

    def resource(self, number: int) -> int:
        return self._options.max_resource
