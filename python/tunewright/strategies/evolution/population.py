"""The population that a record leads to.

A generation is over whenever ``size`` more trials have ended, however they ended, whoever chose them, and in whatever
order their numbers are. The members of the next population are then selected from those of the last one and from the
trials that ended in between. Trials that are still running join the generation in which they end. Nobody waits for
anybody, and in a study of one trial after another this is what the algorithms' authors wrote down.
"""

from __future__ import annotations

__all__ = ["Population", "Selection", "generation_end", "population", "sized"]

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from tunewright.strategies.evolution.endings import Endings, losses_of, usable
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints


@dataclass(frozen=True, eq=False)
class Population:
    """Members after some generations.

    Attributes:
        generation: how many generations are over.
        trials: (n,) numbers of the members, at most as many as the size.
        standing: (n,) of each member, less is better: decides tournaments.
        ideal: (m,) the smallest value of each loss so far.
    """

    generation: int
    trials: Ints
    standing: Array
    ideal: Array


Selection = Callable[[History, Ints, Population], tuple[Ints, Array]]
"""(record, candidates, last population with the new ideal) -> trials that stay, and the standing of each."""


@dataclass(eq=False)
class _Reading:
    population: Population
    endings: Endings = field(default_factory=Endings)


_readings: WeakKeyDictionary[History, dict[Hashable, _Reading]] = WeakKeyDictionary()


def population(history: History, size: int, select: Selection, key: Hashable) -> Population:
    """The population after the last whole generation of ``history``.

    ``key`` stands for all that ``select`` depends on: with it, what was read before is not read again.
    """
    readings = _readings.setdefault(history, {})
    if key not in readings:
        readings[key] = _Reading(_nobody(len(history.metrics)))
    reading = readings[key]
    reading.endings.read(history)
    ended, now = reading.endings.trials, reading.population
    while len(ended) >= (now.generation + 1) * size:
        block = np.array(ended[now.generation * size : (now.generation + 1) * size], dtype=np.int64)
        now = _next(history, now, usable(history, block), select)
    reading.population = now
    return now


def generation_end(history: History, size: int) -> int:
    """How many trials will have ended once the present generation is over."""
    return (history.ended // size + 1) * size


def _nobody(objectives: int) -> Population:
    return Population(0, np.zeros(0, dtype=np.int64), np.zeros(0), np.full(objectives, np.inf))


def _next(history: History, last: Population, born: Ints, select: Selection) -> Population:
    if not len(born):
        return Population(last.generation + 1, last.trials, last.standing, last.ideal)
    ideal = np.minimum(last.ideal, losses_of(history, born).min(axis=0))
    grown = Population(last.generation + 1, last.trials, last.standing, ideal)
    trials, standing = select(history, np.concatenate([last.trials, born]), grown)
    return Population(grown.generation, trials, standing, ideal)


def sized(size: int) -> None:
    """Raise ``ValueError`` for what is no size of a population."""
    if isinstance(size, bool) or not isinstance(size, int) or size < 2:
        raise ValueError(f"population must be a whole number from 2 upwards; got {size!r}")
