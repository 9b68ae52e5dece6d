"""Differential evolution: members are challenged by themselves plus differences of others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from tunewright.numerics.sampling import purpose, uniform
from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.evolution.brood import admissible
from tunewright.strategies.evolution.difference import Rule, crossed, mutants
from tunewright.strategies.evolution.ladder import Ladder, Rung
from tunewright.strategies.evolution.merit import single
from tunewright.strategies.evolution.population import sized
from tunewright.strategies.evolution.reproduction import founders
from tunewright.strategies.random import draw
from tunewright.trial import History
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

    With a scheduler that ends trials early there is a population for each rung, as in DEHB (Awad, Mallik & Hutter,
    IJCAI 2021, section 3): losses after different numbers of steps are never compared. A trial challenges the member of
    its place on every rung that it reached. Its configuration comes from the member of its place on the highest rung
    where there is one, and from a mutant of the best third of the rung below the highest (of those with four members).
    Unlike DEHB, which trains a child at one fidelity, it begins on the scheduler's first rung and has to be promoted.
    Complete trials that break a constraint are behind those that break none; failed ones never become members.

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
        rungs = _ladder(history, self.population).held(_LEAST)

        def propose(some: Ints, attempt: int) -> Array:
            if history.ended < self.population:
                return founders(history, seed, some, attempt)
            natives = draw(history.space, seed, some, attempt=attempt)
            if attempt > _FAMILY or not rungs:
                return natives
            targets = _targets(rungs, some % self.population)
            there = targets >= 0
            if there.any():
                natives[there] = self._challengers(history, rungs, space, seed, some[there], targets[there], attempt)
            return natives

        return admissible(history, numbers, propose)

    def _challengers(
        self,
        history: History,
        rungs: list[Rung],
        space: Coordinates,
        seed: int,
        numbers: Ints,
        targets: Ints,
        attempt: int,
    ) -> Array:
        """Children of ``targets`` and of the best third of the rung below the highest; of all if it is the only one."""
        alone = len(rungs) == 1
        pool = rungs[0].held if alone else rungs[1].best(max(_LEAST, self.population // 3))
        draws = uniform(seed, numbers, _purposes(len(pool), space.space.names), attempt=attempt)
        order, rest = draws[:, : len(pool)].copy(), draws[:, len(pool) :]
        order[targets[:, None] == pool] = 2.0  # nobody is a donor of its own
        donors = pool[np.argsort(order, axis=1)[:, :3]]
        low, high = self.weight if isinstance(self.weight, tuple) else (self.weight, self.weight)
        weight, sure = low + (high - low) * rest[:, :1], (rest[:, 1] * space.dimension).astype(np.int64)
        parts = np.moveaxis(rest[:, 2:].reshape(len(numbers), 4, -1)[:, :, space.columns], 1, 0)
        bounce, pull, taken, fresh = parts
        genes, first, second, third, best = (
            history.unit[trials][..., space.columns] for trials in (targets, *donors.T, rungs[0].best(1)[0])
        )
        mutant = mutants(self.rule, space, genes, (first, second, third), best, weight, (bounce, pull))
        child = crossed(genes, mutant, self.crossover, taken, sure)
        return space.natives(np.where(np.isnan(child), space.quantile(fresh), child))

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "DifferentialEvolution", **asdict(self)}


def _targets(rungs: list[Rung], places: Ints) -> Ints:
    """Who holds each of the ``places`` on the highest rung where anybody does; -1 where nobody does."""
    targets = np.full(len(places), -1, dtype=np.int64)
    for rung in rungs:
        targets = np.where(targets < 0, rung.trials[places], targets)
    return targets


def _number(value: object, most: float) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, float)) and 0.0 <= value <= most


@lru_cache(maxsize=64)
def _purposes(members: int, names: tuple[str, ...]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Of one trial's draws: an order of the members, F, the sure gene, and four for each parameter."""
    own = [f"difference/donor/{i}" for i in range(members)] + ["difference/weight", "difference/sure"]
    genes = [f"difference/{part}/{name}" for part in ("bounce", "pull", "cross", "fresh") for name in names]
    return np.array([purpose(name) for name in (*own, *genes)], dtype=np.uint64)


_readings: WeakKeyDictionary[History, dict[int, Ladder]] = WeakKeyDictionary()


def _ladder(history: History, size: int) -> Ladder:
    known = _readings.setdefault(history, {})
    if size not in known:
        known[size] = Ladder(size)
    known[size].learn(history)
    return known[size]
