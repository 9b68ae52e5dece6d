"""The two densities of a record: of its good trials, and of all others.

The density of the others has a component for each trial with a known configuration that is not good; those under way
count as not good (the constant liar), so that nobody else goes where they are. It is kept between asks and told what
changed, which costs the same for any number of trials; made from nothing it is the same to the last bit.
"""

from __future__ import annotations

__all__ = ["Densities", "Group", "groups"]

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tunewright.numerics.parzen import Mixture
from tunewright.strategies.coordinates import Coordinates
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

_STEP = 0.25  # of an ordered parameter's step: the smallest bandwidth


@dataclass(frozen=True, eq=False)
class Group:
    """Coordinates that are modelled together.

    Attributes:
        columns: which of the coordinates, ascending.
        others: density of the trials that are not good.
    """

    columns: np.ndarray[Any, np.dtype[np.intp]]
    cells: list[int]
    least: list[float]
    prior_weight: float
    others: Mixture

    def good(self, rows: Array, weights: Array | None) -> tuple[Mixture, Array]:
        """Density of the good trials, whose coordinates are ``rows``, and the weights of its components."""
        own, there = self._own(rows)
        mixture = Mixture(self.cells, self.least, prior_weight=self.prior_weight)
        mixture.insert(range(len(own)), own)
        return mixture, np.ones(len(own)) if weights is None else weights[there]

    def insert(self, numbers: Ints, rows: Array) -> None:
        """Trials that are not good, with their coordinates (k, all of the space)."""
        own, there = self._own(rows)
        self.others.insert(numbers[there].tolist(), own)

    def _own(self, rows: Array) -> tuple[Array, Any]:
        """What ``rows`` have of these coordinates, and which rows have any."""
        own = np.ascontiguousarray(rows[:, self.columns])
        missing = np.isnan(own)
        if not missing.any():
            return own, slice(None)
        there = ~missing.all(axis=1)
        return own[there], there


def groups(space: Coordinates, columns: list[list[int]], prior_weight: float) -> list[Group]:
    """Empty densities over each of the lists of ``columns``."""
    found = []
    for own in columns:
        cells, least = space.cells[own].tolist(), (_STEP * space.steps[own]).tolist()
        others = Mixture(cells, least, prior_weight=prior_weight)
        found.append(Group(np.array(own, dtype=np.intp), cells, least, prior_weight, others))
    return found


@dataclass(eq=False)
class Densities:
    """What is known of a record that grows.

    Attributes:
        groups: the densities.
        good: numbers of the good trials when it was last read.
    """

    space: Coordinates
    groups: list[Group]
    good: frozenset[int] = frozenset()
    _unplaced: list[int] = field(default_factory=list)
    _open: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # known, under way
    _seen: Array = field(default_factory=lambda: np.zeros((0, 0)))  # where they were
    _read: int = 0

    def read(self, history: History, good: list[int]) -> None:
        """Take in what is new in ``history``, and which of its trials are ``good`` now."""
        asked, told = history.asked, history.told
        fresh = [*self._unplaced, *range(self._read, history.n)]
        self._unplaced, self._read = [number for number in fresh if not asked[number]], history.n
        known = [number for number in fresh if asked[number]]
        now = frozenset(good)
        leave, back = now - self.good, self.good - now
        self.good = now
        enter = sorted(back.union(known) - now)
        moved = self._moved(history)
        for group in self.groups:
            group.others.remove([*leave, *moved])
        enter += [number for number in moved if number not in now]
        if enter:
            self.insert(np.array(enter, dtype=np.int64), self.rows(history, enter))
        under_way = [number for number in known if not told[number]]
        if len(self._open) or under_way:
            self._open = np.array([*self._open[told[self._open] == 0].tolist(), *under_way], dtype=np.int64)
            self._seen = self.rows(history, self._open)

    def insert(self, numbers: Ints, rows: Array) -> None:
        """Trials that are not good."""
        for group in self.groups:
            group.insert(numbers, rows)

    def remove(self, numbers: list[int]) -> None:
        """The inverse of :meth:`insert`."""
        for group in self.groups:
            group.others.remove(numbers)

    def rows(self, history: History, numbers: Ints | list[int]) -> Array:
        """Coordinates (k, d) of trials."""
        rows: Array = history.unit[numbers][:, self.space.columns]
        return rows

    def _moved(self, history: History) -> list[int]:
        """Trials that were under way and have another configuration since (where names are met while running)."""
        if not len(self._open):
            return []
        now, then = self.rows(history, self._open), self._seen
        same = (now == then) | (np.isnan(now) & np.isnan(then))
        moved: list[int] = self._open[~same.all(axis=1)].tolist()
        return moved
