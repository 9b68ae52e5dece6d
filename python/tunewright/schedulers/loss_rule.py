"""What all rules about one metric make of a report before they look at its loss."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from tunewright.schedulers.decision import Decision
from tunewright.schedulers.follower import Rule
from tunewright.schedulers.measures import Loss
from tunewright.trial import Goals

__all__ = ["LossRule"]


class LossRule(Rule):
    """A rule about one metric: a report without it says nothing, and a NaN stops its trial.

    Args:
        goals: of the study.
        metric: an objective; the only one by default.
    """

    def __init__(self, goals: Goals, metric: str | None) -> None:
        self._loss = Loss(goals, metric)

    def read(self, trial: int, step: int, revision: int, metrics: Mapping[str, float]) -> Decision:
        """See :class:`Rule`."""
        loss = self._loss(metrics)
        if loss is None:
            return Decision.CONTINUE
        return Decision.STOP if loss != loss else self.weigh(trial, step, loss)

    @abstractmethod
    def weigh(self, trial: int, step: int, loss: float) -> Decision:
        """What the trial does after it reported ``loss`` at ``step``: a number or infinite, less is better."""
