"""Evolution of architectures: children differ from their parents by changes of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, cast

import numpy as np

from tunewright.errors import StudyError
from tunewright.nas.design import Evolving
from tunewright.nas.graph_space import alike
from tunewright.nas.registry import design_from_json
from tunewright.numerics.evolution import offspring
from tunewright.numerics.sampling import generator, purpose, uniform
from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.evolution.living import living
from tunewright.strategies.evolution.merit import single
from tunewright.strategies.evolution.population import Population, sized
from tunewright.strategies.evolution.reproduction import born
from tunewright.strategies.random import draw
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["GraphEvolution"]

_BIRTH, _REST = purpose("graph evolution/birth"), purpose("graph evolution/rest")
_FAMILY = 24  # children of one trial that are forbidden or known before chance takes over


@dataclass(frozen=True)
class GraphEvolution:
    """Ageing evolution (Real, Aggarwal, Huang & Le, AAAI 2019) whose children are changes of their parents' graphs.

    The population is the last ``population`` trials that ended. The best of ``sample`` of them is a parent; its child
    has one change that the design knows: another operation, an edge that begins or ends elsewhere, a layer more or
    less, a way around one. With the probability ``crossover`` there are two parents, and the child is first made of
    parts of both. What does not let anything through is not tried, and neither is a graph that the record has in any
    form. Other parameters of the space come from the parents too, and have their share of the changes.

    Trials that a scheduler ended early, constraints and failed trials count as with ``RegularizedEvolution``.

    Args:
        design: whose parameters the space has.
        population: how many trials it remembers.
        sample: how many of those compete to be a parent; all by default, which is quick. Fewer look further around.
        crossover: how often a child has two parents.
        mutation_index: the larger, the smaller the change of a number beside the graph (polynomial mutation).
    """

    design: Evolving
    population: int = 10
    sample: int = 10
    crossover: float = 0.25
    mutation_index: float = 5.0

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not isinstance(self.design, Evolving):
            raise TypeError(
                f"design must be a Cell, DartsCell, Macro, Hierarchy or have their methods mutated(config, draws) and "
                f"crossed(a, b, draws); got {self.design!r}"
            )
        sized(self.population)
        sample = self.sample
        if isinstance(sample, bool) or not isinstance(sample, int) or not 1 <= sample <= self.population:
            raise ValueError(f"sample must be a whole number from 1 to population={self.population}; got {sample!r}")
        for name, most in {"crossover": 1.0, "mutation_index": 1e6}.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value <= most:
                raise ValueError(f"{name} must be a number from 0 to {most:g}; got {value!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives, or a space that lacks the design's parameters."""
        single("GraphEvolution", directions)
        own = self.design.space.by_name
        lacking = [name for name in own if name not in space or space[name] != own[name]]
        if lacking:
            raise StudyError(
                f"GraphEvolution: the space lacks {lacking[0]!r} as its design has it; search design.space, or "
                "nas.GraphSpace(design, ...)"
            )

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters once there is a population."""
        return max(self.population, history.ended)

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        parents = living(history, self.population)

        def children(some: Ints, attempt: int) -> Array:
            return np.array([self._born(history, parents, seed, number, attempt) for number in some.tolist()])

        return born(history, parents, children, seed, numbers, family=_FAMILY, alike=alike(self.design, history.space))

    def _born(self, history: History, parents: Population, seed: int, number: int, attempt: int) -> Array:
        """The native row of one child; drawn at random for the share of the population that failed."""
        space, trial = history.space, np.array([number])
        draws = generator(seed, number, _BIRTH, attempt=attempt)
        found: Array
        if draws.random() >= len(parents.trials) / self.population:
            found = draw(space, seed, trial, attempt=attempt)[0]
            return found
        two = history.natives[[self._winner(parents, draws) for _ in range(2)]]
        configs, child = space.configs(two), two[0]
        config: Mapping[str, Any] = configs[0]
        if draws.random() < self.crossover:
            config = self.design.crossed(configs[0], configs[1], draws)
            child = np.where(draws.random(len(child)) < 0.5, two[0], two[1])
        own = [space.names.index(name) for name in self.design.space.names]
        rest = np.setdiff1d(coordinates(space).columns, own)
        mutates = draws.random() * coordinates(space).dimension >= len(rest)
        if mutates:
            config = self.design.mutated(config, draws)
        child[own] = [
            space[name].native(config[name]) if name in config else np.nan for name in self.design.space.names
        ]
        unit = space.encode(child[None, :])
        if not mutates:
            unit[:, rest] = self._varied(unit[:, rest], coordinates(space), rest, seed, trial, attempt)
        fresh = space.quantile(uniform(seed, trial, _purposes(space.names), attempt=attempt))
        found = space.decode(np.where(np.isnan(unit), fresh, unit))[0]  # what came into being is new
        return found

    def _winner(self, parents: Population, draws: np.random.Generator) -> int:
        """The trial that wins a tournament."""
        some = draws.permutation(len(parents.trials))[: self.sample]
        return int(parents.trials[some[np.argmin(parents.standing[some])]])

    def _varied(self, unit: Array, space: Coordinates, rest: Ints, seed: int, trial: Ints, attempt: int) -> Array:
        """``unit`` (1, r), coordinates of the columns ``rest``, with one of them changed."""
        cells = space.cells[np.searchsorted(space.columns, rest)]
        return offspring(
            unit, np.zeros(1), cells, trial, seed=seed, purpose=_REST, attempt=attempt, tournament=1, crossover=0.0,
            mutation=0.0, mutation_index=self.mutation_index,
        )  # fmt: skip

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name, room and options, for the record."""
        options = {name: getattr(self, name) for name in ("population", "sample", "crossover", "mutation_index")}
        return {"strategy": "GraphEvolution", "room": "nas", "design": self.design.to_json(), **options}

    @classmethod
    def from_json(cls, options: Mapping[str, Any], space: Space) -> GraphEvolution:
        """The inverse of :meth:`to_json`."""
        rest = {name: value for name, value in options.items() if name not in ("strategy", "room", "design")}
        return cls(cast(Evolving, design_from_json(options["design"])), **rest)


@lru_cache(maxsize=64)
def _purposes(names: tuple[str, ...]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array([purpose(f"graph evolution/{name}") for name in names], dtype=np.uint64)
