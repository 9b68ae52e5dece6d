"""Stopping trials that a paired test shows to be worse, where the steps are folds, seeds or instances."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tunewright.numerics.average import mean
from tunewright.schedulers.decision import Decision
from tunewright.schedulers.follower import Follower
from tunewright.schedulers.loss_rule import LossRule
from tunewright.schedulers.options import measure, one_metric, whole
from tunewright.schedulers.protocol import Judge
from tunewright.trial import History

__all__ = ["WilcoxonStopping"]


@dataclass(frozen=True)
class WilcoxonStopping:
    """Stop a trial whose losses are worse than the best trial's on the same steps, by a signed-rank test.

    Step k is one repetition of the same evaluation: a fold, a seed, an instance. The best trial is the one with the
    lowest mean among those that reported the most steps. A trial is stopped when its mean on the steps they share is
    worse and the one-sided test (F. Wilcoxon, Biometrics Bulletin 1, 1945; zero differences split between the signs)
    gives a p-value below ``p``. The test is made after every step, so that over a whole trial the chance of a false
    alarm is somewhat larger than ``p``. A trial that reports NaN is stopped.

    Args:
        p: level of the test.
        min_steps: nobody is stopped on fewer shared steps; of 3 no p-value is below 0.125, of 5 none below 0.031.
        metric: the objective that is compared; the only one by default.
    """

    p: float = 0.05
    min_steps: int = 5
    metric: str | None = None

    def __post_init__(self) -> None:
        measure(self, "p", 0.0, 1.0)
        whole(self, "min_steps", 1)

    def check(self, directions: Mapping[str, str]) -> None:
        """Raise ``StudyError`` unless there is one metric to compare by."""
        one_metric(self, self.metric, directions)

    def judge(self, history: History) -> Judge:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return Follower(history, lambda: _Paired(self, history))

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return {"scheduler": "WilcoxonStopping", **asdict(self)}


class _Paired(LossRule):
    def __init__(self, scheduler: WilcoxonStopping, history: History) -> None:
        super().__init__(history.goals, scheduler.metric)
        self._options = scheduler
        self._losses: dict[int, dict[int, float]] = {}  # of each trial by step
        self._best: tuple[int, float, int] | None = None  # -steps, mean and number of the best trial

    def weigh(self, trial: int, step: int, loss: float) -> Decision:
        mine = self._losses.setdefault(trial, {})
        mine[step] = loss
        rival = None if self._best is None or self._best[2] == trial else self._losses[self._best[2]]
        behind = rival is not None and self._worse(mine, rival)
        standing = (-len(mine), mean(mine.values()) if math.isfinite(loss) else math.inf, trial)
        if not behind and (self._best is None or self._best[2] == trial or standing < self._best):
            self._best = standing
        return Decision.STOP if behind else Decision.CONTINUE

    def _worse(self, mine: Mapping[int, float], rival: Mapping[int, float]) -> bool:
        shared = [step for step in sorted(mine) if step in rival]
        if len(shared) < self._options.min_steps:
            return False
        differences = [mine[step] - rival[step] for step in shared]
        return mean(differences) > 0 and _signed_rank(np.array(differences)) < self._options.p


def _signed_rank(differences: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """The one-sided p-value of positive differences."""
    from scipy.stats import wilcoxon  # half a second that only this scheduler needs

    if not differences.any():
        return 1.0
    return float(wilcoxon(differences, alternative="greater", zero_method="zsplit").pvalue)
