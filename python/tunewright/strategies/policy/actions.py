"""A space as moves to choose from: a category's choices, or equal parts of a number's range.

d  coordinates (see ``strategies/coordinates.py``)      m_j  moves of coordinate j      M  the sum of all m_j
"""

from __future__ import annotations

__all__ = ["Actions", "actions_of"]

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.trial.columns import Array, Ints

_LEAST = -20.0  # log density of what a prior rules out: e^-20 of the rest


@dataclass(frozen=True, eq=False)
class Actions:
    """The moves of each coordinate.

    Attributes:
        space: the coordinates.
        counts: (d,) m_j.
        starts: (d,) where the moves of j begin among all M.
        whole: (d,) whether a move is one value; else a number is anywhere in its part.
        order: (d,) coordinates, every one after those that its condition reads.
        prior: (M,) log density of the space's priors in the middle of each part.
    """

    space: Coordinates
    counts: Ints
    starts: Ints
    whole: np.ndarray[tuple[int], np.dtype[np.bool_]]
    order: Ints
    prior: Array

    def taken(self, unit: Array) -> Ints:
        """The moves (d,) that lead to coordinates (d,); -1 where a parameter does not exist."""
        inside = np.floor(np.nan_to_num(unit) * self.counts).astype(np.int64)
        return np.where(np.isnan(unit), -1, np.clip(inside, 0, self.counts - 1))

    def at(self, moves: Ints, where: Array) -> Array:
        """Coordinates (d,) after ``moves`` (d,): in the middle of a value, at the share ``where`` (d,) of a part."""
        unit: Array = (moves + np.where(self.whole, 0.5, where)) / self.counts
        return unit


@lru_cache(maxsize=32)
def actions_of(space: Space, bins: int) -> Actions:
    """The moves of ``space``: every value where they are even and few, else ``bins`` parts."""
    known = coordinates(space)
    sizes = np.round(np.where(known.steps > 0.0, 1.0 / np.where(known.steps > 0.0, known.steps, 1.0), 0.0))
    whole = (known.kinds == 1) | (known.even & (sizes > 0) & (sizes <= 2 * bins))
    counts = np.where(whole, sizes, bins).astype(np.int64)
    place = {int(column): j for j, column in enumerate(known.columns)}
    order = np.array([place[column] for column in space.order if column in place], dtype=np.int64)
    parts = [
        space.domains[column].log_prior((np.arange(count) + 0.5) / count)
        for column, count in zip(known.columns, counts, strict=True)
    ]
    prior = np.maximum(np.concatenate(parts), _LEAST) if parts else np.zeros(0)
    return Actions(known, counts, np.cumsum(counts) - counts, whole, order, prior)
