"""Successive halving (K. Jamieson & A. Talwalkar, AISTATS 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tunewright.errors import StudyError
from tunewright.numerics.halving import brackets
from tunewright.schedulers.fidelities import Fidelities, ranges, written
from tunewright.schedulers.follower import Follower
from tunewright.schedulers.options import one_metric, resources, whole
from tunewright.schedulers.plan import Plan
from tunewright.schedulers.protocol import Judge
from tunewright.schedulers.rounds import Bracket, Rounds, planned
from tunewright.trial import History

__all__ = ["SuccessiveHalving"]


@dataclass(frozen=True)
class SuccessiveHalving:
    """Train n trials a little, keep the best one of η, give those η times as much, and so on up to ``max_resource``.

    Trials pause at a rung until the last of it is there; then the best go on and the others end as pruned. While some
    wait, free workers begin the next n. With several objectives (and no ``metric``) trials are compared as in
    :class:`ASHA`. A trial that reports NaN is stopped; one that fails makes room for nobody.

    Args:
        max_resource: R, what a trial in full is given, in steps of its reports (epochs, as a rule).
        min_resource: r, what each trial is given at least; the rungs are R, R / η, R / η², … down to it, rounded down.
        reduction_factor: η, a whole number from 2 upwards.
        size: n, trials that begin together; η to the number of halvings by default, so that one is left.
        metric: the objective that ranks trials; all of them by default.
        fidelities: what else grows from rung to rung, by name: its value on the lowest rung and in full, such as
            ``{"data": (0.1, 1.0), "width": (32, 256)}``; see ``trial.fidelity``.
    """

    max_resource: int
    min_resource: int = 1
    reduction_factor: int = 3
    size: int | None = None
    metric: str | None = None
    fidelities: Mapping[str, tuple[float, float]] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        resources(self)
        object.__setattr__(self, "fidelities", ranges(self, self.fidelities))
        if self.size is not None:
            least = self.reduction_factor ** (len(self._resources) - 1)
            whole(self, "size", 1)
            if self.size < least:
                raise StudyError(
                    f"SuccessiveHalving(size={self.size}) leaves nobody for the last of {len(self._resources)} rungs: "
                    f"take {least} or more, or a larger min_resource"
                )

    @property
    def _resources(self) -> list[int]:
        return brackets(self.min_resource, self.max_resource, self.reduction_factor)[0][1]

    @property
    def bracket(self) -> Bracket:
        """Sizes and resources of the rungs."""
        steps = self._resources
        size = self.size or self.reduction_factor ** (len(steps) - 1)
        return [size // self.reduction_factor**i for i in range(len(steps))], steps

    @property
    def growth(self) -> Fidelities:
        """Values of the ``fidelities`` on the rungs."""
        return Fidelities(self.fidelities or {}, self.min_resource, self.max_resource)

    def check(self, directions: Mapping[str, str]) -> None:
        """Raise ``StudyError`` if ``metric`` is no objective."""
        one_metric(self, self.metric, directions, several=True)

    def judge(self, history: History) -> Judge:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return Follower(history, lambda: Rounds([self.bracket], self.metric, history, self.growth))

    def plan(self, trials: int) -> Plan:
        """Rungs and cost of so many trials."""
        return planned([self.bracket], trials, self.growth)

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return {"scheduler": "SuccessiveHalving", **asdict(self), "fidelities": written(self)}
