"""What trials reported on their way, as columns in order of arrival."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from tunewright.errors import ReportError
from tunewright.trial.columns import Array, Ints, grown
from tunewright.trial.goals import Goals

__all__ = ["NOBODY", "Report", "Reports"]

NOBODY = -1
"""Stands for the trial in the rows of an attempt that was interrupted and run again."""

Report = tuple[int, int, int, Mapping[str, float]]
"""Trial, step, revision and metrics of one report."""

_FRESH = 1024  # reports kept as they came before they join the columns together


class Reports:
    """All intermediate reports of a study.

    Attributes:
        metrics: the objectives' names; one column each in :attr:`values`.
        forgotten: how often an attempt's reports were taken back: what was learnt from them must be learnt anew.
    """

    def __init__(self, goals: Goals) -> None:
        self.metrics = goals.metrics
        self.forgotten = 0
        self._goals = goals
        self._count = 0  # rows in the columns; after them come those of _fresh
        self._fresh: list[Report] = []
        self._trial = np.zeros(0, np.int64)
        self._step = np.zeros(0, np.int64)
        self._revision = np.zeros(0, np.int64)
        self._values = np.zeros((0, len(goals.outputs)))
        self._rows: dict[int, dict[int, int]] = {}  # trial -> {step: row}
        self._extra: dict[int, dict[str, float]] = {}  # row -> metrics the columns cannot hold

    def __len__(self) -> int:
        return self._count + len(self._fresh)

    @property
    def trial(self) -> Ints:
        """Trial number of each report, shape (r,); ``NOBODY`` for those of an interrupted attempt."""
        self._settle()
        return self._trial[: self._count]

    @property
    def step(self) -> Ints:
        """Step of each report, shape (r,)."""
        self._settle()
        return self._step[: self._count]

    @property
    def revision(self) -> Ints:
        """When each report arrived, in the study's count of events, shape (r,)."""
        self._settle()
        return self._revision[: self._count]

    @property
    def values(self) -> Array:
        """Objectives as reported (their own sign), NaN where one was not given, shape (r, m)."""
        self._settle()
        return self._values[: self._count, : len(self.metrics)]

    @property
    def slacks(self) -> Array:
        """Of each comparison of the constraints, shape (r, c): not positive where kept, NaN where not reported."""
        self._settle()
        return self._goals.slacks(self._values[: self._count])

    def add(self, trial: int, step: int, metrics: Mapping[str, float], revision: int) -> int:
        """Append one report, whose ``metrics`` belong to the record from now on; returns its row.

        Raises:
            ReportError: that trial already reported that step.
        """
        steps = self._rows.get(trial)
        if steps is None:
            steps = self._rows[trial] = {}
        elif step in steps:
            raise ReportError(f"trial {trial} already reported step {step}; each step is reported once")
        fresh = self._fresh
        if len(fresh) >= _FRESH:
            self._settle()
        row = steps[step] = self._count + len(fresh)
        fresh.append((trial, step, revision, metrics))
        return row

    def forget(self, trial: int) -> None:
        """Begin a new attempt of a trial: what the earlier one reported no longer counts."""
        self._settle()
        rows = list(self._rows.pop(trial, {}).values())
        self._trial[rows] = NOBODY
        self.forgotten += bool(rows)

    def of(self, trials: npt.NDArray[np.bool_]) -> Reports:
        """A copy in which the reports of the other trials no longer count; ``trials`` a mask of all, shape (n,)."""
        self._settle()
        there = Reports(self._goals)
        there._count, there.forgotten = self._count, self.forgotten
        there._step, there._revision, there._values = self._step, self._revision, self._values
        counts = self._trial[: self._count]
        there._trial = np.where((counts >= 0) & trials[np.maximum(counts, 0)], counts, NOBODY)
        there._rows = {trial: rows for trial, rows in self._rows.items() if trials[trial]}
        there._extra = self._extra
        return there

    def has(self, trial: int, step: int) -> bool:
        """Whether that trial reported that step."""
        return step in self._rows.get(trial, ())

    def row(self, trial: int, step: int) -> int:
        """Row of the trial's report at that step; ``KeyError`` if there is none."""
        return self._rows[trial][step]

    def at(self, row: int) -> Report:
        """One report; its metrics are those that were given."""
        if row >= self._count:
            return self._fresh[row - self._count]
        return int(self._trial[row]), int(self._step[row]), int(self._revision[row]), self._metrics(row)

    def curve(self, trial: int) -> dict[int, dict[str, float]]:
        """``{step: {metric: value}}`` of one trial in order of steps; empty if it never reported."""
        rows = self._rows.get(trial, {})
        return {step: dict(self.at(rows[step])[3]) for step in sorted(rows)}

    def last(self, trial: int) -> dict[str, float]:
        """The report of a trial's highest step; empty if it never reported."""
        rows = self._rows.get(trial)
        return dict(self.at(rows[max(rows)])[3]) if rows else {}

    def last_step(self, trial: int) -> int:
        """The highest step a trial reported; 0 if it never did."""
        return max(self._rows.get(trial, ()), default=0)

    def _metrics(self, row: int) -> dict[str, float]:
        known = zip(self._goals.outputs, self._values[row].tolist(), strict=True)
        return {name: value for name, value in known if value == value} | self._extra.get(row, {})

    def _settle(self) -> None:
        """Move the fresh reports into the columns: together that costs a fraction of one by one."""
        if not self._fresh:
            return
        first, last = self._count, len(self)
        self._reserve(last)
        trials, steps, revisions, given = zip(*self._fresh, strict=True)
        self._trial[first:last], self._step[first:last], self._revision[first:last] = trials, steps, revisions
        for column, name in enumerate(self._goals.outputs):
            self._values[first:last, column] = [metrics.get(name, np.nan) for metrics in given]
        odd = np.isnan(self._values[first:last]).any(axis=1)
        odd |= np.array([len(metrics) for metrics in given]) != len(self._goals.outputs)
        for row in np.flatnonzero(odd).tolist():
            self._keep_extra(first + row, given[row])
        self._count = last
        self._fresh.clear()

    def _keep_extra(self, row: int, metrics: Mapping[str, float]) -> None:
        # NaN in a column means "not given", so a NaN that was really reported is kept aside
        extra = {name: value for name, value in metrics.items() if name not in self._goals.outputs or value != value}
        if extra:
            self._extra[row] = extra

    def _reserve(self, rows: int) -> None:
        self._trial = grown(self._trial, rows, 0)
        self._step = grown(self._step, rows, 0)
        self._revision = grown(self._revision, rows, 0)
        self._values = grown(self._values, rows, np.nan)
