"""The record of a study that is also in a storage, and may have other writers."""

from __future__ import annotations

import bisect
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tunewright.space import Space
from tunewright.storage import Changes, Record, Session, Storage, Tell
from tunewright.study.chapters import read, record_of, written
from tunewright.study.environment import environment
from tunewright.study.ledger import Claimed, Ledger
from tunewright.study.outcome import Outcome
from tunewright.study.proposal import Proposer
from tunewright.trial import Goals, TrialState
from tunewright.trial.chapters import Chapter
from tunewright.trial.columns import Array

__all__ = ["StoredLedger"]

_Suggestions = dict[int, tuple[Array, dict[str, Any]]]  # native row and configuration, by trial
_AGAIN = 8  # times that suggestions are made again because another process had the same


class StoredLedger(Ledger):
    """A ledger that writes each change to the storage first, and takes in what other processes wrote.

    The storage orders all changes by revision. Before anything is suggested the ledger has read every change
    up to the revision at which the trial's number was taken, so that a suggestion is a function of the record.
    """

    def __init__(self, space: Space, goals: Goals, proposer: Proposer, storage: Storage, name: str) -> None:
        super().__init__(space, goals, proposer)
        self.storage = storage
        self.name = name
        self._attempts: dict[int, int] = {}  # of trials that were put back into the queue
        self._session: tuple[int, int] | None = None  # process and number of its session
        self._known = 0  # revision up to which the history holds all that the storage does
        self.refresh()

    def refresh(self) -> None:
        """Take in what others wrote."""
        self._apply(self.storage.changes(self.name, self._known))

    def enter(self) -> int:
        """The number of this process's session: a new one the first time, and after a fork."""
        if self._session is None or self._session[0] != os.getpid():
            self._session = os.getpid(), self.storage.enter(self.name, environment())
        return self._session[1]

    @property
    def sessions(self) -> list[Session]:
        """See :attr:`Ledger.sessions`."""
        return self.storage.sessions(self.name)

    # -- beginning ---------------------------------------------------------------------------------

    def claim(self, count: int, limit: int | None = None) -> list[Claimed]:
        """See :meth:`Ledger.claim`; one transaction for strategies that answer at once."""
        if limit is not None:
            count = min(count, limit - self.begun)
        if count <= 0:
            return []
        taken: _Suggestions = {}
        at_once = self._at_once()

        def propose(numbers: Sequence[int], changes: Changes) -> list[dict[str, Any] | None]:
            self._apply(changes)
            allowed = len(numbers) if limit is None else max(0, limit - self.begun)
            if not at_once:  # a number that is taken now has to get a configuration later
                return [None] * self.proposer.room(self.history, np.array(numbers[:allowed], dtype=np.int64))
            taken.update(self._suggestions(numbers[:allowed]))
            return [self.history.space.config_to_json(config) for _, config in taken.values()]

        started = time.time()
        claim = self.storage.ask(self.name, count, self._known, propose, started=started, session=self.enter())
        self._apply(claim.changes)
        self._known = claim.revision
        waiting = [number for number in claim.numbers if number in claim.enqueued]
        fresh = [number for number in claim.numbers if number not in claim.enqueued]
        claimed = [self._take(number, started) for number in waiting]
        seen, written = claim.seen, claim.revision
        if fresh and not at_once:
            taken, seen, written = self._suggested_late(fresh, seen)
        for asked, (number, (row, config)) in enumerate(taken.items(), start=written - len(taken) + 1):
            self.history.open(number, TrialState.RUNNING, seen, asked, started)
            self.history.place(number, row)
            self._not_waiting(number)
            self._running.add(number)
            claimed.append((number, config))
        self.history.revision = self._known
        return claimed

    def _at_once(self) -> bool:
        """Whether the strategy answers within the transaction: it has a plan, or all but a few answers are ready."""
        strategy = self.proposer.strategy
        if strategy.prescribed:
            return True
        searched = self.history.searched
        return strategy.horizon(searched) > searched.ended

    def _take(self, number: int, started: float) -> Claimed:
        self._reopen(number, TrialState.RUNNING, started)
        self._not_waiting(number)
        self._running.add(number)
        return number, self.history.space.configs(self.history.natives[number : number + 1])[0]

    def _suggested_late(self, numbers: Sequence[int], seen: int) -> tuple[_Suggestions, int, int]:
        """Suggestions that take their time, the record they were made of, and the revision at which they were written.

        Where another process wrote the same configuration meanwhile, they are made again of the record with it, and
        that is what the trials have seen. If it fails the numbers wait for a retry.
        """
        try:
            left = _AGAIN if self.proposer.duplicates == "avoid" else 0
            while True:
                taken = self._suggestions(numbers)
                written = self.storage.place_new(self.name, self._written(taken), seen, repeats=not left)
                if written is not None:
                    self._advance(written, len(taken))
                    return taken, seen, written
                left -= 1
                self.refresh()
                seen = self._known
        except BaseException:
            for number in numbers:
                self._advance(self.storage.requeue(self.name, number))
            raise

    def _suggestions(self, numbers: Sequence[int]) -> _Suggestions:
        """Suggestions for numbers just taken, in order; fewer at the strategy's end."""
        if len(numbers) == 1:
            return self._from_ahead(numbers[0])
        natives = self.proposer.propose(self.history, np.array(numbers, dtype=np.int64))
        pairs = zip(natives, self.history.space.configs(natives), strict=True)
        return dict(zip(numbers, pairs, strict=False))

    def _from_ahead(self, number: int) -> _Suggestions:
        ahead = self._ahead
        if not ahead.holds(self.history, number):
            ahead.renew(self.history, number)
        place = number - ahead.first
        return {number: (ahead.natives[place], ahead.configs[place])} if ahead.configs else {}

    def claim_one(self, limit: int | None = None) -> Claimed | None:
        """See :meth:`Ledger.claim_one`."""
        claimed = self.claim(1, limit)
        return claimed[0] if claimed else None

    def _written(self, taken: _Suggestions) -> dict[int, dict[str, Any]]:
        space = self.history.space
        return {number: space.config_to_json(config) for number, (_, config) in taken.items()}

    def enqueue(self, natives: Array, metadata: Mapping[str, Any]) -> list[int]:
        """See :meth:`Ledger.enqueue`."""
        space = self.history.space
        configs = [space.config_to_json(config) for config in space.configs(natives)]
        numbers = self.storage.enqueue(self.name, configs, metadata=[dict(metadata) for _ in configs])
        self.refresh()
        return numbers

    def replace(
        self,
        number: int,
        outcome: Outcome,
        natives: Array,
        metadata: Mapping[str, Any],
        provided: Mapping[int, Mapping[str, Any]],
    ) -> int | None:
        """See :meth:`Ledger.replace`."""
        space = self.history.space
        config = space.config_to_json(space.configs(natives[None, :])[0])
        told = self._tell(number, outcome, time.time())
        new = self.storage.replace(self.name, told, config, dict(metadata), provided=provided)
        self.refresh()
        return new

    def requeue(self, number: int) -> None:
        """See :meth:`Ledger.requeue`."""
        revision = self.storage.requeue(self.name, number)
        super().requeue(number)
        self._attempts[number] = self._attempts.get(number, 0) + 1
        self._advance(revision)

    def pause(self, number: int) -> None:
        """See :meth:`Ledger.pause`."""
        self._need_state(number, TrialState.RUNNING)
        revision = self.storage.pause(self.name, number)
        super().pause(number)
        self._advance(revision)

    def resume(self, number: int) -> None:
        """See :meth:`Ledger.resume`."""
        self._need_state(number, TrialState.PAUSED)
        revision = self.storage.resume(self.name, number)
        super().resume(number)
        self._advance(revision)

    # -- growing -----------------------------------------------------------------------------------

    def widen(self, space: Space) -> None:
        """See :meth:`Ledger.widen`."""
        super().widen(space)
        self._advance(self.storage.update(self.name, space=space.to_json()))

    def reshape(self, change: Callable[[Space], Space], assumed: Mapping[str, Any]) -> None:
        """See :meth:`Ledger.reshape`. Where others wrote meanwhile it is made again of what they left."""
        self.refresh()
        while True:
            history = self.history
            search = change(history.search_space)
            record = record_of(history.space, search)
            text = written(history, record, search, assumed, self._known + 1)
            revision = self.storage.reshape(self.name, text, self._known)
            if revision is not None:
                self._turn(record, Chapter(revision, search, assumed))
                self._advance(revision)
                return
            self.refresh()

    def place(self, number: int, natives: Array) -> None:
        """See :meth:`Ledger.place`."""
        super().place(number, natives)
        space = self.history.space
        config = space.config_to_json(space.configs(natives[None, :])[0])
        self._advance(self.storage.place(self.name, {number: config}))

    # -- ending ------------------------------------------------------------------------------------

    def finish(self, number: int, outcome: Outcome) -> None:
        """See :meth:`Ledger.finish`; acknowledged once the storage has it."""
        finished = time.time()
        tell = self._tell(number, outcome, finished)
        revision = self.storage.tell_many(self.name, [tell])
        self._close(number, outcome, revision, finished)
        self._advance(revision)

    def finish_many(self, outcomes: list[tuple[int, Outcome]]) -> None:
        """See :meth:`Ledger.finish_many`; one transaction."""
        finished = time.time()
        self.storage.tell_many(self.name, [self._tell(number, outcome, finished) for number, outcome in outcomes])
        self.refresh()

    def _tell(self, number: int, outcome: Outcome, finished: float) -> Tell:
        state, values, error, notes, sems = outcome
        outputs = self.history.goals.outputs
        there = state == TrialState.COMPLETE or any(value == value for value in values)
        return Tell(
            number=number,
            state=int(state),
            values=dict(zip(outputs, values, strict=True)) if there else {},
            finished=finished,
            sem=None if sems is None else {k: v for k, v in zip(outputs, sems, strict=True) if v == v},
            error=error,
            metadata=dict(notes) if notes else None,
        )

    def report(self, number: int, step: int, metrics: Mapping[str, float]) -> int:
        """See :meth:`Ledger.report`. What others wrote before it joins the record first."""
        self.need_unfinished(number)
        reports = self.history.reports
        revision = self.storage.report(self.name, number, step, metrics)
        if revision != self._known + 1:
            self.refresh()
        else:
            reports.add(number, step, metrics, revision)
        self._advance(revision)
        return reports.row(number, step)

    def annotate(self, number: int, notes: Mapping[str, Any]) -> None:
        """See :meth:`Ledger.annotate`."""
        super().annotate(number, notes)
        self._advance(self.storage.annotate(self.name, number, dict(notes)))

    def alone(self, act: Callable[[], object]) -> None:
        """See :meth:`Ledger.alone`."""

        def informed(changes: Changes) -> None:
            self._apply(changes)
            act()

        self.storage.alone(self.name, self._known, informed)

    # -- reading -----------------------------------------------------------------------------------

    def _advance(self, revision: int, count: int = 1) -> None:
        """After ``count`` writes of our own: if nothing of others came between, there is nothing to read back."""
        if revision == self._known + count:
            self._known = revision
        self.history.revision = self._known

    def _apply(self, changes: Changes) -> None:
        if changes.header is not None:
            self._grow(changes.header.space)
        records = changes.records
        placed = [record for record in records if record.config is not None]
        rows = _natives(self.history.space, [record.config or {} for record in placed])
        natives = dict(zip([record.number for record in placed], rows, strict=True))
        for record in sorted(records, key=lambda r: r.told or r.revision):
            self._apply_record(record, natives.get(record.number))
        for report in changes.reports:
            known = self.history.reports.has(report.number, report.step)
            if report.attempt == self._attempts.get(report.number, 0) and not known:
                self.history.reports.add(report.number, report.step, report.metrics, report.revision)
        self._known = self.history.revision = max(self._known, changes.revision)

    def _grow(self, text: str) -> None:
        theirs = Space.from_json(text, like=self.history.space)
        chapters = read(text, self.history.space)
        if chapters:
            if fresh := chapters[len(self.history.chapters) :]:
                self._turn(theirs, *fresh)
            return
        space = self.history.space
        for name in theirs.names:
            space = space.extended(name, theirs[name]) if name not in space or space[name] != theirs[name] else space
        if space != self.history.space:
            super().widen(space)

    def _apply_record(self, record: Record, natives: Array | None) -> None:
        history, number = self.history, record.number
        if number < history.n and history.told[number]:
            history.note(number, record.metadata)
            return
        if record.attempt > self._attempts.get(number, 0):
            self._attempts[number] = record.attempt
            history.reports.forget(number)
        history.open(number, record.state, record.seen, record.asked, record.started or 0.0)
        if natives is not None:
            history.place(number, natives)
            self._ahead.revised(number)
        if record.metadata:
            history.note(number, record.metadata)
        if record.metadata.get("enqueued") and number not in history.enqueued:
            bisect.insort(history.enqueued, number)
        if record.state == TrialState.WAITING and number not in self._waiting:
            bisect.insort(self._waiting, number)
        if record.state != TrialState.WAITING:
            self._not_waiting(number)
        if record.told:
            outputs = history.goals.outputs
            sems = None if record.sem is None else _row(outputs, record.sem)
            ended = (record.state, _row(outputs, record.values), record.error, None, sems)
            self._close(number, ended, record.told, record.finished or 0.0)


def _row(names: Sequence[str], known: Mapping[str, float]) -> list[float]:
    return [float(known.get(name, np.nan)) for name in names]


def _natives(space: Space, written: Sequence[Mapping[str, Any]]) -> Array:
    """Native rows of configurations as the storage has them, shape (n, d).

    Parameters that a trial does not have are NaN: unlike a caller's configuration, a recorded one may lack names that
    the space has met since.
    """
    configs = [space.config_from_json(config) for config in written]
    natives = np.full((len(configs), space.dimension), np.nan)
    for j, name in enumerate(space.names):
        having = [i for i, config in enumerate(configs) if name in config]
        if having:
            natives[having, j] = space[name].column([configs[i][name] for i in having])
    return natives
