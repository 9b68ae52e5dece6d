"""What a study is like, as far as the choice of a strategy depends on it, and the rules of that choice."""

from __future__ import annotations

__all__ = ["STARTUP", "Rule", "Situation", "rules", "situation"]

from dataclasses import dataclass
from functools import lru_cache

from tunewright.space import Space
from tunewright.strategies.cmaes import CMAES
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gaussian_process import GaussianProcess
from tunewright.strategies.nsga2 import NSGA2
from tunewright.strategies.nsga3 import NSGA3
from tunewright.strategies.parego import ParEGO
from tunewright.strategies.protocol import Strategy

_MODELLED = 500  # outcomes from which on a Gaussian process costs more than most trials that are so many
_MODELLED_FRONT = 300  # the same with a process for each objective
_MANY = 10_000  # trials that nobody waits tens of milliseconds each for
_COVARIED = 100  # parameters up to which a covariance matrix costs next to nothing
STARTUP = 6  # outcomes before the model is used: with 10 the tenth trial is worse, the 25th no better
_FEW = 200  # outcomes that a model is worth its time for, even then


@dataclass(frozen=True)
class Situation:
    """The facts that the rules read.

    Attributes:
        parameters: how many vary.
        categorical: of those, how many have no order.
        conditional: of those, how many exist only under a condition.
        objectives: how many.
        trials: how many there will be in all, as far as the user said.
    """

    parameters: int
    categorical: int
    conditional: int
    objectives: int
    trials: int | None

    def __str__(self) -> str:
        kinds = {"categorical": self.categorical, "conditional": self.conditional}
        inside = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
        parts = [
            _counted(self.parameters, "parameter") + (f" ({inside})" if inside else ""),
            _counted(self.objectives, "objective"),
            "" if self.trials is None else f"{_counted(self.trials, 'trial')} planned",
        ]
        return ", ".join(filter(None, parts))


@dataclass(frozen=True)
class Rule:
    """From ``outcomes`` ended trials on: this strategy, and why; ``models``: each suggestion costs milliseconds."""

    outcomes: int
    strategy: Strategy
    why: str
    models: bool = False


@lru_cache(maxsize=64)
def situation(space: Space, objectives: int, trials: int | None) -> Situation:
    """The facts about a study."""
    domains = [space.domains[j] for j in coordinates(space).columns]
    return Situation(
        parameters=len(domains),
        categorical=sum(domain.kind == "categorical" for domain in domains),
        conditional=sum(domain.when is not None for domain in domains),
        objectives=objectives,
        trials=trials,
    )


@lru_cache(maxsize=64)
def rules(facts: Situation) -> tuple[Rule, ...]:
    """What to search with, by the number of outcomes; the first rule begins at 0."""
    if facts.objectives == 1:
        return _single(facts)
    return _several(facts)


def evolution(facts: Situation) -> Strategy:
    """What suggests any number of trials at once, in microseconds each."""
    return NSGA3() if facts.objectives > 3 else NSGA2()


def _single(facts: Situation) -> tuple[Rule, ...]:
    until, numbers = _handover(facts, _MODELLED), facts.categorical == facts.conditional == 0
    numbers = numbers and facts.parameters <= _COVARIED
    later: Strategy = CMAES() if numbers else evolution(facts)
    what = "a normal distribution of the numbers" if numbers else "evolution, which takes anything"
    return (
        Rule(
            0,
            GaussianProcess(startup=STARTUP),
            f"one objective, up to {until:,} outcomes: a Gaussian process needs fewest trials",
            models=True,
        ),
        Rule(until, later, f"from {until:,} outcomes on: trials that are so many are cheap, and so is {what}"),
    )


def _several(facts: Situation) -> tuple[Rule, ...]:
    until = _handover(facts, _MODELLED_FRONT)
    many = facts.objectives > 5
    model: Strategy = ParEGO() if many else GaussianProcess()
    what = "one process of a weighted maximum" if many else "expected hypervolume improvement by a process for each"
    later = evolution(facts)
    return (
        Rule(
            0,
            model,
            f"{facts.objectives} objectives, up to {until:,} outcomes: {what} needs fewest trials",
            models=True,
        ),
        Rule(until, later, f"from {until:,} outcomes on: evolution, {type(later).__name__} for so many objectives"),
    )


def _handover(facts: Situation, modelled: int) -> int:
    """The number of outcomes up to which a model is worth its time."""
    if facts.trials is None:
        return modelled
    return min(modelled, _FEW) if facts.trials >= _MANY else max(modelled, min(facts.trials, 2 * modelled))


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
