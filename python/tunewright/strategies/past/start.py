"""Configurations to begin with: each good on past tasks on which those before it are not."""

from __future__ import annotations

__all__ = ["start"]

from functools import lru_cache

import numpy as np

from tunewright.space import Space, Table
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.gp.search import allowed
from tunewright.strategies.past.process import columns_of, mean_at, row_means
from tunewright.strategies.past.source import Source
from tunewright.trial.columns import Array

_BEST = 32  # configurations of each task, or rows of a table by its process, that are considered


@lru_cache(maxsize=16)
def start(sources: tuple[Source, ...], space: Space, count: int) -> Array:
    """Native rows (at most count, D), best first.

    Considered are the best configurations of each source, completed where it lacks parameters by those of the other
    sources or else by the middle, and of a table its rows. Each in turn is the one that makes the mean over the
    sources of the least normal score expected so far smallest.
    """
    own = coordinates(space)
    if isinstance(space, Table):
        scores = np.array([row_means(source, space) for source in sources])
        places = np.unique(np.argsort(scores, axis=1, kind="stable")[:, :_BEST])
        rows, scores = space.rows[places], scores[:, places]
    else:
        unit = allowed(own, np.unique(own.rounded(_considered(sources, own)), axis=0))
        rows = own.natives(unit)
        scores = np.array([mean_at(source, own, unit) for source in sources])
    chosen: list[int] = []
    least = np.full(len(sources), np.inf)
    for _ in range(min(count, len(rows))):
        worth = np.minimum(least[:, None], scores).mean(axis=0)
        worth[chosen] = np.inf
        chosen.append(int(np.argmin(worth)))
        least = np.minimum(least, scores[:, chosen[-1]])
    return rows[chosen]


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
