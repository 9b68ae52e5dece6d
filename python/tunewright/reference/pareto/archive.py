"""A set of points that grows and shrinks, all of it computed anew, by definition."""

from __future__ import annotations

__all__ = ["Archive"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.reference.pareto.dominance import is_nondominated
from tunewright.reference.pareto.volume import hypervolume, hypervolume_contributions


class Archive:
    """Points under their numbers, in the order in which they were inserted."""

    def __init__(self, reference: ArrayLike, *, maximize: bool | Sequence[bool] = False) -> None:
        self._reference = np.asarray(reference, dtype=np.float64)
        self._maximize = maximize
        self._points: dict[int, NDArray[np.float64]] = {}
        self._inserted = 0

    def __len__(self) -> int:
        """Return how many points are held."""
        return len(self._points)

    @property
    def front(self) -> NDArray[np.int64]:
        """Numbers of the non-dominated points, ascending."""
        numbers = np.array(list(self._points), dtype=np.int64)
        mask: NDArray[np.bool_] = is_nondominated(self._rows(numbers), maximize=self._maximize)
        return numbers[mask]

    @property
    def points(self) -> NDArray[np.float64]:
        """The non-dominated points."""
        return self._rows(self.front)

    @property
    def hypervolume(self) -> float:
        """The volume that the points dominate."""
        return hypervolume(self.points, reference=self._reference, maximize=self._maximize)

    @property
    def contributions(self) -> NDArray[np.float64]:
        """By how much the volume shrinks without each point of the front."""
        return hypervolume_contributions(self.points, reference=self._reference, maximize=self._maximize)

    def insert(self, losses: ArrayLike) -> NDArray[np.int64]:
        """Add one point or several and return their numbers."""
        start = self._inserted
        for point in np.asarray(losses, dtype=np.float64).reshape(-1, len(self._reference)):
            self._points[self._inserted] = point
            self._inserted += 1
        return np.arange(start, self._inserted)

    def remove(self, numbers: ArrayLike) -> None:
        """Take away the points with these numbers."""
        for number in np.unique(numbers).tolist():
            del self._points[number]

    def _rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.array([self._points[i] for i in numbers.tolist()]).reshape(-1, len(self._reference))
