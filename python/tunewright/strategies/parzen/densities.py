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

_FRESH, _ALL = 25, 2**31  # of the others the newest 25 weigh the most, the good ones all the same
_STEP = 0.25  # of an ordered parameter's step: the smallest bandwidth


@dataclass(frozen=True, eq=False)
class Group:
    """Coordinates that are modelled together.

    Attributes:
        columns: which of the coordinates, ascending; all of them as a slice.
        size: how many.
        good: density of the good trials.
        others: density of all others.
    """

    columns: Any
    size: int
    good: Mixture
    others: Mixture

    def insert(self, density: Mixture, numbers: list[int], rows: Array) -> None:
        """Trials with their coordinates (k, all of the space) join one of the densities, those that have any here."""
        own = rows[:, self.columns]
        total = np.add.reduce(own, axis=None)  # NaN if any is
        if total != total:
            there = ~np.isnan(own).all(axis=1)
            own, numbers = own[there], np.array(numbers)[there].tolist()
        density.insert(numbers, np.ascontiguousarray(own))


def groups(space: Coordinates, columns: list[list[int]], prior_weight: float) -> list[Group]:
    """Empty densities over each of the lists of ``columns``."""
    found = []
    for own in columns:
        cells, least = space.cells[own].tolist(), (_STEP * space.steps[own]).tolist()
        good, others = (Mixture(cells, least, prior_weight=prior_weight, fresh=fresh) for fresh in (_ALL, _FRESH))
        which = slice(None) if len(own) == space.dimension else np.array(own, dtype=np.intp)
        found.append(Group(which, len(own), good, others))
    return found


@dataclass(eq=False)
class Densities:
    """What is known of a record that grows.

    Attributes:
        groups: the densities.
        good: numbers of the good trials when it was last read, ascending.
        alone: whether nothing but the densities has a say in where candidates are, or in their order.
    """

    space: Coordinates
    groups: list[Group]
    good: list[int] = field(default_factory=list)
    _unplaced: list[int] = field(default_factory=list)
    _open: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # known, under way
    _seen: Array = field(default_factory=lambda: np.zeros((0, 0)))  # where they were
    _read: int = 0

    def __post_init__(self) -> None:
        space = self.space.space
        self._all = self.space.dimension == space.dimension
        conditions = space.has_conditions and len(self.groups) == 1
        self.alone = not (self.space.has_priors or conditions or len(self.space.uneven) or space.constraints)

    def read(self, history: History, good: list[int]) -> None:
        """Take in what is new in ``history``, and which of its trials are ``good`` (ascending) now."""
        asked, told = history.asked, history.told
        fresh = [*self._unplaced, *range(self._read, history.n)]
        known = [number for number in fresh if asked[number]]
        self._unplaced = [] if len(known) == len(fresh) else [number for number in fresh if not asked[number]]
        self._read = history.n
        moved = self._moved(history) if len(self._open) else []
        back = self._exchange(history, good, moved) if moved or good != self.good else []
        enter = [*known, *moved, *back]
        if enter:
            enter = sorted(set(enter).difference(good))
            self.insert(enter, self.rows(history, enter))
        under_way = [number for number in known if not told[number]]
        if len(self._open) or under_way:
            self._open = np.array([*self._open[told[self._open] == 0].tolist(), *under_way], dtype=np.int64)
            self._seen = self.rows(history, self._open)

    def _exchange(self, history: History, good: list[int], moved: list[int]) -> set[int]:
        """Let the ``good`` trials, and no others, be the good ones; returns those that no longer are."""
        now, then = set(good), set(self.good)
        join, back = sorted((now - then) | now.intersection(moved)), then - now
        self.good = good
        self.remove([*join, *moved])
        if join or back:
            rows = self.rows(history, join)
            for group in self.groups:
                group.good.remove([*back, *join])
                group.insert(group.good, join, rows)
        return back

    def insert(self, numbers: list[int], rows: Array) -> None:
        """Trials that are not good."""
        for group in self.groups:
            group.insert(group.others, numbers, rows)

    def remove(self, numbers: list[int]) -> None:
        """The inverse of :meth:`insert`."""
        if numbers:
            for group in self.groups:
                group.others.remove(numbers)

    def rows(self, history: History, numbers: Ints | list[int]) -> Array:
        """Coordinates (k, d) of trials."""
        unit = history.unit
        first = slice(numbers[0], numbers[0] + 1) if len(numbers) == 1 else None  # it costs less than a list
        rows: Array = unit[numbers] if first is None else unit[first].copy()
        return rows if self._all else rows[:, self.space.columns]

    def _moved(self, history: History) -> list[int]:
        """Trials that were under way and have another configuration since (where names are met while running)."""
        now, then = self.rows(history, self._open), self._seen
        same = (now == then) | (np.isnan(now) & np.isnan(then))
        moved: list[int] = self._open[~same.all(axis=1)].tolist()
        return moved
