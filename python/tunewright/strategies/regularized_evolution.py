"""Regularised evolution: the oldest die, the best of a sample have children."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from tunewright.space import Space
from tunewright.strategies.evolution.living import living
from tunewright.strategies.evolution.merit import single
from tunewright.strategies.evolution.population import sized
from tunewright.strategies.evolution.reproduction import Variation, reproduced
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["RegularizedEvolution"]


@dataclass(frozen=True)
class RegularizedEvolution:
    """Ageing evolution (Real, Aggarwal, Huang & Le, AAAI 2019), one parameter changed at a time.

    The population is the last ``population`` trials that ended; nobody stays for being good, so that a lucky
    measurement is forgotten unless its children are good too. The best of ``sample`` of them has a child: the same
    configuration but for one parameter, a number near what it was, or another category. All categories, orders,
    conditions and constraints will do; what a change brings into being is drawn from its prior. It suits large, mostly
    categorical spaces, architectures above all, and any number of workers, since no trial waits for others.

    Trials that a scheduler ended early are parents too, ranked by how far they came and then by their last report;
    those that break a constraint are behind them. Failed ones age like others and have no children: their share of the
    trials is drawn at random. The first ``population`` trials are a scrambled Sobol' design through the priors.

    Args:
        population: how many trials it remembers.
        sample: how many of those compete to be a parent.
        mutation_index: the larger, the smaller the change of a number (polynomial mutation).
    """

    population: int = 50
    sample: int = 15
    mutation_index: float = 5.0

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        sized(self.population)
        sample = self.sample
        if isinstance(sample, bool) or not isinstance(sample, int) or not 1 <= sample <= self.population:
            raise ValueError(f"sample must be a whole number from 1 to population={self.population}; got {sample!r}")
        self._variation()

    def _variation(self) -> Variation:
        return Variation(0.0, 0.0, 0.0, self.mutation_index, tournament=self.sample)

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives."""
        single("RegularizedEvolution", directions)

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters once there is a population."""
        return max(self.population, history.ended)

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        parents = living(history, self.population)
        return reproduced(history, parents, self.population, self._variation(), seed, numbers)

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "RegularizedEvolution", **asdict(self)}
