"""The process of a past task: fitted once, and asked for means ever after.

Fits and the means at a table's rows are kept to save time: dropped, they come back as the same bits.
"""

from __future__ import annotations

__all__ = ["forget", "mean_at", "pooled", "row_means"]

from functools import lru_cache

import numpy as np

from tunewright.numerics import gp
from tunewright.space import Table
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.gp.model import Fitting, Model, model_of
from tunewright.strategies.past.joint import expected_of_rows, joint
from tunewright.strategies.past.source import Source, representative
from tunewright.trial.columns import Array, Ints

_FITTING = Fitting("matern52", "standard", -4.0, 1)
_BLOCK = 4_096  # queries at a time: their covariances with the points are held in memory
_POOLED = 512


def columns_of(source: Source, space: Coordinates) -> Ints:
    """Which of the coordinates the source has."""
    names = [space.space.names[j] for j in space.columns]
    return np.array([names.index(name) for name in source.names], dtype=np.int64)


def mean_at(source: Source, space: Coordinates, unit: Array) -> Array:
    """The normal score (m,) that the task's process expects at coordinates (m, d) of the study."""
    own = np.ascontiguousarray(unit[:, columns_of(source, space)])
    model = _process(source, tuple(space.kinds[columns_of(source, space)].tolist()))
    scale, center = float(np.std(source.z)), float(np.mean(source.z))
    means = np.empty(len(own))
    for first in range(0, len(own), _BLOCK):
        block = slice(first, first + _BLOCK)
        k = gp.cross_covariance(own[block], model.x, model.theta, model.kinds, family=_FITTING.family, threads=2)
        means[block] = k @ model.alpha
    return center + scale * means


@lru_cache(maxsize=128)
def row_means(source: Source, table: Table) -> Array:
    """:func:`mean_at` of every row of a table, (N,)."""
    space = coordinates(table)
    means = mean_at(source, space, table.unit[:, space.columns])
    means.flags.writeable = False
    return means


@lru_cache(maxsize=16)
def pooled(sources: tuple[Source, ...]) -> Source:
    """All sources as one task: what is good on most of them (the copula process of Salinas et al., ICML 2020).

    Of all points as many of each source, 512 together; a parameter that a source does not have is inactive there.
    """
    names = tuple(dict.fromkeys(name for source in sources for name in source.names))
    parts, scores = [], []
    for source in sources:
        kept = representative(source.z, max(2, _POOLED // len(sources)))
        part = np.full((len(kept), len(names)), np.nan)
        part[:, [names.index(name) for name in source.names]] = source.x[kept]
        parts.append(part)
        scores.append(source.z[kept])
    words = dict(pair for source in sources for pair in zip(source.names, source.domains, strict=True))
    x, z, usable = np.concatenate(parts), np.concatenate(scores), sum(source.usable for source in sources)
    return Source("all past tasks", names, tuple(words[name] for name in names), x, z, usable)


def forget() -> None:
    """Drop everything kept, to time what an ask costs from nothing."""
    _process.cache_clear()
    row_means.cache_clear()
    pooled.cache_clear()
    joint.cache_clear()
    expected_of_rows.cache_clear()


@lru_cache(maxsize=128)
def _process(source: Source, kinds: tuple[int, ...]) -> Model:
    return model_of(source.x, source.z, np.array(kinds, dtype=np.uint8), _FITTING)
