"""The coordinates of a space as CMA-ES sees them: a normal distribution over numbers, probabilities of categories.

d        numbers, ordered values among them
c        unordered categories
edges    where one value of an ordered parameter ends and the next begins, in the unit interval
"""

from __future__ import annotations

__all__ = ["Layout", "layout"]

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import floor, log
from typing import Any

import numpy as np

from tunewright.numerics.sampling import purpose
from tunewright.space import Domain, Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.trial.columns import Array, Ints

_MOST_VALUES = 256  # with more of them a step from one to the next is small enough to be continuous
_FINE = 64  # points for each value when the edges are looked for

Words = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True, eq=False)
class Layout:
    """What a space is to CMA-ES.

    Attributes:
        space: the coordinates.
        numbers: (d,) which of them are numbers.
        categories: (c,) which of them are not.
        sizes: (c,) how many categories each has.
        discrete: (e,) which of the d numbers have few values.
        edges: (e, most) inner edges of those, ascending, +inf beyond the last.
    """

    space: Coordinates
    numbers: Ints
    categories: Ints
    sizes: Ints
    discrete: Ints
    edges: Array

    @property
    def freedom(self) -> int:
        """Numbers, and categories beyond the first of each parameter."""
        return len(self.numbers) + int(np.sum(self.sizes - 1))

    @property
    def usual_population(self) -> int:
        """Trials of a generation, as many as the tutorial's equation 48 says."""
        return 4 + floor(3 * log(max(self.freedom, 1)))

    @cached_property
    def continuous(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which of the d numbers have bounds to be kept; few values are rounded into them."""
        free = np.ones(len(self.numbers), dtype=np.bool_)
        free[self.discrete] = False
        return free

    @cached_property
    def purposes(self) -> Words:
        """Of the draws of a trial's categories, (c,)."""
        names = [self.space.space.names[self.space.columns[j]] for j in self.categories]
        return np.array([purpose(f"cma/category/{name}") for name in names], dtype=np.uint64)

    @cached_property
    def prior(self) -> tuple[Array, Array]:
        """Centre and width of each number's prior, (d,) each; 1/2 and 1 without one."""
        low, middle, high = self.space.quantile(np.array([[0.16], [0.5], [0.84]]) * np.ones(self.space.dimension))
        return middle[self.numbers], np.maximum((high - low)[self.numbers] / 0.68, 1e-3)

    @cached_property
    def prior_categories(self) -> Array:
        """Probability of each category before anything is known, (c, most), 0 beyond the last."""
        table = np.zeros((len(self.sizes), int(self.sizes.max(initial=0))))
        for row, j, size in zip(table, self.categories, self.sizes.tolist(), strict=True):
            domain = self.space.space.domains[self.space.columns[j]]
            density = np.exp(domain.log_prior((np.arange(size) + 0.5) / size))
            row[:size] = density / density.sum()
        return table


@lru_cache(maxsize=16)
def layout(space: Space) -> Layout:
    """The layout of ``space``."""
    seen = coordinates(space)
    numbers, categories = np.flatnonzero(seen.kinds == 0), np.flatnonzero(seen.kinds == 1)
    domains = [space.domains[j] for j in seen.columns]
    edges = [_edges(domains[j], bool(seen.even[j])) for j in numbers]
    discrete = np.array([i for i, found in enumerate(edges) if found is not None], dtype=np.int64)
    few = [found for found in edges if found is not None]
    table = np.full((len(few), max((len(found) for found in few), default=0)), np.inf)
    for row, found in zip(table, few, strict=True):
        row[: len(found)] = found
    sizes = np.array([domains[j].size for j in categories], dtype=np.int64)
    return Layout(seen, numbers, categories, sizes, discrete, table)


def _edges(domain: Domain, even: bool) -> Array | None:  # noqa: FBT001
    """Where the values of an ordered parameter meet; None where there are too many to count one by one."""
    size = domain.size
    if size is None or size > _MOST_VALUES:
        return None
    if even:
        return np.arange(1, size) / size
    grid = np.linspace(0.0, 1.0, _FINE * size * 4 + 1)
    values = domain.decode(grid)
    changes = np.flatnonzero(np.diff(values))
    return (grid[changes] + grid[changes + 1]) / 2 if len(changes) == size - 1 else None
