"""Configurations to begin with: each good on past tasks on which those before it are not."""

from __future__ import annotations

__all__ = ["start"]

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Space, Table
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.gp.candidates import candidates, diverse
from tunewright.strategies.gp.search import allowed
from tunewright.strategies.past.joint import Joint, expected_of_rows, joint
from tunewright.strategies.past.process import columns_of, mean_at, row_means
from tunewright.strategies.past.search import climbed
from tunewright.strategies.past.source import Source
from tunewright.trial.columns import Array

_STREAM = purpose("transfer/lowest")
_CENTRES, _LOOKED, _CLIMBS = 5, 2_000, 8
_BEST = 32  # configurations of each task, or rows of a table by its process, that are considered


@lru_cache(maxsize=16)
def start(sources: tuple[Source, ...], space: Space, count: int, *, together: bool = False) -> Array:
    """Native rows (at most count, D), best first.

    Considered are the best configurations of each source, completed where it lacks parameters by those of the other
    sources or else by the middle, and of a table its rows. Each in turn is the one that makes the mean over the
    sources of the least normal score expected so far smallest. With ``together`` the first is where the joint process
    of all sources expects least of a new task.
    """
    own = coordinates(space)
    chosen: list[int] = []
    if isinstance(space, Table):
        scores = np.array([row_means(source, space) for source in sources])
        places = np.unique(np.argsort(scores, axis=1, kind="stable")[:, :_BEST])
        if together and count:
            lead = int(np.argmin(expected_of_rows(sources, space)[0]))
            places = np.append(lead, places[places != lead])
        rows, scores = space.rows[places], scores[:, places]
    else:
        unit = allowed(own, np.unique(own.rounded(_considered(sources, own)), axis=0))
        if together and count:
            unit = np.concatenate([_lowest(joint(sources, space), own), unit])
        rows = own.natives(unit)
        scores = np.array([mean_at(source, own, unit) for source in sources])
    least = np.full(len(sources), np.inf)
    if together and count:
        chosen, least = [0], scores[:, 0]
    for _ in range(min(count, len(rows)) - len(chosen)):
        worth = np.minimum(least[:, None], scores).mean(axis=0)
        worth[chosen] = np.inf
        chosen.append(int(np.argmin(worth)))
        least = np.minimum(least, scores[:, chosen[-1]])
    return rows[chosen]


@dataclass(frozen=True, eq=False)
class _Expected:
    """What a new task is expected to be, turned round so that more is better."""

    past: Joint

    def at(self, coordinates: Coordinates, unit: Array) -> Array:
        return -self.past.mean(unit, np.append(1.0, np.zeros(len(self.past.starts))))


def _lowest(past: Joint, straight: Coordinates) -> Array:
    """Coordinates (1, d) of the lowest point found of what is expected of a new task."""
    space, target = past.space, _Expected(past)
    points = past.points()
    points = np.where(np.isnan(points), 0.5, points)
    centres = points[np.argsort(-target.at(space, points), kind="stable")[:_CENTRES]]
    unit = allowed(space, space.rounded(np.concatenate([centres, candidates(space, centres, _LOOKED, 0, 0)])))
    values = target.at(space, unit)
    starts = unit[diverse(unit, np.argsort(-values, kind="stable"), _CLIMBS)]
    ends, reached = climbed(target, space, starts, generator(0, 0, _STREAM))
    return straight.unit(space.natives(ends[np.argmax(reached)][None, :]))


def _considered(sources: tuple[Source, ...], space: Coordinates) -> Array:
    """Coordinates of the best configurations of each source."""
    typical = np.full(space.dimension, 0.5)
    for source in sources[::-1]:
        best = source.x[int(np.argmin(source.z))]
        typical[columns_of(source, space)] = np.where(np.isnan(best), 0.5, best)
    parts = []
    for source in sources:
        best = source.x[np.argsort(source.z, kind="stable")[:_BEST]]
        part = np.repeat(typical[None, :], len(best), axis=0)
        part[:, columns_of(source, space)] = np.where(np.isnan(best), typical[columns_of(source, space)], best)
        parts.append(part)
    return np.concatenate(parts)
