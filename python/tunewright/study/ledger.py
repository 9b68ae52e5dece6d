"""The record while a study runs: who may begin, what was told, what is best so far."""

from __future__ import annotations

import bisect
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tunewright.errors import StudyError, TrialFinishedError, UnknownTrialError
from tunewright.space import Space
from tunewright.storage import Session
from tunewright.study.ahead import Ahead
from tunewright.study.chapters import record_of
from tunewright.study.environment import environment
from tunewright.study.outcome import Outcome
from tunewright.study.proposal import Proposer
from tunewright.trial import Goals, History, TrialState
from tunewright.trial.chapters import Chapter
from tunewright.trial.columns import Array

__all__ = ["Claimed", "Ledger"]

_RUNNING, _COMPLETE = int(TrialState.RUNNING), int(TrialState.COMPLETE)
_FINAL = frozenset(int(s) for s in TrialState if s.is_final)


Claimed = tuple[int, dict[str, Any]]
"""Number and configuration of a trial that may begin."""


class Ledger:
    """The record in memory. Not thread-safe by itself: the study locks.

    Attributes:
        history: the columns strategies read.
        best: number of the best trial that keeps all constraints, with a finite value (one objective), else ``None``.
        since_best: complete trials told after it.
    """

    def __init__(self, space: Space, goals: Goals, proposer: Proposer) -> None:
        self.history = History(space, goals)
        self.proposer = proposer
        self.best: int | None = None
        self.since_best = 0
        self._best_loss = math.inf
        self._sign = float(self.history.signs[0])
        self._waiting: list[int] = []  # ascending
        self._running: set[int] = set()  # trials begun here whose record is open
        self._ahead = Ahead(proposer)
        self.declared = proposer.declared  # the space without what trials met by themselves
        self._complete: dict[bytes, int] = {}  # configuration -> first complete trial; kept for duplicates="reuse"

    @property
    def sessions(self) -> list[Session]:
        """The processes that worked on the study; of one in memory, this one."""
        started = self.history.started
        first = float(started.min()) if len(started) else time.time()
        return [Session(0, first, environment(), tuple(range(len(started))))]

    @property
    def begun(self) -> int:
        """Trials that are not waiting."""
        return self.history.n - len(self._waiting)

    # -- beginning ---------------------------------------------------------------------------------

    def claim(self, count: int, limit: int | None = None) -> list[Claimed]:
        """Begin up to ``count`` trials; fewer when the strategy has nothing left or ``limit`` trials have begun."""
        if limit is not None:
            count = min(count, limit - self.begun)
        claimed = [self._resume() for _ in range(min(count, len(self._waiting)))]
        fresh = count - len(claimed)
        return claimed + self._suggested(fresh) if fresh > 0 else claimed

    def _resume(self) -> Claimed:
        number = self._waiting.pop(0)
        self.history.revision += 1
        self._reopen(number, TrialState.RUNNING, time.time())
        self._running.add(number)
        return number, self.history.space.configs(self.history.natives[number : number + 1])[0]

    def _reopen(self, number: int, state: int, started: float) -> None:
        history = self.history
        history.open(number, state, int(history.seen[number]), int(history.asked[number]), started)

    def claim_one(self, limit: int | None = None) -> Claimed | None:
        """Begin one trial; ``None`` when the strategy has nothing left or ``limit`` trials have begun.

        What was suggested ahead waits in the history beyond its end.
        """
        if self._waiting:
            claimed = self.claim(1, limit)
            return claimed[0] if claimed else None
        history, ahead = self.history, self._ahead
        number = history.n
        if limit is not None and number >= limit:
            return None
        if not ahead.holds(history, number):
            ahead.renew(history, number)
            history.stage(number, ahead.natives)
            if not ahead.configs:
                return None
        history.begin_staged(number)
        ahead.followed = number + 1
        self._running.add(number)
        return number, ahead.configs[number - ahead.first]

    def _suggested(self, count: int) -> list[Claimed]:
        history = self.history
        first = history.n
        natives = self.proposer.propose(history, np.arange(first, first + count))
        history.stage(first, natives)
        history.begin_all_staged(first, len(natives))
        self._running.update(range(first, first + len(natives)))
        return list(enumerate(history.space.configs(natives), start=first))

    def enqueue(self, natives: Array, metadata: Mapping[str, Any]) -> list[int]:
        """Add waiting trials of these configurations, shape (k, d); they begin before anything is suggested."""
        numbers = []
        for row in natives:
            number, seen = self.history.n, self.history.revision
            self.history.revision = seen + 1
            self._wait(number, row, seen, seen + 1, metadata)
            numbers.append(number)
        return numbers

    def replace(
        self,
        number: int,
        outcome: Outcome,
        natives: Array,
        metadata: Mapping[str, Any],
        provided: Mapping[int, Mapping[str, Any]],
    ) -> int | None:
        """End a trial and add a waiting one of configuration ``natives``, shape (d,), in one step; its number.

        ``None`` and nothing done if the metadata of the trials of ``provided`` no longer has these values.
        """
        self.finish(number, outcome)
        return self.enqueue(natives[None, :], metadata)[0]

    def _wait(self, number: int, row: Array, seen: int, asked: int, metadata: Mapping[str, Any]) -> None:
        self.history.open(number, TrialState.WAITING, seen, asked, 0.0)
        self.history.place(number, row)
        self.history.enqueued.append(number)
        self.history.note(number, metadata)
        bisect.insort(self._waiting, number)

    def _not_waiting(self, number: int) -> None:
        place = bisect.bisect_left(self._waiting, number)
        if place < len(self._waiting) and self._waiting[place] == number:
            del self._waiting[place]

    def requeue(self, number: int) -> None:
        """Put a running trial back to waiting, with its number and configuration."""
        self.need_unfinished(number)
        self.history.revision += 1
        self._reopen(number, TrialState.WAITING, 0.0)
        self._running.discard(number)
        self.history.reports.forget(number)
        bisect.insort(self._waiting, number)

    def pause(self, number: int) -> None:
        """Set a running trial aside; its reports stay."""
        self._need_state(number, TrialState.RUNNING)
        self.history.revision += 1
        self.history.move(number, TrialState.PAUSED)
        self._running.discard(number)

    def resume(self, number: int) -> None:
        """Put a paused trial back to waiting; it goes on with what it reported."""
        self._need_state(number, TrialState.PAUSED)
        self.history.revision += 1
        self.history.move(number, TrialState.WAITING)
        bisect.insort(self._waiting, number)

    def _need_state(self, number: int, wanted: TrialState) -> None:
        self.need_unfinished(number)
        state = TrialState(int(self.history.states[number]))
        if state is not wanted:
            raise StudyError(f"trial {number} is {state.label}, not {wanted.label}")

    def refresh(self) -> None:
        """Take in what others wrote: here there are none."""

    # -- growing -----------------------------------------------------------------------------------

    def widen(self, space: Space) -> None:
        """Go on with a space that has more parameters or wider domains (define-by-run)."""
        self.history.widen(space)

    def reshape(self, change: Callable[[Space], Space], assumed: Mapping[str, Any]) -> None:
        """Go on with suggestions of another space: ``change`` makes it of the one that is searched now."""
        search = change(self.history.search_space)
        record = record_of(self.history.space, search)
        self.history.revision += 1
        self._turn(record, Chapter(self.history.revision, search, assumed))

    def _turn(self, record: Space, *chapters: Chapter) -> None:
        self.history.turn(record, *chapters)
        self.declared = self.history.space
        self.proposer.declared = self.history.search_space

    def place(self, number: int, natives: Array) -> None:
        """Write the configuration of a running trial as it really is."""
        self.history.place(number, natives)
        self._ahead.revised(number)

    # -- ending ------------------------------------------------------------------------------------

    def finish(self, number: int, outcome: Outcome) -> None:
        """Record how a trial ended.

        Raises:
            UnknownTrialError, TrialFinishedError: there is no open record of that number.
        """
        if number not in self._running:
            self.need_unfinished(number)
        self.history.revision = revision = self.history.revision + 1
        self._close(number, outcome, revision, time.time())

    def finish_many(self, outcomes: list[tuple[int, Outcome]]) -> None:
        """Record several endings, all or none."""
        for number, _ in outcomes:
            self.need_unfinished(number)
        for number, outcome in outcomes:
            self.finish(number, outcome)

    def _close(self, number: int, outcome: Outcome, revision: int, finished: float) -> None:
        state, values, error, notes, sems = outcome
        history = self.history
        history.close(number, state, values, revision, finished, sems)
        self._running.discard(number)
        if self._waiting:
            self._not_waiting(number)
        if error is not None:
            history.errors[number] = error
        if notes:
            history.note(number, notes)
        if state == _COMPLETE:
            self._rank(number, values)

    def _rank(self, number: int, values: list[float]) -> None:
        if self.proposer.duplicates == "reuse":
            self._complete.setdefault(self._identity(number), number)
        goals = self.history.goals
        if len(goals.metrics) != 1:
            return
        loss = values[0] * self._sign
        if not math.isfinite(loss) or not goals.keeps(values):
            self.since_best += 1
        elif loss < self._best_loss or (loss == self._best_loss and self.best is not None and number < self.best):
            self.since_best = 0 if loss < self._best_loss else self.since_best
            self.best, self._best_loss = number, loss
        else:
            self.since_best += 1

    def twin(self, number: int) -> int | None:
        """A complete trial with the same configuration, or ``None``."""
        return self._complete.get(self._identity(number))

    def _identity(self, number: int) -> bytes:
        return self.history.space.identities(self.history.natives[number : number + 1])[0]

    def report(self, number: int, step: int, metrics: Mapping[str, float]) -> int:
        """Record an intermediate report of a running trial; returns its row among the reports."""
        if number not in self._running:
            self.need_unfinished(number)
        history = self.history
        row = history.reports.add(number, step, metrics, history.revision + 1)
        history.revision += 1
        return row

    def annotate(self, number: int, notes: Mapping[str, Any]) -> None:
        """Merge ``notes`` into a trial's metadata."""
        self.need(number)
        self.history.note(number, notes)

    def alone(self, act: Callable[[], object]) -> None:
        """Call ``act`` while the record holds all there is and nobody can write to it."""
        act()

    # -- refusing ----------------------------------------------------------------------------------

    def need(self, number: int) -> None:
        """Raise ``UnknownTrialError`` unless the trial exists."""
        if not 0 <= number < self.history.n:
            raise UnknownTrialError(f"there is no trial {number}: the study has trials 0 to {self.history.n - 1}")

    @property
    def open_numbers(self) -> frozenset[int]:
        """Trials that have begun here and not ended."""
        return frozenset(self._running)

    def need_unfinished(self, number: int) -> None:
        """Raise unless the trial exists and its record is still open."""
        self.need(number)
        state = int(self.history.states[number])
        if state in _FINAL:
            values = dict(zip(self.history.metrics, self.history.values[number].tolist(), strict=True))
            raise TrialFinishedError(
                f"trial {number} already ended ({TrialState(state).label}, {values}); its record is not overwritten"
            )
