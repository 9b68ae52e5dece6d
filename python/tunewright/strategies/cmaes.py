"""CMA-ES: a normal distribution that learns where better trials lie, and along which directions they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.strategies.cma.generations import reading
from tunewright.strategies.cma.layout import Layout, layout
from tunewright.strategies.cma.restarts import Policy, Run, begun, following
from tunewright.strategies.cma.start import center, covered, promising
from tunewright.strategies.evolution.merit import single
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["CMAES"]


@dataclass(frozen=True)
class CMAES:
    """Covariance matrix adaptation (Hansen & Ostermeier, Evol. Comput. 9, 2001) over mixed and conditional spaces.

    For ten to some hundred numbers and hundreds of trials or more; below a hundred trials a model finds more. Trials
    are drawn from a normal distribution; whenever a generation of them has ended, its better half moves the mean,
    lengthens the directions in which it lies, and the step size follows how straight the way was. It depends on the
    order of the losses alone.

    Integers, steps and ordinals keep a margin of probability for the values next to the usual one, so that none is
    given up early (CMA-ES with margin); categories have probabilities of their own that follow the better trials.
    Parameters that a condition switched off neither teach nor learn. Trials out of bounds, or forbidden by the space,
    are drawn again. A generation is over whenever enough trials have ended, in any order: nobody waits, and enqueued
    trials and those of other strategies teach it too. Trials that a scheduler ended early rank behind complete ones, by
    how far they came; then those that break a constraint; failed ones and NaN are last.

    Args:
        population: trials of a generation; 4 + 3 ln d by default.
        sigma: the first step size, in units of each parameter's range (of its prior's width, where it has one).
        restarts: what follows once a run has converged: ``"bipop"`` runs with large and small populations by turns,
            ``"ipop"`` doubles the population each time, None begins again as at first.
        start: a configuration to start from, or a part of one; the middle of the priors by default. Choose a smaller
            ``sigma`` with it.
        covariance: of the numbers at the start, in units of sigma, (d, d); see :meth:`from_record`.
    """

    population: int | None = None
    sigma: float = 0.2
    restarts: Policy = "bipop"
    start: Mapping[str, Any] | None = None
    covariance: Sequence[Sequence[float]] | None = None

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        size = self.population
        if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 4):
            raise ValueError(f"population must be a whole number from 4 upwards, or None; got {size!r}")
        sigma = self.sigma
        if isinstance(sigma, bool) or not isinstance(sigma, (int, float)) or not 0.0 < sigma <= 10.0:
            raise ValueError(f"sigma must be a number above 0, up to 10; got {sigma!r}")
        if self.restarts not in ("ipop", "bipop", None):
            raise ValueError(f"restarts must be 'ipop', 'bipop' or None; got {self.restarts!r}")
        if self.covariance is not None:
            object.__setattr__(self, "covariance", covered(self.covariance))

    def __hash__(self) -> int:
        return hash((self.population, self.sigma, self.restarts))

    @classmethod
    def from_record(cls, history: History, *, best: float = 0.1, spread: float = 0.1, **options: Any) -> CMAES:
        """A strategy that starts where the ``best`` share of an earlier study's trials lies (``study.history``).

        Its first distribution is the normal one of those trials, widened by ``spread`` of each range (M. Nomura et al.,
        "Warm starting CMA-ES", AAAI 2021, with the paper's shares). The other study must have the same space.

        Raises:
            ValueError: a share that is none, or a record without a complete trial.
        """
        start, sigma, covariance = promising(history, layout(history.space), best, spread)
        given: dict[str, Any] = {"start": start, "sigma": sigma, "covariance": covariance}
        return cls(**given | options)

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives, or a start that the space does not have."""
        single("CMAES", directions)
        for name, value in (self.start or {}).items():
            if name not in space:
                raise StudyError(f"CMAES starts with {name!r}, which the space does not have: {', '.join(space.names)}")
            space[name].native(value)
        d = len(layout(space).numbers)
        if self.covariance is not None and len(self.covariance) != d:
            raise StudyError(f"covariance must be of the {d} numbers of this space; got {len(self.covariance)} rows")

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: the end of the generation."""
        known = reading(history, layout(history.space), self, history.seed)
        return known.taken + known.run.population

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        seen = layout(history.space)
        if not len(numbers) or not seen.space.dimension:
            return seen.space.natives(np.zeros((len(numbers), seen.space.dimension)))
        return reading(history, seen, self, seed).suggested(seed, numbers).natives

    def first(self, layout: Layout) -> Run:
        """The run that a study begins with."""
        d = len(layout.numbers)
        mean, probabilities = center(layout, self.start or {})
        covariance = np.diag(layout.prior[1] ** 2)
        if self.covariance is not None and len(self.covariance) == d:
            covariance = np.array(self.covariance, dtype=np.float64).reshape(d, d)
        state = begun(layout, mean, float(self.sigma), covariance, probabilities)
        return Run(state, self._usual(layout), state.sigma)

    def next(self, layout: Layout, last: Run, seed: int) -> Run:
        """The run after one that has converged."""
        return following(self.restarts, layout, last, self._usual(layout), float(self.sigma), seed)

    def _usual(self, layout: Layout) -> int:
        return layout.usual_population if self.population is None else self.population

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record; the start as native numbers."""
        start = self.start and {name: space[name].native(value) for name, value in self.start.items()}
        covariance = self.covariance and [list(row) for row in self.covariance]
        return {
            "strategy": "CMAES", "population": self.population, "sigma": self.sigma, "restarts": self.restarts,
            "start": start, "covariance": covariance,
        }  # fmt: skip

    @classmethod
    def from_json(cls, options: Mapping[str, Any], space: Space) -> CMAES:
        """The inverse of :meth:`to_json`."""
        given = {name: value for name, value in options.items() if name != "strategy"}
        if given["start"] is not None:
            natives = given["start"].items()
            given["start"] = {name: space[name].values(np.array([native]))[0] for name, native in natives}
        return cls(**given)
