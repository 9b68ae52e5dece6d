"""NSGA-II: evolution by dominance and crowding."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from tunewright.numerics.evolution import crowded_survivors
from tunewright.space import Space
from tunewright.strategies.evolution.endings import losses_of, violations_of
from tunewright.strategies.evolution.population import Population, generation_end, population, sized
from tunewright.strategies.evolution.reproduction import Variation, reproduced
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["NSGA2"]


@dataclass(frozen=True)
class NSGA2:
    """A population that evolves towards the Pareto front (Deb, Pratap, Agarwal & Meyarivan, IEEE TEVC 6, 2002).

    For two or three objectives and hundreds of trials or more; with one objective it is a plain genetic algorithm. A
    generation is over whenever ``population`` more trials have ended. Of its members and those trials the best stay:
    what breaks the least constraints first, then what fewest are better than, then what is far from its neighbours.
    Two parents of a trial win a tournament of two each, by dominance or else by being farther from their neighbours (as
    in Deb's code); numbers are crossed and mutated close to them, categories exchanged and redrawn. The first
    generation is a scrambled Sobol' design through the priors.

    Failed trials, those with a value that is not finite, and pruned ones have no offspring; the places they leave open
    in the population are filled with random configurations. No trial waits for others: one that starts
    early has its parents from the last generation that was over by then. A trial that misses a threshold of the study
    counts like one that breaks a constraint, only less.

    Args:
        population: members of a generation.
        crossover: the probability that a trial has two parents instead of one.
        crossover_index: the larger, the closer a number stays to its parents' (simulated binary crossover).
        mutation: the probability of each parameter to mutate; 1 / d by default. A copy has one mutated in any case.
        mutation_index: the larger, the smaller a number's mutation (polynomial mutation).
    """

    population: int = 50
    crossover: float = 0.9
    crossover_index: float = 15.0
    mutation: float | None = None
    mutation_index: float = 20.0

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        sized(self.population)
        self._variation()

    def _variation(self) -> Variation:
        return Variation(self.crossover, self.crossover_index, self.mutation, self.mutation_index, dominance=True)

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Any space and any objectives will do."""

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: the end of the generation."""
        return generation_end(history, self.population)

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        parents = population(history, self.population, self._select, self)
        return reproduced(history, parents, self.population, self._variation(), seed, numbers)

    def _select(self, history: History, candidates: Ints, last: Population) -> tuple[Ints, Array]:
        losses, violations = losses_of(history, candidates), violations_of(history, candidates)
        rows, distances = crowded_survivors(losses, violations, min(self.population, len(candidates)))
        return candidates[rows], -distances

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "NSGA2", **asdict(self)}
