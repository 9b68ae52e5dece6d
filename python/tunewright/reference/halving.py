"""Rungs, brackets and the order of trials on them, by definition.

Less is better. Trials are ordered by (violation, loss, number); -0 = +0, infinities are ordinary values, and a NaN has
no place: such a report enters no rung and no ranking.
"""

from __future__ import annotations

__all__ = ["Ranking", "Rungs", "brackets", "epsilon_net", "leaders", "levels"]

import bisect
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.reference.pareto import nondominated_rank

_Key = tuple[float, float, int]


def levels(min_resource: int, max_resource: int, reduction_factor: int) -> list[int]:
    """Return r, r·η, r·η², … below R, and R."""
    _check(min_resource, max_resource, reduction_factor)
    found = []
    level = min_resource
    while level < max_resource:
        found.append(level)
        level *= reduction_factor
    return [*found, max_resource]


def brackets(min_resource: int, max_resource: int, reduction_factor: int) -> list[tuple[list[int], list[int]]]:
    """Return the sizes and resources of the rungs of each bracket, s = s_max … 0."""
    _check(min_resource, max_resource, reduction_factor)
    most = 0
    while min_resource * reduction_factor ** (most + 1) <= max_resource:
        most += 1
    found = []
    for s in range(most, -1, -1):
        start = -(-(most + 1) * reduction_factor**s // (s + 1))
        sizes = [start // reduction_factor**i for i in range(s + 1)]
        found.append((sizes, [max_resource // reduction_factor ** (s - i) for i in range(s + 1)]))
    return found


def _check(min_resource: int, max_resource: int, reduction_factor: int) -> None:
    if reduction_factor < 2 or min_resource < 1 or max_resource < min_resource:
        raise ValueError("expected 1 <= min_resource <= max_resource and reduction_factor >= 2")


def leaders(losses: ArrayLike, violations: ArrayLike, count: int) -> NDArray[np.int64]:
    """Return the best ``count`` rows, ascending: front by front, the first that does not fit by its net."""
    points, broken = np.asarray(losses, dtype=np.float64), np.asarray(violations, dtype=np.float64)
    valid = ~np.isnan(points).any(axis=1) & ~np.isnan(broken)
    feasible = np.flatnonzero(valid & (broken <= 0))
    ranks = nondominated_rank(points[feasible])
    chosen: list[int] = []
    for rank in range(int(ranks.max(initial=-1)) + 1):
        front = feasible[ranks == rank]
        room = count - len(chosen)
        chosen += front.tolist() if len(front) <= room else front[epsilon_net(points[front], room)].tolist()
    others = sorted(np.flatnonzero(valid & (broken > 0)).tolist(), key=lambda i: (broken[i], i))
    return np.sort(np.array(chosen + others[: count - len(chosen)], dtype=np.int64))


def epsilon_net(losses: ArrayLike, count: int) -> NDArray[np.int64]:
    """Return the first ``count`` rows of the order in which each next row is furthest from all before it."""
    points = np.asarray(losses, dtype=np.float64)
    left = np.flatnonzero(~np.isnan(points).any(axis=1)).tolist()
    scaled = _scaled(points, left)
    taken: list[int] = []
    while left and len(taken) < count:
        if taken:
            best = max(left, key=lambda i: (min(_squared(scaled[i], scaled[j]) for j in taken), -i))
        else:
            best = min(left, key=lambda i: (points[i, 0], i))
        taken.append(best)
        left.remove(best)
    return np.array(taken, dtype=np.int64)


def _squared(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    return float(sum((a - b) * (a - b) for a, b in zip(p.tolist(), q.tolist(), strict=True)))


def _scaled(points: NDArray[np.float64], rows: list[int]) -> NDArray[np.float64]:
    halves = points * 0.5  # differences of halves do not overflow
    scaled = np.zeros_like(points)
    for k in range(points.shape[1]):
        column = halves[rows, k]
        finite = column[np.isfinite(column)]
        if len(finite) and finite.max() > finite.min():
            scaled[rows, k] = (column - finite.min()) / (finite.max() - finite.min())
        scaled[rows, k] = np.where(np.isfinite(column), scaled[rows, k], column > 0)
    return scaled


class Ranking:
    """Trials in order."""

    def __init__(self) -> None:
        self._keys: list[_Key] = []

    def __len__(self) -> int:
        return len(self._keys)

    def insert(self, trial: int, loss: float, violation: float = 0.0) -> int | None:
        """Insert a trial; return how many come before it, or ``None`` (and nothing is inserted) for a NaN."""
        if loss != loss or violation != violation:
            return None
        rank = bisect.bisect(self._keys, (violation, loss, trial))
        self._keys.insert(rank, (violation, loss, trial))
        return rank

    def better(self, loss: float, violation: float = 0.0) -> int:
        """Return how many trials are strictly better, whatever their numbers; 0 for a NaN."""
        if loss != loss or violation != violation:
            return 0
        return sum((v, x) < (violation, loss) for v, x, _ in self._keys)


class Rungs:
    """Rungs at ascending levels of the resource.

    A trial enters the highest rung whose level its step reaches, with the first report that does; rungs it skips it
    never enters.

    Args:
        levels: resources of the rungs, ascending whole numbers from 1 upwards.
        reduction_factor: η; one trial of η is promoted.
        tolerance: lets the ceiling grow, see :attr:`ceiling`; ``None`` for a fixed one.
    """

    def __init__(self, levels: Sequence[int], reduction_factor: int, tolerance: float | None = None) -> None:
        if not levels or levels[0] < 1 or any(a >= b for a, b in pairwise(levels)):
            raise ValueError(f"levels: expected ascending whole numbers from 1 upwards, got {list(levels)}")
        if reduction_factor < 2 or (tolerance is not None and not tolerance >= 0):
            raise ValueError("expected reduction_factor >= 2 and tolerance >= 0")
        self._levels = list(levels)
        self._factor = reduction_factor
        self._tolerance = tolerance
        self._keys: list[list[_Key]] = [[] for _ in levels]  # of every rung, ascending
        self._standings: dict[int, tuple[int, _Key]] = {}  # of every trial: its highest rung, and its key there
        self._settled: set[tuple[int, int]] = set()  # trials that ended, and their rungs
        self._moves: list[tuple[_Key, _Key]] = []  # keys of trials that came to the ceiling: below, and there
        self._ceiling = len(levels) - 1 if tolerance is None else min(1, len(levels) - 1)

    def enter(self, trial: int, step: int, loss: float, violation: float = 0.0) -> int:
        """Take in a report: 0 where it enters no rung, 1 ahead (among the best n // η, at least one), 2 behind."""
        rung = bisect.bisect(self._levels, step) - 1
        highest = self.rung(trial)
        if rung < 0 or (highest is not None and highest >= rung) or loss != loss or violation != violation:
            return 0
        key = (violation, loss, trial)
        bisect.insort(self._keys[rung], key)
        if highest == rung - 1 and rung == self._ceiling < len(self._levels) - 1 and self._tolerance is not None:
            self._grow(self._tolerance, self._standings[trial][1], key)
        self._standings[trial] = rung, key
        room = max(1, len(self._keys[rung]) // self._factor)
        return 1 if key in self._keys[rung][:room] else 2

    def promotable(self, limit: int) -> list[int]:
        """Return up to ``limit`` trials among the best n // η of their highest rung, the highest rung first."""
        found: list[int] = []
        for rung in range(self._ceiling - 1, -1, -1):
            keys = self._keys[rung]
            best = [trial for _, _, trial in keys[: len(keys) // self._factor]]
            found += [trial for trial in best if self.rung(trial) == rung and (trial, rung) not in self._settled]
        return found[:limit]

    def settle(self, trial: int) -> None:
        """The trial has ended: it keeps its place on its rung and is never promotable again, unless it moves on."""
        if trial in self._standings:
            self._settled.add((trial, self._standings[trial][0]))

    def rung(self, trial: int) -> int | None:
        """Return the highest rung a trial has entered."""
        return self._standings[trial][0] if trial in self._standings else None

    def sizes(self) -> list[int]:
        """Return how many trials entered each rung."""
        return [len(keys) for keys in self._keys]

    def best(self, rung: int, count: int) -> list[int]:
        """Return the best ``count`` trials that entered a rung, in order."""
        return [trial for _, _, trial in self._keys[rung][:count]] if rung < len(self._keys) else []

    @property
    def ceiling(self) -> int:
        """The highest rung that trials are promoted to.

        With a tolerance it is rung 1 at first, and one more each time two trials that moved from the rung below to it
        swapped places, having been more than the tolerance apart.
        """
        return self._ceiling

    def _grow(self, tolerance: float, low: _Key, high: _Key) -> None:
        for before, after in self._moves:
            apart = before[0] != low[0] or abs(before[1] - low[1]) > tolerance
            if apart and (before < low) != (after < high):
                self._ceiling += 1
                self._moves.clear()
                return
        self._moves.append((low, high))
