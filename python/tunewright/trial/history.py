"""The record of a study as columns: what strategies and schedulers read.

    n        trials so far; row k is trial k
    d, m     parameters of the space, objectives of the study
    native   one float64 a parameter, NaN where inactive or not known yet (see ``Space``)
    unit     the same in the unit cube
    loss     objective turned so that less is better
    slack    how far a comparison of the constraints is from its limit; not positive where it is kept

Every acknowledged change takes the next *revision*. Three of them belong to a trial: ``seen`` (all up to it was known
when the trial was asked for), ``asked`` (its configuration became part of the record), ``told`` (its outcome did;
0 before that). They order everything that happened, so that :meth:`History.at` can show the record as any ask saw it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tunewright.space import Space
from tunewright.trial.chapters import Chapter, Passage, younger
from tunewright.trial.columns import Array, Ints, grown
from tunewright.trial.goals import Goals
from tunewright.trial.reports import Reports
from tunewright.trial.saved import Saved
from tunewright.trial.state import TrialState

__all__ = ["History"]

_RUNNING, _COMPLETE = int(TrialState.RUNNING), int(TrialState.COMPLETE)


class History:
    """Append-only columns over the trials of one study.

    Args:
        space: the parameters, in the order of the columns.
        goals: objectives with their directions, constraints, thresholds; of objectives alone, their directions.
    """

    def __init__(self, space: Space, goals: Goals | Mapping[str, str]) -> None:
        self.space = space
        self.goals = goals if isinstance(goals, Goals) else Goals(goals)
        self.metrics = self.goals.metrics
        self.signs: Array = self.goals.signs
        self._sign = float(self.signs[0])
        self.seed = 0  # of the study: the key of every random stream
        self.n = 0
        self.revision = 0
        self.ended = 0  # trials that were told
        self.reports = Reports(self.goals)
        self.enqueued: list[int] = []  # ascending numbers of trials whose configuration a person chose
        self.errors: dict[int, str] = {}
        self.metadata: dict[int, dict[str, Any]] = {}  # written by ``note``
        self.saved = Saved()
        self.chapters: tuple[Chapter, ...] = ()  # of a space that was changed; the first is the space at the beginning
        self._passages: list[Passage] = []  # one a chapter
        self._encoded = 0  # rows of _unit that follow from _natives
        self._unit: Array = np.full((0, space.dimension), np.nan)
        self._natives: Array = np.full((0, space.dimension), np.nan)
        self._measured: Array = np.full((0, len(self.goals.outputs)), np.nan)
        self._sems: Array = np.full((0, len(self.goals.outputs)), np.nan)
        self._states: npt.NDArray[np.int8] = np.zeros(0, np.int8)
        self._seen, self._asked, self._told = (np.zeros(0, np.int64) for _ in range(3))
        self._started, self._finished = np.zeros(0), np.zeros(0)

    def __len__(self) -> int:
        return self.n

    # -- what strategies read ----------------------------------------------------------------------

    @property
    def unit(self) -> Array:
        """Configurations in the unit cube, NaN where inactive or unknown, shape (n, d)."""
        if self._encoded < self.n:
            self._unit = grown(self._unit, len(self._natives), np.nan)
            fresh = slice(self._encoded, self.n)
            self._unit[fresh] = self.space.encode(self._natives[fresh])
            self._encoded = self.n
        return self._unit[: self.n]

    @property
    def natives(self) -> Array:
        """Configurations as native numbers, shape (n, d)."""
        return self._natives[: self.n]

    @property
    def values(self) -> Array:
        """Objectives as told, shape (n, m); NaN where there is none."""
        return self._measured[: self.n, : len(self.metrics)]

    @property
    def sems(self) -> Array:
        """Standard errors of :attr:`values` as told, shape (n, m); NaN where not known."""
        return self._sems[: self.n, : len(self.metrics)]

    @property
    def measured(self) -> Array:
        """All metrics as told, shape (n, m + e): the objectives, then the e that only constraints read."""
        return self._measured[: self.n]

    @property
    def losses(self) -> Array:
        """Objectives turned so that less is better, shape (n, m)."""
        losses: Array = self.values * self.signs
        return losses

    @property
    def states(self) -> npt.NDArray[np.int8]:
        """:class:`TrialState` of each trial, shape (n,)."""
        return self._states[: self.n]

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Which trials ended with values, shape (n,)."""
        complete: npt.NDArray[np.bool_] = self.states == _COMPLETE
        return complete

    @property
    def slacks(self) -> Array:
        """Of each comparison of the constraints, shape (n, c): not positive where it is kept, NaN where not known."""
        return self.goals.slacks(self.measured)

    @property
    def violations(self) -> Array:
        """Sum of the positive slacks, shape (n,): 0 without constraints, NaN where not known."""
        violations: Array = np.maximum(self.slacks, 0.0).sum(axis=1)
        return violations

    @property
    def feasible(self) -> npt.NDArray[np.bool_]:
        """Which trials are complete and keep all constraints, shape (n,)."""
        feasible: npt.NDArray[np.bool_] = self.complete & (self.violations == 0.0)
        return feasible

    @property
    def thresholds(self) -> Array:
        """Losses that a trial must reach to be interesting, shape (m,); +inf where any will do."""
        return self.goals.threshold_losses

    @property
    def pending(self) -> npt.NDArray[np.bool_]:
        """Which trials with a known configuration have no outcome yet, running or paused, shape (n,).

        Neither state nor time of a pause is part of :meth:`at`, so that nothing may depend on who is paused. What a
        trial told on its way is in :attr:`reports`; who reads them need not wait for an outcome of that trial.
        """
        states = self.states
        pending: npt.NDArray[np.bool_] = (states == TrialState.RUNNING) | (states == TrialState.PAUSED)
        return pending & (self.asked > 0)

    @property
    def seen(self) -> Ints:
        """Revision known to each ask, shape (n,)."""
        return self._seen[: self.n]

    @property
    def asked(self) -> Ints:
        """Revision that made each configuration known, shape (n,); 0 before that."""
        return self._asked[: self.n]

    @property
    def told(self) -> Ints:
        """Revision of each outcome, shape (n,); 0 before that."""
        return self._told[: self.n]

    @property
    def started(self) -> Array:
        """When each trial began, Unix seconds, shape (n,); 0 while waiting."""
        return self._started[: self.n]

    @property
    def finished(self) -> Array:
        """When each trial ended, Unix seconds, shape (n,); 0 before that."""
        return self._finished[: self.n]

    def result(self, number: int) -> tuple[dict[str, float], dict[str, float]]:
        """What was measured of one trial, and its standard errors, by metric; what is not known is left out."""
        rows = (self._measured[number].tolist(), self._sems[number].tolist())
        values, sems = ({k: v for k, v in zip(self.goals.outputs, row, strict=True) if v == v} for row in rows)
        return values, sems

    def ending(self, number: int) -> tuple[int, float]:
        """State and first loss of one trial, NaN where there is none: what a column costs to cut is saved."""
        return self._states.item(number), self._measured.item(number, 0) * self._sign

    def ordinals(self, numbers: Ints) -> Ints:
        """Position of each trial among those that were not enqueued: 0 for the first suggestion ever made."""
        return numbers - np.searchsorted(self.enqueued, numbers)

    def own_numbers(self, limit: int) -> Ints:
        """Numbers below ``limit`` of the trials that were not enqueued, ascending."""
        return np.setdiff1d(np.arange(limit), np.array(self.enqueued, dtype=np.int64), assume_unique=True)

    # -- how the study writes ----------------------------------------------------------------------

    def stage(self, first: int, natives: Array) -> None:
        """Write configurations of trials ``first, first + 1, …`` ahead of time; they count once begun."""
        last = first + len(natives)
        self._reserve(last)
        self._natives[first:last] = natives
        self._states[first:last] = _RUNNING

    def begin_staged(self, number: int) -> None:
        """Trial ``number``, the next one and staged, begins now."""
        seen = self.revision
        self.revision = asked = seen + 1
        self._seen[number] = seen
        self._asked[number] = asked
        self._started[number] = time.time()
        self.n = number + 1

    def begin_all_staged(self, first: int, count: int) -> None:
        """The next ``count`` trials, staged from ``first`` on, begin now, asked for at once."""
        rows = slice(first, first + count)
        self._seen[rows] = self.revision
        self.revision += 1
        self._asked[rows] = self.revision
        self._started[rows] = time.time()
        self.n = first + count

    def open(self, number: int, state: int, seen: int, asked: int, started: float) -> None:
        """Trial ``number`` begins (or waits). Numbers that were skipped wait without a configuration."""
        if number >= len(self._states):
            self._reserve(number + 1)
        if number >= self.n:
            self._states[self.n : number] = TrialState.WAITING
            self.n = number + 1
        self._states[number] = state
        self._seen[number] = seen
        self._asked[number] = asked
        self._started[number] = started

    def move(self, number: int, state: int) -> None:
        """An open trial is in another state from now on."""
        self._states[number] = state

    def place(self, number: int, natives: Array, asked: int | None = None) -> None:
        """Write the configuration of an open trial, shape (d,)."""
        self._natives[number] = natives
        if asked is not None:
            self._asked[number] = asked
        if number < self._encoded:
            self._unit[number] = self.space.encode(natives[None, :])[0]

    def close(
        self,
        number: int,
        state: int,
        values: list[float],
        told: int,
        finished: float,
        sems: list[float] | None = None,
    ) -> None:
        """Trial ``number`` ends with ``values`` and their standard errors (length m + e; NaN where missing)."""
        if len(values) == 1:
            self._measured[number, 0] = values[0]
        else:
            self._measured[number] = values
        if sems is not None:
            self._sems[number] = sems
        self._states[number] = state
        self._told[number] = told
        self._finished[number] = finished
        self.ended += 1

    def note(self, number: int, notes: Mapping[str, Any]) -> None:
        """Merge ``notes`` into the metadata of a trial."""
        self.metadata.setdefault(number, {}).update(notes)
        self.saved.take_in(number, notes)

    def widen(self, space: Space) -> None:
        """Go on with a space that has more parameters (appended) or wider domains; what is recorded stays valid."""
        added = space.dimension - self.space.dimension
        self.space = space
        self._natives = np.pad(self._natives, ((0, 0), (0, added)), constant_values=np.nan)
        self._unit = np.full(self._natives.shape, np.nan)
        self._encoded = 0

    def turn(self, record: Space, *chapters: Chapter) -> None:
        """Go on with suggestions of the last of ``chapters``; ``record`` holds what this space does and what theirs do.

        The first time the present space becomes a chapter of its own, which began at revision 0, unless it is given.
        """
        first = not self.chapters and chapters[0].revision
        before = (Chapter(0, self.space),) if first else self.chapters
        self.chapters = (*before, *chapters)
        if record != self.space:
            self.widen(record.freeze())
        self._passages = [Passage(self.space, one) for one in self.chapters]

    def _reserve(self, rows: int) -> None:
        if len(self._states) >= rows:
            return
        self._natives = grown(self._natives, rows, np.nan)
        self._measured = grown(self._measured, rows, np.nan)
        self._sems = grown(self._sems, rows, np.nan)
        self._states = grown(self._states, rows, int(TrialState.WAITING))
        self._seen, self._asked, self._told = (grown(c, rows, 0) for c in (self._seen, self._asked, self._told))
        self._started, self._finished = (grown(c, rows, 0.0) for c in (self._started, self._finished))

    # -- a space that was changed ------------------------------------------------------------------

    @property
    def search_space(self) -> Space:
        """The space that suggestions come of now: :attr:`space` unless it was changed while the study ran."""
        return self.chapters[-1].space if self.chapters else self.space

    @property
    def searched(self) -> History:
        """The record as strategies read it: in the search space, without the trials outside of it.

        This record itself unless the space was changed; else a copy in O(n d), in which trials outside look like
        numbers that were skipped.
        """
        return self._through(self._passages[-1], self.chapters) if self.chapters else self

    def recorded(self, natives: Array) -> Array:
        """Rows of the record (n, D) of rows of the search space (n, d)."""
        return self._passages[-1].outward(natives) if self.chapters else natives

    def _through(self, passage: Passage, chapters: tuple[Chapter, ...]) -> History:
        view, n = History(passage.chapter.space, self.goals), self.n
        natives = self.natives.copy()
        natives[younger(self.space, chapters, self.seen)] = np.nan
        natives, inside = passage.inward(natives, self.asked > 0)
        view._reserve(n)
        view.n, view.revision, view.seed = n, self.revision, self.seed
        view._natives[:n] = natives
        view._measured[:n] = np.where(inside[:, None], self.measured, np.nan)
        view._sems[:n] = np.where(inside[:, None], self._sems[:n], np.nan)
        view._states[:n] = np.where(inside, self.states, TrialState.WAITING)
        view._seen[:n] = self.seen
        view._asked[:n], view._told[:n] = np.where(inside, self.asked, 0), np.where(inside, self.told, 0)
        view._started[:n], view._finished[:n] = (np.where(inside, c, 0.0) for c in (self.started, self.finished))
        view.ended = int((view.told > 0).sum())
        view.enqueued, view.metadata, view.errors, view.saved = self.enqueued, self.metadata, self.errors, self.saved
        view.reports = self.reports if inside[self.told > 0].all() else self.reports.of(inside)
        return view

    # -- the past ----------------------------------------------------------------------------------

    def at(self, revision: int) -> History:
        """The record as it was known to an ask that had seen all up to ``revision``, itself not yet part of it.

        Of a study whose space was changed, in the space that was searched then.
        """
        past = self._at(revision)
        if not self.chapters:
            return past
        place = max(i for i, chapter in enumerate(self.chapters) if chapter.revision <= revision)
        return past._through(self._passages[place], self.chapters)

    def _at(self, revision: int) -> History:
        past = History(self.space, self.goals)
        known = (self.asked > 0) & (self.asked <= revision)
        there = known | (self.seen < revision)
        n = int(np.flatnonzero(there)[-1]) + 1 if there.any() else 0
        known, told = known[:n], (self.told[:n] > 0) & (self.told[:n] <= revision)
        past._reserve(n)
        past.n, past.revision, past.seed, past.ended = n, revision, self.seed, int(told.sum())
        past._natives[:n] = np.where(known[:, None], self.natives[:n], np.nan)
        past._measured[:n] = np.where(told[:, None], self.measured[:n], np.nan)
        past._sems[:n] = np.where(told[:, None], self._sems[:n], np.nan)
        past._states[:n] = np.where(told, self.states[:n], np.where(known, TrialState.RUNNING, TrialState.WAITING))
        past._seen[:n] = self.seen[:n]
        past._asked[:n] = np.where(known, self.asked[:n], 0)
        past._told[:n] = np.where(told, self.told[:n], 0)
        past.enqueued = [number for number in self.enqueued if number < n]
        for row in np.flatnonzero((self.reports.revision <= revision) & (self.reports.trial >= 0)).tolist():
            trial, step, when, metrics = self.reports.at(row)
            past.reports.add(trial, step, metrics, when)
        return past
