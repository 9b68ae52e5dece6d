"""Ending trials that no longer improve on themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tunewright.schedulers.decision import Decision
from tunewright.schedulers.follower import Follower
from tunewright.schedulers.loss_rule import LossRule
from tunewright.schedulers.options import measure, one_metric, whole
from tunewright.schedulers.protocol import Judge
from tunewright.trial import History

__all__ = ["PatienceStopping"]


@dataclass(frozen=True)
class PatienceStopping:
    """End a trial after so many reports in a row without a new best (L. Prechelt, "Early stopping - but when?", 1998).

    Such a trial has given what it has: it is complete, with the value that it returns. One that reports NaN is stopped.

    Args:
        patience: reports without improvement after which a trial ends.
        min_delta: an improvement is more than this, in the metric's unit.
        min_steps: no trial ends before this step.
        metric: the objective that is looked at; the only one by default.
    """

    patience: int = 10
    min_delta: float = 0.0
    min_steps: int = 1
    metric: str | None = None

    def __post_init__(self) -> None:
        whole(self, "patience", 1)
        whole(self, "min_steps", 1)
        measure(self, "min_delta", 0.0, math.inf)

    def check(self, directions: Mapping[str, str]) -> None:
        """Raise ``StudyError`` unless there is one metric to look at."""
        one_metric(self, self.metric, directions)

    def judge(self, history: History) -> Judge:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return Follower(history, lambda: _Waiting(self, history))

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return {"scheduler": "PatienceStopping", **asdict(self)}


class _Waiting(LossRule):
    def __init__(self, scheduler: PatienceStopping, history: History) -> None:
        super().__init__(history.goals, scheduler.metric)
        self._options = scheduler
        self._trials: dict[int, tuple[float, int]] = {}  # best loss of each trial, and reports since

    def weigh(self, trial: int, step: int, loss: float) -> Decision:
        best, since = self._trials.get(trial, (math.inf, 0))
        improved = trial not in self._trials or loss < best - self._options.min_delta
        self._trials[trial] = (loss, 0) if improved else (best, since + 1)
        over = not improved and since + 1 >= self._options.patience and step >= self._options.min_steps
        return Decision.FINISH if over else Decision.CONTINUE
