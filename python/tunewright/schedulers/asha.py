"""Asynchronous successive halving (L. Li et al., "A system for massively parallel hyperparameter tuning", 2020)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from tunewright.errors import StudyError
from tunewright.numerics.halving import levels
from tunewright.schedulers.decision import Decision
from tunewright.schedulers.fidelities import Fidelities, ranges, written
from tunewright.schedulers.follower import Follower, Rule
from tunewright.schedulers.options import first_look, measure, one_metric, resources
from tunewright.schedulers.plan import Plan, Rung
from tunewright.schedulers.protocol import Judge
from tunewright.schedulers.rungs import NAN, NOWHERE, Standings, standings
from tunewright.trial import History, Ladder, TrialState

__all__ = ["ASHA"]

_FIRST = 8  # promotable trials looked at together


@dataclass(frozen=True)
class ASHA:
    """Compare trials at rungs r, rη, rη², … and let one of η go on, without ever waiting for others.

    In the stopping form a trial goes on when it is among the best n // η of the n that have entered its rung (the best
    always is); nothing is ever paused. In the promotion form each trial pauses at each rung, and whenever a worker is
    free the best paused trial among the best n // η of the highest rung possible goes on: fewer mistakes are made
    early on, for objectives that can go on where they were.

    With several objectives (and no ``metric``) trials are compared by non-domination, and within the front that does
    not fit as a whole by how far apart they are (R. Schmucker et al., arXiv 2106.12639). Trials that break the study's
    constraints come after all that keep them, where the report says so. A trial that reports NaN is stopped.

    Args:
        max_resource: R, what a trial in full is given, in steps of its reports (epochs, as a rule).
        min_resource: r, what each trial is given at least; a 27th of ``max_resource``, rounded up, by default. That is
            three reductions by 3: the fewest with which a quarter of the budget of a search in full sees more
            configurations than that search, and no earlier, for what the first epochs say is the least reliable.
        reduction_factor: η, a whole number from 2 upwards.
        promotion: pause and promote instead of stopping.
        growing: begin with two rungs, and use a higher one only once trials change places between the two highest
            (after O. Bohdal et al., "PASHA", ICLR 2023). Trials on the highest rung in use stay paused: where all agree
            from the start, none is trained in full. Needs ``promotion``, and one metric.
        tolerance: with ``growing``, losses that are no further apart count as equal on the lower rung.
        metric: the objective that ranks trials; all of them by default.
        fidelities: what else grows from rung to rung, by name: its value on the lowest rung and in full, such as
            ``{"data": (0.1, 1.0), "width": (32, 256)}``; see ``trial.fidelity``.
    """

    max_resource: int
    min_resource: int | None = None
    reduction_factor: int = 3
    promotion: bool = False
    growing: bool = False
    tolerance: float = 0.0
    metric: str | None = None
    fidelities: Mapping[str, tuple[float, float]] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        if self.min_resource is None:
            object.__setattr__(self, "min_resource", first_look(self.max_resource))
        resources(self)
        object.__setattr__(self, "fidelities", ranges(self, self.fidelities))
        measure(self, "tolerance", 0.0, math.inf)
        if self.growing and not self.promotion:
            raise StudyError("ASHA(growing=True) decides which paused trials go on: add promotion=True")

    @property
    def levels(self) -> list[int]:
        """The rungs' resources."""
        return levels(cast(int, self.min_resource), self.max_resource, self.reduction_factor)

    @property
    def growth(self) -> Fidelities:
        """Values of the ``fidelities`` on the rungs."""
        return Fidelities(self.fidelities or {}, cast(int, self.min_resource), self.max_resource)

    def check(self, directions: Mapping[str, str]) -> None:
        """Raise ``StudyError`` if ``metric`` is no objective, or ``growing`` has several."""
        one_metric(self, self.metric, directions, several=not self.growing)

    def judge(self, history: History) -> Judge:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        form = _Promoting if self.promotion else _Stopping
        return Follower(history, lambda: form(self, history))

    def plan(self, trials: int) -> Plan:
        """Rungs and expected cost, when n / η of each rung go on."""
        rungs, before, reach, growth = [], 0, float(trials), self.growth
        for level in self.levels:
            cost = reach * (level - before) * growth.share(level)
            rungs.append(Rung(0, level, reach, cost, growth.at(level)))
            before, reach = level, reach / self.reduction_factor
        most = " at most: the highest rungs may stay unused" if self.growing else ""
        return Plan(trials, self.max_resource, tuple(rungs), f"expected{most}; who comes early goes on more often")

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return {"scheduler": "ASHA", **asdict(self), "fidelities": written(self)}


class _Stopping(Rule):
    def __init__(self, scheduler: ASHA, history: History) -> None:
        self._most = scheduler.max_resource
        self._ladder = scheduler.growth.ladder(scheduler.levels)
        # nobody is stopped at the last rung: who comes there has all there is
        self._enter = standings(
            history.goals, scheduler.metric, scheduler.levels[:-1], scheduler.reduction_factor
        ).enter

    def read(self, trial: int, step: int, revision: int, metrics: Mapping[str, float]) -> Decision:
        return _STOPPING[self._enter(trial, step, metrics)]

    def resource(self, number: int) -> int:
        return self._most

    def ladder(self, number: int) -> Ladder:
        return self._ladder


_STOPPING = (Decision.CONTINUE, Decision.CONTINUE, Decision.STOP, Decision.STOP)  # nowhere, ahead, behind, NaN


class _Promoting(Rule):
    def __init__(self, scheduler: ASHA, history: History) -> None:
        self._levels = scheduler.levels
        self._ladder = scheduler.growth.ladder(self._levels)
        tolerance = scheduler.tolerance if scheduler.growing else None
        self._standings: Standings = standings(
            history.goals, scheduler.metric, self._levels, scheduler.reduction_factor, tolerance
        )

    def read(self, trial: int, step: int, revision: int, metrics: Mapping[str, float]) -> Decision:
        entry = self._standings.enter(trial, step, metrics)
        if entry == NAN:
            return Decision.STOP
        return Decision.CONTINUE if entry == NOWHERE or step >= self._levels[-1] else Decision.PAUSE

    def resource(self, number: int) -> int:
        rung = self._standings.rung(number)
        return self._levels[0 if rung is None else min(rung + 1, len(self._levels) - 1)]

    def ladder(self, number: int) -> Ladder:
        return self._ladder

    def promote(self, history: History) -> int | None:
        limit, states = _FIRST, history.states
        while True:
            found = self._standings.promotable(limit)
            for number in found:
                if states[number] == TrialState.PAUSED:
                    return number
                if TrialState(int(states[number])).is_final:
                    self._standings.settle(number)
            if len(found) < limit:
                return None
            limit *= 2  # the others are on their way to a pause, one a worker
