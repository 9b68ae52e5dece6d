"""A set of points that grows and shrinks, with its front and volumes at hand.

| symbol | meaning                                                                                        |
|--------|------------------------------------------------------------------------------------------------|
| F      | the front now; K: the front when something was last computed                                   |
| p ∨ q  | the worse of p and q in each objective: the corner that both dominate, and what both dominate  |

What is asked for is computed from what was known of K. With joined points A = F - K and those that left R = K - F,

    volume(F) = volume(K) + what A adds to K - what R adds to F,

and q in both contributes as before unless for an a in A nothing of K but q dominates a ∨ q, or for an r in R nothing of
F but q dominates r ∨ q: that is, unless a ∨ q is on the front of {a ∨ k: k in K}. Others are computed anew, each as the
volume of its box less that of the front clipped to it, so that no error builds up.
"""

from __future__ import annotations

__all__ = ["Archive"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import directions, integer, matrix
from tunewright.numerics.backend import kernels
from tunewright.numerics.pareto.points import with_corner

_kernels = kernels("pareto")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SWEPT = 3
"""Objectives up to which all volumes together are one sweep, O(n log n), and not worth saving."""


class Archive:
    """Points to which others are added and from which some are taken away.

    Points are numbered 0, 1, 2, … in the order in which they were inserted. A dominated point stays behind the front
    and comes back to it when all that dominate it are removed. Equal points are all kept, each with its own number; a
    point with a NaN is kept too, and never on the front. See :mod:`tunewright.pareto` for the rules.

    Args:
        reference: (m,) finite numbers, the corner from which volumes are measured.
        maximize: whether larger is better, for all objectives or for each of the m.

    Raises:
        TypeError, ValueError: as :func:`hypervolume`.
    """

    def __init__(self, reference: ArrayLike, *, maximize: bool | Sequence[bool] = False) -> None:
        if np.ndim(reference) != 1 or not np.size(reference):
            raise ValueError(f"reference: expected one number for each objective, got shape {np.shape(reference)}")
        none, self._reference = with_corner(np.empty((0, np.size(reference))), reference, maximize)
        self._factors = directions("maximize", maximize, none.shape[1])
        self._stored: Floats = none  # all to be minimised, in the order of their numbers; room for more behind them
        self._held = np.zeros(0, dtype=np.bool_)  # not removed
        self._inserted = 0
        self._front: Ints = np.zeros(0, dtype=np.int64)
        self._measured = _Known(self._front, np.zeros(1))
        self._largest = 0.0  # volume since one was computed without the others
        self._shared = _Known(self._front, np.zeros(0))

    def __len__(self) -> int:
        """Return how many points are held, on the front and behind it."""
        return int(np.count_nonzero(self._held))

    @property
    def front(self) -> Ints:
        """Numbers of the non-dominated points, (f,), ascending."""
        numbers: Ints = self._front.copy()
        return numbers

    @property
    def points(self) -> Floats:
        """The non-dominated points, (f, m), in the order of :attr:`front`."""
        points = self._stored[self._front]
        turned: Floats = points if self._factors is None else points * self._factors
        return turned

    @property
    def hypervolume(self) -> float:
        """The volume that the points dominate, as :func:`hypervolume`."""
        joined, left = self._measured.changes(self._front)
        volume = float(self._measured.values[0])
        if len(joined) or len(left):
            if self._is_worth_saving(joined, left):
                volume += self._added(joined, self._measured.front) - self._added(left, self._front)
            else:
                volume = np.nan
            self._largest = max(self._largest, volume)
            if not self._largest / 2 <= volume < np.inf:  # NaN; or the error of a larger one is no longer small
                volume = float(_kernels.hypervolume(self._stored[self._front], reference=self._reference))
                self._largest = volume
            self._measured = _Known(self._front, np.array([volume]))
        return volume

    @property
    def contributions(self) -> Floats:
        """By how much the volume shrinks without each point, (f,), in the order of :attr:`front`.

        See :func:`hypervolume_contributions`, also for the ValueError it raises.
        """
        joined, left = self._shared.changes(self._front)
        if len(joined) or len(left):
            points, values = self._stored[self._front], np.array([np.nan])
            if self._is_worth_saving(joined, left):
                values = self._renewed(points, joined, left)
            if not np.isfinite(values).all():
                values = _kernels.hypervolume_contributions(points, reference=self._reference)
            self._shared = _Known(self._front, values)
        contributions: Floats = self._shared.values.copy()
        return contributions

    def insert(self, losses: ArrayLike) -> Ints:
        """Add one point or several and return their numbers.

        Cost: O(f m) for one point and f on the front; several are one :func:`is_nondominated` with the front.

        Args:
            losses: (m,) or (n, m) real numbers.

        Returns:
            (n,) int64, ascending; n = 1 for one point.

        Raises:
            TypeError: ``losses`` are not real numbers.
            ValueError: ``losses`` have not m columns.
        """
        array = np.asarray(losses)
        points = matrix("losses", array[None] if array.ndim == 1 and array.size else array)
        if not len(points):
            return np.zeros(0, dtype=np.int64)
        if points.shape[1] != len(self._reference):
            expected = f"{len(self._reference)} objectives, as the reference has"
            raise ValueError(f"losses: expected {expected}, got shape {array.shape}")
        start = self._inserted
        self._store(points if self._factors is None else points * self._factors)
        numbers = np.arange(start, self._inserted)
        if len(points) == 1:
            self._join(start)
        else:
            self._front = self._nondominated(np.append(self._front, numbers))
        return numbers

    def remove(self, numbers: ArrayLike) -> None:
        """Take away the points with these numbers, one or several; what only they dominated is on the front again.

        Cost: O(n m) for n points held, and one :func:`is_nondominated` of the front with the points that were behind
        those removed.

        Raises:
            TypeError: ``numbers`` are not integers.
            ValueError: no point has such a number, or it was removed before.
        """
        rows = np.unique([integer("numbers", x, self._inserted) for x in np.atleast_1d(np.asarray(numbers)).tolist()])
        rows = rows.astype(np.int64)
        gone = rows[~self._held[rows]]
        if len(gone):
            raise ValueError(f"numbers: expected points that are held, but {gone.tolist()} were removed before")
        self._held[rows] = False
        left = np.intersect1d(rows, self._front, assume_unique=True)
        if len(left):
            self._front = np.setdiff1d(self._front, left, assume_unique=True)
            behind = np.setdiff1d(np.flatnonzero(self._held), self._front, assume_unique=True)
            waiting = self._stored[behind]
            freed = np.zeros(len(behind), dtype=np.bool_)
            for point in self._stored[left]:
                freed |= (waiting >= point).all(axis=1)
            if freed.any():
                self._front = self._nondominated(np.append(self._front, behind[freed]))

    def _store(self, points: Floats) -> None:
        start, end = self._inserted, self._inserted + len(points)
        if end > len(self._held):
            room = max(end, 2 * start, 16)
            self._stored = np.concatenate([self._stored[:start], np.empty((room - start, points.shape[1]))])
            self._held = np.concatenate([self._held[:start], np.zeros(room - start, dtype=np.bool_)])
        self._stored[start:end] = points
        self._held[start:end] = True
        self._inserted = end

    def _join(self, number: int) -> None:
        """Put one new point on the front unless it is dominated."""
        point, front = self._stored[number], self._stored[self._front]
        at_least_as_good = (front <= point).all(axis=1)
        if np.isnan(point).any() or (front[at_least_as_good] < point).any():
            return
        dominated = (front >= point).all(axis=1) & ~at_least_as_good
        self._front = np.append(self._front[~dominated], number)

    def _nondominated(self, numbers: Ints) -> Ints:
        return np.sort(numbers[_kernels.is_nondominated(self._stored[numbers], violations=None)])

    def _is_worth_saving(self, joined: Ints, left: Ints) -> bool:
        changed = len(joined) + len(left)
        if len(self._reference) <= SWEPT or 4 * changed > len(self._front):
            return False
        return bool(np.isfinite(self._stored[np.concatenate([self._front, left])]).all())  # else inf - inf

    def _added(self, numbers: Ints, front: Ints) -> float:
        """What the points add to a front, one after the other."""
        known, volume = self._stored[front], 0.0
        for point in self._stored[numbers]:
            volume += self._gain(point, known)
            known = np.vstack([known, point])
        return volume

    def _renewed(self, points: Floats, joined: Ints, left: Ints) -> Floats:
        """Contributions where some points joined the front and some left it."""
        before = self._stored[self._shared.front]
        changed = np.isin(self._shared.front, left)
        for point in self._stored[joined]:
            changed |= _kernels.is_nondominated(np.maximum(before, point), violations=None)
        stale = np.isin(self._front, joined)
        for point in self._stored[left]:
            stale |= _kernels.is_nondominated(np.maximum(points, point), violations=None)
        places = np.searchsorted(self._shared.front, self._front[~stale])
        values = np.full(len(points), np.nan)
        values[~stale] = np.where(changed[places], np.nan, self._shared.values[places])
        for i in np.flatnonzero(np.isnan(values)).tolist():
            values[i] = self._gain(points[i], np.delete(points, i, axis=0))
        return values

    def _gain(self, point: Floats, others: Floats) -> float:
        """The volume of a point's box outside those of the others."""
        if not (point < self._reference).all() or (others <= point).all(axis=1).any():
            return 0.0
        with np.errstate(over="ignore"):
            whole = float(np.prod(self._reference - point))
        gain = whole - float(_kernels.hypervolume(np.maximum(others, point), reference=self._reference))
        return max(gain, 0.0)  # NaN stays


class _Known:
    """Numbers that were computed for a front."""

    def __init__(self, front: Ints, values: Floats) -> None:
        self.front: Ints = front
        self.values: Floats = values

    def changes(self, front: Ints) -> tuple[Ints, Ints]:
        """Who joined and who left since."""
        if front is self.front:
            return front[:0], front[:0]
        joined = np.setdiff1d(front, self.front, assume_unique=True)
        return joined, np.setdiff1d(self.front, front, assume_unique=True)
