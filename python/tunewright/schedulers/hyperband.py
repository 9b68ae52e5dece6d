"""Hyperband (L. Li et al., JMLR 18(185), 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tunewright.numerics.halving import brackets
from tunewright.schedulers.fidelities import Fidelities, ranges, written
from tunewright.schedulers.follower import Follower
from tunewright.schedulers.options import one_metric, resources
from tunewright.schedulers.plan import Plan
from tunewright.schedulers.protocol import Judge
from tunewright.schedulers.rounds import Bracket, Rounds, planned
from tunewright.trial import History

__all__ = ["Hyperband"]


@dataclass(frozen=True)
class Hyperband:
    """Successive halving again and again, from many trials with little to few trials in full.

    The brackets are those of the paper's Algorithm 1: with ``max_resource=81`` they begin 81, 34, 15, 8 and 5 trials,
    at 1, 3, 9, 27 and 81 steps. Trials fill them in the order of their numbers, then the first again. Otherwise as
    :class:`SuccessiveHalving`.

    Args:
        max_resource: R, what a trial in full is given, in steps of its reports (epochs, as a rule).
        min_resource: r, what each trial is given at least.
        reduction_factor: η, a whole number from 2 upwards.
        metric: the objective that ranks trials; all of them by default.
        fidelities: what else grows from rung to rung, by name: its value on the lowest rung and in full, such as
            ``{"data": (0.1, 1.0), "width": (32, 256)}``; see ``trial.fidelity``.
    """

    max_resource: int
    min_resource: int = 1
    reduction_factor: int = 3
    metric: str | None = None
    fidelities: Mapping[str, tuple[float, float]] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        resources(self)
        object.__setattr__(self, "fidelities", ranges(self, self.fidelities))

    @property
    def brackets(self) -> list[Bracket]:
        """Sizes and resources of each bracket's rungs."""
        return brackets(self.min_resource, self.max_resource, self.reduction_factor)

    @property
    def growth(self) -> Fidelities:
        """Values of the ``fidelities`` on the rungs."""
        return Fidelities(self.fidelities or {}, self.min_resource, self.max_resource)

    def check(self, directions: Mapping[str, str]) -> None:
        """Raise ``StudyError`` if ``metric`` is no objective."""
        one_metric(self, self.metric, directions, several=True)

    def judge(self, history: History) -> Judge:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return Follower(history, lambda: Rounds(self.brackets, self.metric, history, self.growth))

    def plan(self, trials: int) -> Plan:
        """Rungs and cost of so many trials."""
        return planned(self.brackets, trials, self.growth)

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return {"scheduler": "Hyperband", **asdict(self), "fidelities": written(self)}
