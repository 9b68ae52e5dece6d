"""A population of trials: who falls behind gives way to a child of one that does not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np

from tunewright.errors import StudyError
from tunewright.numerics.pareto import crowding_distance, nondominated_rank
from tunewright.numerics.sampling import generator, purpose
from tunewright.schedulers.birth import Birth
from tunewright.schedulers.decision import Decision
from tunewright.schedulers.follower import Rule
from tunewright.schedulers.measures import Losses, violation
from tunewright.schedulers.options import measure, one_metric, whole
from tunewright.schedulers.plan import Plan, Rung
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array
from tunewright.trial.state import FINAL

__all__ = ["Breeding", "Explore", "Population", "ranking"]

_STREAM = purpose("population-based-training")


@dataclass(frozen=True)
class Breeding:
    """What the schedulers of populations share; see :class:`~tunewright.PopulationBasedTraining`."""

    max_resource: int
    population: int = 8
    interval: int = 5
    exploit: Literal["truncation", "tournament"] = "truncation"
    quantile: float = 0.25
    resample: float = 0.25
    metric: str | None = None

    by_fronts: ClassVar[bool] = False  # whether it goes without ``metric`` where there are several objectives

    def __post_init__(self) -> None:
        whole(self, "population", 2)
        whole(self, "interval", 1)
        whole(self, "max_resource", self.interval + 1)
        measure(self, "quantile", 0.0, 0.5)
        measure(self, "resample", 0.0, 1.0)
        if self.exploit not in ("truncation", "tournament"):
            kind = type(self).__name__
            raise StudyError(f"{kind}(exploit=...) takes 'truncation' or 'tournament'; got {self.exploit!r}")

    def check(self, directions: Mapping[str, str]) -> None:
        """Raise ``StudyError`` if ``metric`` is no objective, or missing where there are several."""
        one_metric(self, self.metric, directions, several=self.by_fronts)

    def plan(self, trials: int | None = None) -> Plan:
        """The comparisons, and what the population costs at most; of fewer ``trials`` than members, what those cost."""
        members = self.population if trials is None else min(trials, self.population)
        steps = [*range(self.interval, self.max_resource, self.interval), self.max_resource]
        pairs = zip(steps, [0, *steps[:-1]], strict=True)
        rungs = tuple(Rung(0, step, members, members * (step - before)) for step, before in pairs)
        note = "at most: who gives way goes on from a state that may be further on"
        return Plan(members, self.max_resource, rungs, note)

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return {"scheduler": type(self).__name__, **asdict(self)}


class Explore(Protocol):
    """How a child's configuration follows from its parent's."""

    def __call__(self, record: History, parent: int, draws: np.random.Generator, /) -> Array:
        """The native row, (d,)."""
        ...


class Population(Rule):
    """Who stands where at each comparison, and who goes on."""

    def __init__(self, options: Breeding, history: History, explore: Explore) -> None:
        self._options = options
        self._history = history
        self._explore = explore
        self._losses = Losses(history.goals, options.metric)
        self._last: dict[int, int] = {}  # the highest step each trial reported
        self._at: dict[int, dict[int, list[float]]] = {}  # by step: violation and losses of those that reported it

    def read(self, trial: int, step: int, revision: int, metrics: Mapping[str, float]) -> Decision:
        """See :class:`Rule`."""
        self._last[trial] = max(step, self._last.get(trial, 0))
        losses = self._losses(metrics)
        if step % self._options.interval or losses is None:
            return Decision.CONTINUE
        if any(loss != loss for loss in losses):
            losses = [math.inf] * len(losses)
        self._at.setdefault(step, {})[trial] = [violation(self._history.goals, metrics), *losses]
        return Decision.PAUSE if step < self._options.max_resource else Decision.CONTINUE

    def resource(self, number: int) -> int:
        """The next comparison of a trial."""
        saved = self._history.saved.of(number)
        step = max(self._last.get(number, 0), 0 if saved is None else saved[1])
        interval = self._options.interval
        return min(self._options.max_resource, (step // interval + 1) * interval)

    def room(self) -> int:
        """How many founders are still to begin."""
        born = sum("parent" in notes for notes in self._history.metadata.values())
        return max(0, self._options.population - (self._history.n - born))

    def promote(self, history: History) -> int | Birth | None:
        """The paused trial that came least far, or the one that takes its place; nobody before all have begun."""
        paused = np.flatnonzero(history.states == TrialState.PAUSED).tolist()
        if not paused or self.room():
            return None
        number: int = min(paused, key=lambda n: (self._last.get(n, 0), n))
        draws = generator(history.seed, number, _STREAM)
        parent = self._winner(number, draws)
        return number if parent is None else Birth(number, parent, self._explore(history, parent, draws))

    def _winner(self, number: int, draws: np.random.Generator) -> int | None:
        """The trial that ``number`` gives way to; ``None`` if it goes on."""
        ranked = ranking(self._at.get(self._last.get(number, 0), {}))
        own = next((entry for entry in ranked if entry[1] == number), None)
        if own is None:
            return None
        if self._options.exploit == "tournament":
            rivals = [entry for entry in ranked if entry is not own and self._can_lead(entry[1])]
            drawn = rivals[int(draws.integers(len(rivals)))] if rivals else own
            return drawn[1] if drawn[0] < own[0] else None
        count = int(len(ranked) * self._options.quantile)
        best = [trial for _, trial in ranked[:count] if self._can_lead(trial)]
        if ranked.index(own) < len(ranked) - count or not best:
            return None
        return best[int(draws.integers(len(best)))]

    def _can_lead(self, number: int) -> bool:
        """Whether a child can go on from its state: not where training is over, or nothing was kept at its end.

        Where no trial has saved anything unfinished ones are taken to, and the study says what is missing.
        """
        saved = self._history.saved.of(number)
        if saved is None:
            return not self._history.saved.numbers and int(self._history.states[number]) not in FINAL
        return saved[1] < self._options.max_resource


def ranking(reported: Mapping[int, Sequence[float]]) -> list[tuple[tuple[float, ...], int]]:
    """Standing and number of trials, the best first: a lower standing is better, an equal one neither.

    Args:
        reported: by trial, by how much it breaks constraints, and its losses (one or several).

    Who breaks less comes first. Among equals there the one loss counts, or with several the front, and within a front
    who is farther from its neighbours on it (A. Dushatskiy et al., "Multi-objective population based training", ICML
    2023, after NSGA-II).
    """
    if not reported:
        return []
    numbers = sorted(reported)
    table = np.array([reported[number] for number in numbers])
    if table.shape[1] <= 2:
        return sorted((tuple(row), number) for row, number in zip(table.tolist(), numbers, strict=True))
    broken, losses = table[:, 0], table[:, 1:]
    ranks = np.array(nondominated_rank(losses, violations=broken))
    lonely = np.zeros(len(numbers))
    for rank in np.unique(ranks):
        front = ranks == rank
        lonely[front] = crowding_distance(losses[front])
    standings = zip(ranks.tolist(), (-lonely).tolist(), strict=True)
    return sorted(zip(standings, numbers, strict=True))
