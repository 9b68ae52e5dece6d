"""Configurations to begin with: each good on past tasks on which those before it are not."""

from __future__ import annotations

__all__ = ["start"]

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Space, Table
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.candidates import candidates, diverse
from tunewright.strategies.gp.search import allowed
from tunewright.strategies.past.greedy import greedy
from tunewright.strategies.past.joint import Joint, expected_of_rows, joint
from tunewright.strategies.past.search import climbed
from tunewright.strategies.past.source import Source
from tunewright.trial.columns import Array

_STREAM = purpose("transfer/lowest")
_CENTRES, _LOOKED, _CLIMBS = 5, 2_000, 4
_WORST = 0.5  # of the scores' deviation above a task's least: from there on one configuration is as bad as another


@lru_cache(maxsize=16)
def start(sources: tuple[Source, ...], space: Space, count: int) -> Array:
    """Native rows (at most count, D), best first.

    Considered are the lowest points that the joint process of all sources expects of each of them and of a new task,
    or the rows of a table. Each in turn is the one that makes the mean over the sources of the least regret so far
    smallest: regret is how far a score lies above the task's least, and counts up to half a deviation, for what
    matters is how near the best a configuration comes, not how bad it is elsewhere.
    """
    past = joint(sources, space)
    if isinstance(space, Table):
        rows, expected = space.rows, expected_of_rows(sources, space)
    else:
        rows = past.space.natives(_lowest(past))
        expected = past.expected(past.space.unit(rows))
    scores = expected[0] + expected[1:]
    regrets = np.minimum(scores - scores.min(axis=1, keepdims=True), _WORST)
    return rows[greedy(regrets, count)[0]]


@dataclass(frozen=True, eq=False)
class _Expected:
    """What one task is expected to be, turned round so that more is better."""

    past: Joint
    weights: Array

    def at(self, coordinates: Coordinates, unit: Array) -> Array:
        return -self.past.mean(unit, self.weights)


def _lowest(past: Joint) -> Array:
    """Bent coordinates (n, d) of the lowest points found of what is expected of a new task and of each past one."""
    space, draws = past.space, generator(0, 0, _STREAM)
    points = past.points()
    points = np.where(np.isnan(points), 0.5, points)
    centres = points[np.argsort(past.expected(points)[0], kind="stable")[:_CENTRES]]
    unit = allowed(space, space.rounded(np.concatenate([points, candidates(space, centres, _LOOKED, 0, 0)])))
    expected = past.expected(unit)
    found = []
    for weights in np.eye(len(expected)):
        weights[0] = 1.0
        order = np.argsort(weights @ expected, kind="stable")
        found.append(climbed(_Expected(past, weights), space, unit[diverse(unit, order, _CLIMBS)], draws)[0])
    return np.unique(np.concatenate(found), axis=0)
