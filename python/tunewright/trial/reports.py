"""What trials reported on their way, as columns in order of arrival."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tunewright.errors import ReportError
from tunewright.trial.columns import Array, Ints, grown

__all__ = ["NOBODY", "Reports"]

NOBODY = -1
"""Stands for the trial in the rows of an attempt that was interrupted and run again."""


class Reports:
    """All intermediate reports of a study.

    Attributes:
        metrics: the objectives' names; one column each in :attr:`values`.
    """

    def __init__(self, metrics: tuple[str, ...]) -> None:
        self.metrics = metrics
        self._count = 0
        self._trial = np.zeros(0, np.int64)
        self._step = np.zeros(0, np.int64)
        self._revision = np.zeros(0, np.int64)
        self._values = np.zeros((0, len(metrics)))
        self._rows: dict[int, dict[int, int]] = {}  # trial -> {step: row}
        self._extra: dict[int, dict[str, float]] = {}  # row -> metrics the columns cannot hold

    def __len__(self) -> int:
        return self._count

    @property
    def trial(self) -> Ints:
        """Trial number of each report, shape (r,); ``NOBODY`` for those of an interrupted attempt."""
        return self._trial[: self._count]

    @property
    def step(self) -> Ints:
        """Step of each report, shape (r,)."""
        return self._step[: self._count]

    @property
    def revision(self) -> Ints:
        """When each report arrived, in the study's count of events, shape (r,)."""
        return self._revision[: self._count]

    @property
    def values(self) -> Array:
        """Objectives as reported (their own sign), NaN where one was not given, shape (r, m)."""
        return self._values[: self._count]

    def add(self, trial: int, step: int, metrics: Mapping[str, float], revision: int) -> None:
        """Append one report.

        Raises:
            ReportError: that trial already reported that step.
        """
        steps = self._rows.setdefault(trial, {})
        if step in steps:
            raise ReportError(f"trial {trial} already reported step {step}; each step is reported once")
        row = self._count
        self._reserve(row + 1)
        self._trial[row], self._step[row], self._revision[row] = trial, step, revision
        self._values[row] = [metrics.get(name, np.nan) for name in self.metrics]
        # NaN in a column means "not given", so a NaN that was really reported is kept aside
        extra = {name: value for name, value in metrics.items() if name not in self.metrics or value != value}
        if extra:
            self._extra[row] = extra
        steps[step] = row
        self._count += 1

    def forget(self, trial: int) -> None:
        """Begin a new attempt of a trial: what the earlier one reported no longer counts."""
        rows = list(self._rows.pop(trial, {}).values())
        self._trial[rows] = NOBODY

    def has(self, trial: int, step: int) -> bool:
        """Whether that trial reported that step."""
        return step in self._rows.get(trial, ())

    def curve(self, trial: int) -> dict[int, dict[str, float]]:
        """``{step: {metric: value}}`` of one trial in order of steps; empty if it never reported."""
        rows = self._rows.get(trial, {})
        return {step: self._at(rows[step]) for step in sorted(rows)}

    def last(self, trial: int) -> dict[str, float]:
        """The report of a trial's highest step; empty if it never reported."""
        rows = self._rows.get(trial)
        return self._at(rows[max(rows)]) if rows else {}

    def _at(self, row: int) -> dict[str, float]:
        known = zip(self.metrics, self._values[row].tolist(), strict=True)
        return {name: value for name, value in known if value == value} | self._extra.get(row, {})

    def _reserve(self, rows: int) -> None:
        self._trial = grown(self._trial, rows, 0)
        self._step = grown(self._step, rows, 0)
        self._revision = grown(self._revision, rows, 0)
        self._values = grown(self._values, rows, np.nan)
