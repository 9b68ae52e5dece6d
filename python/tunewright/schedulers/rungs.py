"""Where trials stand on the rungs of asynchronous halving, by one metric or by several objectives."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from tunewright.numerics.halving import Rungs, leaders
from tunewright.schedulers.measures import Loss, Losses, violation
from tunewright.trial import Goals

__all__ = ["AHEAD", "BEHIND", "NAN", "NOWHERE", "Fronts", "OneMetric", "Standings", "standings"]

NAN, NOWHERE, AHEAD, BEHIND = -1, 0, 1, 2
"""What a report meant: a NaN; no new rung; one of the best n // η of its new rung (at least one); or not."""


class Standings(Protocol):
    """Rungs that trials enter with their reports."""

    def enter(self, trial: int, step: int, metrics: Mapping[str, float]) -> int:
        """Take in a report; one of the four numbers of this module."""
        ...

    def promotable(self, limit: int) -> list[int]:
        """Up to ``limit`` trials among the best n // η of their highest rung, the highest rung first."""
        ...

    def settle(self, trial: int) -> None:
        """The trial has ended and will not be promoted."""
        ...

    def rung(self, trial: int) -> int | None:
        """The highest rung a trial has entered."""
        ...


def standings(
    goals: Goals, metric: str | None, levels: Sequence[int], reduction_factor: int, tolerance: float | None = None
) -> Standings:
    """Empty rungs: by ``metric`` or the only objective, else by non-domination."""
    if metric is None and len(goals.metrics) > 1:
        return Fronts(goals, levels, reduction_factor)
    return OneMetric(goals, metric, levels, reduction_factor, tolerance)


class OneMetric:
    """Order statistics of one metric: O(log n) a report. Trials that break constraints come last."""

    def __init__(
        self, goals: Goals, metric: str | None, levels: Sequence[int], reduction_factor: int, tolerance: float | None
    ) -> None:
        rungs = Rungs(levels, reduction_factor, tolerance)
        loss = Loss(goals, metric)
        self._goals = goals
        self._constrained = bool(goals.comparisons)
        self._metric, self._sign = loss.metric, loss.sign
        self._enter = rungs.enter
        self.promotable, self.settle, self.rung = rungs.promotable, rungs.settle, rungs.rung

    def enter(self, trial: int, step: int, metrics: Mapping[str, float]) -> int:
        """See :class:`Standings`."""
        value = metrics.get(self._metric)
        if value is None:
            return NOWHERE
        if value != value:
            return NAN
        if self._constrained:
            return self._enter(trial, step, value * self._sign, violation(self._goals, metrics))
        return self._enter(trial, step, value * self._sign)


class Fronts:
    """Fronts of several objectives (MO-ASHA): a report costs what sorting its rung into fronts does."""

    def __init__(self, goals: Goals, levels: Sequence[int], reduction_factor: int) -> None:
        self._goals = goals
        self._losses = Losses(goals)
        self._levels = list(levels)
        self._factor = reduction_factor
        self._trials: list[list[int]] = [[] for _ in levels]  # ascending, and in the same order:
        self._points: list[list[list[float]]] = [[] for _ in levels]
        self._broken: list[list[float]] = [[] for _ in levels]
        self._highest: dict[int, int] = {}
        self._settled: set[tuple[int, int]] = set()

    def enter(self, trial: int, step: int, metrics: Mapping[str, float]) -> int:
        """See :class:`Standings`."""
        losses = self._losses(metrics)
        if losses is None:
            return NOWHERE
        if losses[0] != losses[0]:
            return NAN
        rung = bisect.bisect(self._levels, step) - 1
        if rung <= self._highest.get(trial, -1):
            return NOWHERE
        self._highest[trial] = rung
        place = bisect.bisect(self._trials[rung], trial)
        self._trials[rung].insert(place, trial)
        self._points[rung].insert(place, losses)
        self._broken[rung].insert(place, violation(self._goals, metrics))
        best = self._best(rung, max(1, len(self._trials[rung]) // self._factor))
        return AHEAD if place in best else BEHIND

    def promotable(self, limit: int) -> list[int]:
        """See :class:`Standings`; of one rung the lower numbers first."""
        found: list[int] = []
        for rung in range(len(self._levels) - 2, -1, -1):
            trials = self._trials[rung]
            best = [trials[place] for place in self._best(rung, len(trials) // self._factor)]
            found += [t for t in best if self._highest[t] == rung and (t, rung) not in self._settled]
        return found[:limit]

    def settle(self, trial: int) -> None:
        """See :class:`Standings`."""
        if trial in self._highest:
            self._settled.add((trial, self._highest[trial]))

    def rung(self, trial: int) -> int | None:
        """See :class:`Standings`."""
        return self._highest.get(trial)

    def _best(self, rung: int, count: int) -> list[int]:
        points = np.array(self._points[rung]).reshape(-1, len(self._goals.metrics))
        best: list[int] = leaders(points, self._broken[rung], count).tolist()
        return best
