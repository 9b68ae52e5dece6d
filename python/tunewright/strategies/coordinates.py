"""The columns of the unit cube that a model sees, and how a search may move along each.

A parameter with a single value is no coordinate. ``levels`` is in the terms of ``numerics.maximise``: 0 continuous,
1 held, g >= 2 the values (i + 0.5) / g.
"""

from __future__ import annotations

__all__ = ["Coordinates", "coordinates"]

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from tunewright.space import Domain, Space, Table
from tunewright.trial.columns import Array

_MOST_EVEN = 10_000  # values that are looked at one by one
_MOST_LEVELS = 64  # a number with more values is moved continuously and rounded at the end


@dataclass(frozen=True, eq=False)
class Coordinates:
    """What varies in a space.

    Attributes:
        space: the parameters.
        columns: (d,) which of the space's columns vary.
        kinds: (d,) uint8, 0 numeric, 1 categorical.
        levels: (d,) int64, see the module.
        steps: (d,) the distance between neighbouring values, 0 where continuous.
        even: (d,) whether the values stand at (i + 0.5) / size.
        has_priors: whether the space prefers some values to others.
    """

    space: Space
    columns: np.ndarray[Any, np.dtype[np.intp]]
    kinds: np.ndarray[Any, np.dtype[np.uint8]]
    levels: np.ndarray[Any, np.dtype[np.int64]]
    steps: Array
    even: np.ndarray[Any, np.dtype[np.bool_]]
    has_priors: bool

    @cached_property
    def dimension(self) -> int:
        """How many columns vary."""
        return len(self.kinds)

    @cached_property
    def cells(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Of each column, (d,): 0 continuous or uneven, g for ordered and -g for unordered values at (i + 0.5) / g."""
        counts = np.where(self.even & (self.steps > 0.0), np.round(1.0 / np.where(self.steps > 0, self.steps, 1.0)), 0)
        return np.where(self.kinds == 1, -counts, counts).astype(np.int64)

    @cached_property
    def continuous(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Which of the space's columns vary without steps."""
        columns: np.ndarray[Any, np.dtype[np.intp]] = self.columns[self.steps == 0.0]
        return columns

    @cached_property
    def uneven(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Which coordinates have values that do not stand at (i + 0.5) / size."""
        return np.flatnonzero(~self.even & (self.steps > 0.0))

    def natives(self, unit: Array) -> Array:
        """Native rows, shape (n, all columns), of coordinates (n, d): NaN where inactive."""
        total = np.add.reduce(unit, axis=None)  # NaN if any is
        return self.natives_of_all(unit if total == total else np.where(np.isnan(unit), 0.5, unit))

    def natives_of_all(self, unit: Array) -> Array:
        """As :meth:`natives` where no coordinate is NaN."""
        if self.dimension == self.space.dimension:
            return self.space.decode(unit)
        full = np.full((len(unit), self.space.dimension), 0.5)
        full[:, self.columns] = unit
        return self.space.decode(full)

    def of_rows(self, table: Table, places: np.ndarray[Any, np.dtype[np.int64]]) -> Array:
        """Coordinates (m, d) of rows of the space, which is a ``table``."""
        unit: Array = table.unit[places][:, self.columns]
        return unit

    def unit(self, natives: Array) -> Array:
        """Coordinates (n, d) of native rows."""
        unit: Array = self.space.encode(natives)[:, self.columns]
        return unit

    def log_prior(self, unit: Array) -> Array:
        """Log density of the space's priors, shape (n,), at coordinates (n, d)."""
        full = np.full((len(unit), self.space.dimension), np.nan)
        full[:, self.columns] = unit
        return self.space.log_prior(full)

    def quantile(self, p: Array) -> Array:
        """Coordinates (n, d) at probabilities of the priors."""
        full = np.full((len(p), self.space.dimension), 0.5)
        full[:, self.columns] = p
        unit: Array = self.space.quantile(full)[:, self.columns]
        return unit

    def rounded(self, unit: Array) -> Array:
        """Coordinates (n, d) of the values that ``unit`` (n, d) stands for; NaN where a parameter is inactive."""
        result: Array = unit.copy()
        even, sizes = self.even, np.round(1.0 / self.steps[self.even])
        # divided as the space divides: a category whose last bit differs would be another one to the process
        result[:, even] = (np.minimum(np.floor(result[:, even] * sizes), sizes - 1.0) + 0.5) / sizes
        for j in self.uneven:
            domain = self.space.domains[self.columns[j]]
            result[:, j] = domain.encode(domain.decode(result[:, j]))
        if self.space.has_conditions:
            result[np.isnan(self.natives(result)[:, self.columns])] = np.nan
        return result

    def normal_prior(self) -> tuple[Array, Array]:
        """Centre and precision (d,) of the normal density like each numeric parameter's prior; 0 without a prior."""
        low, middle, high = self.quantile(np.array([[0.16], [0.5], [0.84]]) * np.ones(self.dimension))
        width = np.maximum((high - low) / 2, 1e-6)
        flat = (np.abs(middle - 0.5) < 1e-12) & (np.abs(width - 0.34) < 1e-12)
        return middle, np.where(flat | (self.kinds == 1), 0.0, width**-2)


@lru_cache(maxsize=16)
def coordinates(space: Space) -> Coordinates:
    """The coordinates of ``space``; parameters that others depend on are held during a climb."""
    parents = {name for domain in space.domains if domain.when is not None for name in domain.when.parents}
    varying = [j for j, domain in enumerate(space.domains) if domain.size != 1]
    domains = [space.domains[j] for j in varying]
    sizes = np.array([domain.size or 0 for domain in domains], dtype=np.int64)
    kinds = np.array([domain.kind == "categorical" for domain in domains], dtype=np.uint8)
    even = np.array([_even(domain) for domain in domains], dtype=np.bool_)
    levels = np.where(even & ((sizes <= _MOST_LEVELS) | (kinds == 1)), sizes, 0)
    levels[[space.names[j] in parents for j in varying]] = 1
    steps = np.where(sizes > 0, 1.0 / np.maximum(sizes, 1), 0.0)
    probe = np.linspace(0.02, 0.98, 7)
    priors = any(np.any(domain.log_prior(probe) != 0.0) for domain in domains)
    return Coordinates(space, np.array(varying, dtype=np.intp), kinds, levels, steps, even, bool(priors))


def _even(domain: Domain) -> bool:
    """Whether the values stand at (i + 0.5) / size."""
    if domain.kind == "categorical":
        return True
    if domain.size is None or domain.size > _MOST_EVEN:
        return False
    grid = (np.arange(domain.size) + 0.5) / domain.size
    return bool(np.allclose(domain.encode(domain.decode(grid)), grid, rtol=0.0, atol=1e-9))
