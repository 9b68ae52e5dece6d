"""Where a belief promises most: candidates all over the space, local search from the best of them and of the trials.

F. Hutter, H. Hoos & K. Leyton-Brown, "Sequential model-based optimization for general algorithm configuration", LION
2011, section 4.3.
"""

from __future__ import annotations

__all__ = ["climbed", "neighbours", "propose"]

import numpy as np

from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Table
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.forest.belief import Belief, categories
from tunewright.strategies.gp.candidates import candidates, diverse, reflected
from tunewright.strategies.gp.search import Known, allowed, best_new
from tunewright.strategies.gp.shelf import shelf
from tunewright.trial.columns import Array

_CLIMBS = purpose("random-forest/local-search")
_WIDTHS = np.array([0.2, 0.2, 0.05, 0.05])  # of the steps from a number to its neighbours
_MOST = 256  # neighbours of a point
_STEPS = 20
_ROWS = 10_000  # of a table that are judged
_PATIENCE = 2  # steps without a better neighbour that end a climb


def propose(
    belief: Belief, coordinates: Coordinates, known: Known, *, count: int, climbs: int, seed: int, number: int
) -> Array:
    """The native row that promises most of those found, allowed and not in ``known``.

    Climbs start from the ``climbs`` best of 1.5 ``count`` candidates and from as many of the best trials.
    """
    table = coordinates.space
    if isinstance(table, Table):
        places = shelf(coordinates, belief.centres, known.natives, _ROWS, seed, number)
        worth = belief.at(coordinates, table.unit[places][:, coordinates.columns])
        best: Array = table.rows[places[int(np.argmax(worth))]]
        return best
    unit = allowed(coordinates, candidates(coordinates, belief.centres, count, seed, number))
    values = belief.at(coordinates, unit)
    order = np.argsort(-values, kind="stable")
    starts = np.concatenate([unit[diverse(unit, order, climbs)], belief.centres[:climbs]])
    ends, reached = climbed(belief, coordinates, starts, generator(seed, number, _CLIMBS))
    return best_new(coordinates, np.concatenate([ends, unit]), np.concatenate([reached, values]), known)


def climbed(belief: Belief, coordinates: Coordinates, starts: Array, draws: np.random.Generator) -> tuple[Array, Array]:
    """Points (s, d) above ``starts`` (s, d), step by step to the best neighbour, and their values (s,)."""
    points, values = starts.copy(), belief.at(coordinates, starts)
    idle = np.zeros(len(points), dtype=np.int64)
    for _ in range(_STEPS):
        going = np.flatnonzero(idle < _PATIENCE)
        if not len(going):
            break
        near = coordinates.rounded(neighbours(coordinates, points[going], draws))
        worth = belief.at(coordinates, near, points[going])
        if coordinates.space.constraints:
            worth[~coordinates.space.feasible(coordinates.natives(near))] = -np.inf
        each = worth.reshape(len(going), -1)
        best = np.argmax(each, axis=1)
        better = each[np.arange(len(going)), best] > values[going]
        rows = near.reshape(len(going), -1, near.shape[1])[np.arange(len(going)), best]
        points[going[better]], values[going[better]] = rows[better], each[better, best[better]]
        idle[going] = np.where(better, 0, idle[going] + 1)
    return points, values


def neighbours(coordinates: Coordinates, points: Array, draws: np.random.Generator) -> Array:
    """One-exchange neighbours of ``points`` (s, d), one point's after the other's, shape (s * m, d), not rounded.

    A number moves four times by a normal step, wide or narrow and at least to the next of its values; a category
    becomes each of the others. Of more than 256 as many are drawn. What was inactive gets a value of its own.
    """
    sizes = categories(coordinates)
    columns = np.repeat(np.arange(len(sizes)), np.where(sizes > 0, sizes - 1, len(_WIDTHS)))
    place = np.arange(len(columns)) - np.searchsorted(columns, columns)  # which move of its coordinate
    if len(columns) > _MOST:
        kept = np.sort(draws.permutation(len(columns))[:_MOST])
        columns, place = columns[kept], place[kept]
    filled = np.where(np.isnan(points), draws.random(points.shape), points)
    old, count = filled[:, columns], sizes[columns]
    width = np.maximum(_WIDTHS[place % len(_WIDTHS)], coordinates.steps[columns])
    moved = reflected(old + width * draws.standard_normal(old.shape))
    size = np.maximum(count, 1)
    other = (np.floor(old * size) + 1 + place) % size
    new = np.where(count > 0, (other + 0.5) / size, moved)
    rows = np.repeat(filled[:, None, :], len(columns), axis=1)
    rows[:, np.arange(len(columns)), columns] = new
    flat: Array = rows.reshape(-1, points.shape[1])
    return flat
