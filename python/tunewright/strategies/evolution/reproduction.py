"""From a population to native configurations of new trials."""

from __future__ import annotations

__all__ = ["Variation", "born", "founders", "reproduced"]

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from tunewright.numerics.evolution import offspring
from tunewright.numerics.sampling import purpose, uniform
from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.evolution.brood import Proposal, admissible
from tunewright.strategies.evolution.endings import losses_of, violations_of
from tunewright.strategies.evolution.population import Population
from tunewright.strategies.quasirandom import QuasiRandom
from tunewright.strategies.random import draw
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

_CHILD = purpose("evolution/child")
_ORPHAN = np.array([purpose("evolution/orphan")], dtype=np.uint64)
_FAMILY = 16  # children of one trial that are forbidden or known before chance takes over
_MOST_DIMENSIONS = 1_111  # of the Sobol' sequence


@dataclass(frozen=True)
class Variation:
    """How children differ from their parents; see :func:`tunewright.numerics.evolution.offspring`.

    ``mutation`` is the probability of each parameter; None means ``mutations`` / d, 1/2 at most. With
    ``dominance`` a parent that dominates another beats it whatever their standing.
    """

    crossover: float
    crossover_index: float
    mutation: float | None
    mutation_index: float
    tournament: int = 2
    dominance: bool = False
    mutations: float = 1.0

    def __post_init__(self) -> None:
        for name, most in {"crossover": 1.0, "crossover_index": 1e6, "mutation": 1.0, "mutation_index": 1e6}.items():
            value = getattr(self, name)
            if name == "mutation" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value <= most:
                raise ValueError(f"{name} must be a number from 0 to {most:g}; got {value!r}")


def reproduced(
    history: History, parents: Population, size: int, variation: Variation, seed: int, numbers: Ints
) -> Array:
    """Native rows (k, d) for the trials ``numbers``.

    Without parents they are founders (see :func:`born`). Where the population is not full yet, as many of the children
    as it lacks members are drawn at random instead.
    """
    space = coordinates(history.space)

    def children(some: Ints, attempt: int) -> Array:
        genes = history.unit[parents.trials][:, space.columns]
        beats = _beats(history, parents.trials) if variation.dominance else None
        natives = space.natives(_children(genes, parents.standing, beats, space, variation, seed, some, attempt))
        if len(genes) < size:
            orphans = uniform(seed, some, _ORPHAN, attempt=attempt)[:, 0] >= len(genes) / size
            natives[orphans] = draw(history.space, seed, some[orphans], attempt=attempt)
        return natives

    return born(history, parents, children, seed, numbers)


def born(
    history: History,
    parents: Population,
    children: Proposal,
    seed: int,
    numbers: Ints,
    *,
    family: int = _FAMILY,
    alike: Space | None = None,
) -> Array:
    """Native rows (k, d) for the trials ``numbers``: ``children`` of a population, founders where there is none.

    A trial whose first ``family`` children are forbidden or known is drawn at random. ``alike``: see ``admissible``.
    """
    space = coordinates(history.space)
    if not len(numbers) or not space.dimension:
        return space.natives(np.zeros((len(numbers), space.dimension)))

    def propose(some: Ints, attempt: int) -> Array:
        if not len(parents.trials):
            return founders(history, seed, some, attempt)
        return draw(history.space, seed, some, attempt=attempt) if attempt > family else children(some, attempt)

    return admissible(history, numbers, propose, alike)


def founders(history: History, seed: int, numbers: Ints, attempt: int) -> Array:
    """Native rows (k, d) of a scrambled Sobol' design through the priors; by chance where that has no more to give."""
    if attempt or history.space.dimension > _MOST_DIMENSIONS:
        return draw(history.space, seed, numbers, attempt=attempt)
    return QuasiRandom().suggest(history, seed, numbers)


def _children(
    genes: Array,
    standing: Array,
    beats: np.ndarray[Any, np.dtype[np.bool_]] | None,
    space: Coordinates,
    variation: Variation,
    seed: int,
    numbers: Ints,
    attempt: int,
) -> Array:
    """Coordinates (k, d) of children; what neither parent had is drawn from its prior, should it exist in the child."""
    mutation = min(0.5, variation.mutations / space.dimension) if variation.mutation is None else variation.mutation
    unit = offspring(
        genes, standing, space.cells, numbers, beats=beats, seed=seed, purpose=_CHILD, attempt=attempt,
        tournament=variation.tournament, crossover=variation.crossover, crossover_index=variation.crossover_index,
        mutation=mutation, mutation_index=variation.mutation_index,
    )  # fmt: skip
    missing = np.isnan(unit)
    if not missing.any():
        return unit
    fresh = space.quantile(uniform(seed, numbers, _purposes(space.space.names)[space.columns], attempt=attempt))
    return np.where(missing, fresh, unit)


def _beats(history: History, trials: Ints) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which of ``trials`` dominate which, (n, n): by less violation, and where that is equal by their losses."""
    losses, violations = losses_of(history, trials), np.nan_to_num(violations_of(history, trials), nan=np.inf)
    no_worse = np.ones((len(trials), len(trials)), dtype=np.bool_)
    for loss in losses.T:  # one comparison of matrices each, which is quicker than all of them at once
        no_worse &= loss[:, None] <= loss
    better: np.ndarray[Any, np.dtype[np.bool_]] = no_worse & ~no_worse.T
    if not violations.any():
        return better
    less = violations[:, None] < violations[None, :]
    beats: np.ndarray[Any, np.dtype[np.bool_]] = less | (better & ~less.T)
    return beats


@lru_cache(maxsize=64)
def _purposes(names: tuple[str, ...]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array([purpose(f"evolution/{name}") for name in names], dtype=np.uint64)
