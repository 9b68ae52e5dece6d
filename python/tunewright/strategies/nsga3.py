"""NSGA-III: evolution along reference directions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from tunewright.numerics.evolution import niched_survivors
from tunewright.numerics.sampling import purpose, stream
from tunewright.space import Space
from tunewright.strategies.evolution.directions import reference_directions
from tunewright.strategies.evolution.endings import losses_of, violations_of
from tunewright.strategies.evolution.population import Population, generation_end, population, sized
from tunewright.strategies.evolution.reproduction import Variation, reproduced
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["NSGA3"]

_TIES = purpose("nsga3/ties")
_MUTATIONS = 0.8  # of a child, on average: where parents are drawn at random, fewer let the population close in


@dataclass(frozen=True)
class NSGA3:
    """NSGA-II for many objectives: directions keep the front spread (Deb & Jain, IEEE TEVC 18, 2014).

    Where nearly every trial is on the front, as with four objectives and more, crowding says little. Here evenly
    spread directions from the ideal point stand in for it: each wants a trial of its own, and objectives are brought to
    one scale by the plane through the front's extreme points. Parents are drawn at random, from those that break the
    least constraints if any are broken. All else is as in :class:`NSGA2`.

    Args:
        population: members of a generation. There are as many directions as an even lattice of at most so many has.
        crossover: the probability that a trial has two parents instead of one.
        crossover_index: the larger, the closer a number stays to its parents' (simulated binary crossover).
        mutation: the probability of each parameter to mutate; 0.8 / d by default. A copy has one mutated in any case.
        mutation_index: the larger, the smaller a number's mutation (polynomial mutation).
    """

    population: int = 50
    crossover: float = 1.0
    crossover_index: float = 30.0
    mutation: float | None = None
    mutation_index: float = 20.0

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        sized(self.population)
        self._variation()

    def _variation(self) -> Variation:
        return Variation(self.crossover, self.crossover_index, self.mutation, self.mutation_index, mutations=_MUTATIONS)

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Any space and any objectives will do."""

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: the end of the generation."""
        return generation_end(history, self.population)

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""

        def select(history: History, candidates: Ints, last: Population) -> tuple[Ints, Array]:
            return self._select(history, candidates, last, seed)

        parents = population(history, self.population, select, (self, seed))
        return reproduced(history, parents, self.population, self._variation(), seed, numbers)

    def _select(self, history: History, candidates: Ints, last: Population, seed: int) -> tuple[Ints, Array]:
        violations = violations_of(history, candidates)
        directions = reference_directions(len(history.metrics), self.population)
        rows = niched_survivors(
            losses_of(history, candidates),
            violations,
            min(self.population, len(candidates)),
            directions=directions,
            ideal=last.ideal,
            draws=stream(seed, last.generation, _TIES, len(directions) + len(candidates)),
        )
        return candidates[rows], violations[rows]

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "NSGA3", **asdict(self)}
