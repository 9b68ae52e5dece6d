"""Differential evolution: members are challenged by themselves plus differences of others."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from tunewright.numerics.sampling import purpose, uniform
from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.evolution.brood import admissible
from tunewright.strategies.evolution.difference import Rule, crossed, mutants
from tunewright.strategies.evolution.endings import Endings
from tunewright.strategies.evolution.merit import ranked, single
from tunewright.strategies.evolution.population import sized
from tunewright.strategies.evolution.reproduction import founders
from tunewright.strategies.random import draw
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array, Ints

__all__ = ["DifferentialEvolution"]

_LEAST = 4  # members: a target and three donors
_FAMILY = 16  # children of one trial that are forbidden or known before chance takes over


@dataclass(frozen=True)
class DifferentialEvolution:
    """Differential evolution (Storn & Price, J. Global Optim. 11, 1997) over mixed and conditional spaces.

    Trial k challenges member k mod ``population``. Its configuration is that member's, with some parameters of a
    mutant: another member plus the weighted difference of two more. It takes the member's place if it is not worse.
    Differences shrink as the population closes in, and lie along the valleys that it lies in. Categories, which have no
    differences, change where two members have different ones. The first generation is a scrambled Sobol' design through
    the priors; a generation is over whenever ``population`` more trials have ended, in any order.

    With a scheduler that ends trials early it learns from all rungs, as DEHB does (Awad, Mallik & Hutter, IJCAI 2021):
    a trial that came farther beats one that did not, and of two that ended at the same rung the one that was better
    there stays. So the population is filled by the low rungs at first, and by each rung in turn as trials reach it.
    Trials that break a constraint are behind these; failed ones never become members.

    Args:
        population: members.
        rule: ``"rand/1"`` mutates any member, ``"current-to-best/1"`` the challenged one, on its way to the best.
        weight: F of the differences; of a pair each trial draws its own from between the two.
        crossover: CR, the probability of a parameter to be the mutant's; one at least is.
    """

    population: int = 20
    rule: Rule = "rand/1"
    weight: float | tuple[float, float] = (0.5, 1.0)
    crossover: float = 0.7

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        sized(self.population)
        if self.population < _LEAST:
            raise ValueError(f"population must be {_LEAST} or more, a member and three others; got {self.population}")
        if self.rule not in ("rand/1", "current-to-best/1"):
            raise ValueError(f"rule must be 'rand/1' or 'current-to-best/1'; got {self.rule!r}")
        pair = tuple(self.weight) if isinstance(self.weight, (tuple, list)) else (self.weight, self.weight)
        if len(pair) != 2 or not all(_number(w, 2.0) for w in pair) or pair[0] > pair[1]:
            raise ValueError(
                f"weight must be a number from 0 to 2, or two of them, the smaller first; got {self.weight!r}"
            )
        if isinstance(self.weight, list):
            object.__setattr__(self, "weight", pair)
        if not _number(self.crossover, 1.0):
            raise ValueError(f"crossover must be a number from 0 to 1; got {self.crossover!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives."""
        single("DifferentialEvolution", directions)

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: the end of the generation."""
        return (history.ended // self.population + 1) * self.population

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = coordinates(history.space)
        if not len(numbers) or not space.dimension:
            return space.natives(np.zeros((len(numbers), space.dimension)))
        members = _members(history, self.population)

        def propose(some: Ints, attempt: int) -> Array:
            if history.ended < self.population:
                return founders(history, seed, some, attempt)
            natives = draw(history.space, seed, some, attempt=attempt)
            if attempt > _FAMILY or np.count_nonzero(members.trials >= 0) < _LEAST:
                return natives
            challenged = members.trials[some % self.population] >= 0
            if challenged.any():
                natives[challenged] = self._challengers(history, members, space, seed, some[challenged], attempt)
            return natives

        return admissible(history, numbers, propose)

    def _challengers(
        self, history: History, members: _Members, space: Coordinates, seed: int, numbers: Ints, attempt: int
    ) -> Array:
        d, filled = space.dimension, np.flatnonzero(members.trials >= 0)
        genes = history.unit[members.trials[filled]][:, space.columns]
        draws = uniform(seed, numbers, _purposes(len(filled), space.space.names), attempt=attempt)
        order, rest = draws[:, : len(filled)], draws[:, len(filled) :]
        own = np.searchsorted(filled, numbers % self.population)
        order[np.arange(len(own)), own] = 2.0  # nobody is a donor of its own
        donors = np.argsort(order, axis=1)[:, :3]
        low, high = self.weight if isinstance(self.weight, tuple) else (self.weight, self.weight)
        weight, sure = low + (high - low) * rest[:, :1], (rest[:, 1] * d).astype(np.int64)
        bounce, pull, taken, fresh = np.moveaxis(rest[:, 2:].reshape(len(own), 4, -1)[:, :, space.columns], 1, 0)
        target, best = genes[own], genes[np.argmin(ranked(history, members.trials[filled]))]
        three = genes[donors[:, 0]], genes[donors[:, 1]], genes[donors[:, 2]]
        mutant = mutants(self.rule, space, target, three, best, weight, (bounce, pull))
        child = crossed(target, mutant, self.crossover, taken, sure)
        return space.natives(np.where(np.isnan(child), space.quantile(fresh), child))

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "DifferentialEvolution", **asdict(self)}


def _number(value: object, most: float) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, float)) and 0.0 <= value <= most


@lru_cache(maxsize=64)
def _purposes(members: int, names: tuple[str, ...]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Of one trial's draws: an order of the members, F, the sure gene, and four for each parameter."""
    own = [f"difference/donor/{i}" for i in range(members)] + ["difference/weight", "difference/sure"]
    genes = [f"difference/{part}/{name}" for part in ("bounce", "pull", "cross", "fresh") for name in names]
    return np.array([purpose(name) for name in (*own, *genes)], dtype=np.uint64)


@dataclass(eq=False)
class _Members:
    """Who holds each place after the last whole generation; -1 where nobody does."""

    trials: Ints
    taken: int = 0
    endings: Endings = field(default_factory=Endings)

    def learn(self, history: History) -> None:
        self.endings.read(history)
        ended, size = self.endings.trials, len(self.trials)
        while len(ended) - self.taken >= size:
            block = np.array(ended[self.taken : self.taken + size], dtype=np.int64)
            self.taken += size
            self._challenge(history, block[history.states[block] != TrialState.FAILED])

    def _challenge(self, history: History, block: Ints) -> None:
        held = self.trials[self.trials >= 0]
        everyone = np.concatenate([held, block])
        rank = dict(zip(everyone.tolist(), ranked(history, everyone).tolist(), strict=True))
        for trial in block.tolist():
            place = trial % len(self.trials)
            holder = int(self.trials[place])
            if holder < 0 or rank[trial] <= rank[holder]:
                self.trials[place] = trial


_readings: WeakKeyDictionary[History, dict[int, _Members]] = WeakKeyDictionary()


def _members(history: History, size: int) -> _Members:
    known = _readings.setdefault(history, {})
    if size not in known:
        known[size] = _Members(np.full(size, -1, dtype=np.int64))
    known[size].learn(history)
    return known[size]
