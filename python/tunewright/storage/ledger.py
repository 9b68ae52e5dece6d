"""One study in memory: a row a trial, and a log that says which row each revision changed.

Rows are tuples that are exchanged whole, after the log has grown. A Ctrl-C between the two leaves a revision that
changed nothing, never half a row.
"""

from __future__ import annotations

__all__ = ["Ledger", "Row", "copied"]

import time
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import index
from typing import Any, NamedTuple

from tunewright.storage import refusal
from tunewright.storage.encoding import SCALARS, plain_copy
from tunewright.storage.record import Changes, Header, Record, Report
from tunewright.storage.sessions import Session
from tunewright.trial.state import FINAL, TrialState

Packed = tuple[Any, ...]
"""A dict as one tuple: its keys (a tuple shared by all dicts of the same keys), then its values."""

_HEADER = -1  # in the log: the header changed. A number >= 0 is a trial; -2, -3, ... are reports 0, 1, ...


class Extras(NamedTuple):
    """What most trials do not have."""

    sem: Packed | None = None
    error: str | None = None
    metadata: dict[str, Any] | None = None
    attempt: int = 0


class Row(NamedTuple):
    """One trial, packed: about 0.6 kB with five parameters."""

    state: int
    config: Packed | None
    values: Packed | None
    started: float | None
    finished: float | None
    seen: int
    asked: int
    told: int
    revision: int
    extras: Extras | None


_NO_EXTRAS = Extras()
_new_row = partial(tuple.__new__, Row)  # Row(...) without its keyword handling: three times faster


class Ledger:
    """The rows, the log and the reports of one study. Not thread-safe: ``Memory`` holds the locks."""

    __slots__ = ("_keys", "_log", "_reports", "_rows", "_steps", "_waiting", "header", "runs", "sessions")

    def __init__(self, header: Header) -> None:
        self.header = header
        self._log = array("q", [0, _HEADER])  # revision 0 is before everything, revision 1 the creation
        self._rows: list[Row] = []
        self._reports: list[tuple[int, int, Packed, int, int]] = []
        self._steps: set[tuple[int, int, int]] = set()
        self._waiting: list[int] = []  # sorted; may still hold numbers that wait no longer
        self._keys: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.sessions: list[Session] = []
        self.runs: dict[int, int] = {}  # trial -> the session that began it last

    @property
    def revision(self) -> int:
        """The latest revision."""
        return len(self._log) - 1

    def row(self, number: int) -> Row:
        """The row of a trial."""
        number = index(number)
        if not 0 <= number < len(self._rows):
            raise refusal.unknown_trial(self.header.name, number, len(self._rows))
        return self._rows[number]

    def unfinished(self, number: int) -> Row:
        """The row of a trial that has not ended."""
        rows = self._rows
        row = rows[number] if 0 <= number < len(rows) else self.row(number)
        if row[0] in FINAL:
            raise refusal.finished(self.header.name, number, row.state, _unpacked(row.values))
        return row

    def describe(self, header: Header) -> int:
        """Exchange the header."""
        self._log.append(_HEADER)
        self.header = header
        return self.revision

    def enter(self, environment: dict[str, Any]) -> int:
        """A new session; returns its number."""
        self.sessions.append(Session(len(self.sessions), time.time(), environment))
        return len(self.sessions) - 1

    def entered(self) -> list[Session]:
        """All sessions by number."""
        trials: dict[int, list[int]] = {}
        for trial, session in sorted(self.runs.items()):
            trials.setdefault(session, []).append(trial)
        return [
            replace(one, environment=plain_copy(one.environment, ""), trials=tuple(trials.get(one.number, ())))
            for one in self.sessions
        ]

    def available(self, count: int) -> tuple[list[int], Sequence[int]]:
        """Up to ``count`` numbers that can be claimed: those with a configuration, those that need one."""
        rows = self._rows
        if not self._waiting:
            return [], range(len(rows), len(rows) + count)
        taken: list[int] = []
        looked = 0
        for number in self._waiting:
            if len(taken) == count:
                break
            looked += 1
            if rows[number].state == TrialState.WAITING:
                taken.append(number)
        self._waiting[:looked] = taken  # forget those that wait no longer
        ready = [number for number in taken if rows[number].config is not None]
        bare = [number for number in taken if rows[number].config is None]
        fresh = range(len(rows), len(rows) + count - len(taken))
        return ready, [*bare, *fresh] if bare else fresh

    def claim(
        self, ready: list[int], wanted: Sequence[int], configs: Sequence[Mapping[str, Any] | None], started: float
    ) -> tuple[list[int], dict[int, dict[str, Any]]]:
        """Let the first ``len(configs)`` of the wanted numbers run, and all that are ready."""
        seen = len(self._log) - 1
        old = len(self._rows)
        packed = [None if config is None else self._packed(config, "config") for config in configs]
        if not ready and (not wanted or wanted[0] >= old):  # nothing was waiting: the usual case
            self._append(TrialState.RUNNING, packed, started, seen)
            return list(range(old, old + len(packed))), {}
        bare = [number for number in wanted[: len(packed)] if number < old]
        again = self._claim_again(ready, dict(zip(bare, packed, strict=False)), started)
        self._append(TrialState.RUNNING, packed[len(bare) :], started, seen)
        enqueued = {number: plain_copy(_unpacked(self._rows[number].config), "config") for number in ready}
        return [*again, *wanted[len(bare) : len(packed)]], enqueued

    def _claim_again(self, ready: list[int], suggested: dict[int, Packed | None], started: float) -> list[int]:
        seen = self.revision
        numbers = sorted([*ready, *suggested])
        rows = []
        for revision, number in enumerate(numbers, seen + 1):
            row = self._rows[number]._replace(state=TrialState.RUNNING, started=started, revision=revision)
            if number in suggested:  # its suggestion is made now
                config = suggested[number]
                row = row._replace(config=config, seen=seen, asked=0 if config is None else revision)
            rows.append(row)
        self.exchange(numbers, rows)
        return numbers

    def enqueue(
        self, configs: Sequence[Mapping[str, Any]], metadata: Sequence[Mapping[str, Any] | None] | None
    ) -> list[int]:
        """New waiting rows."""
        packed: list[Packed | None] = [self._packed(config, "config") for config in configs]
        notes = None if metadata is None else [plain_copy(note, "metadata") if note else None for note in metadata]
        numbers = list(range(len(self._rows), len(self._rows) + len(packed)))
        self._append(TrialState.WAITING, packed, None, self.revision, notes)
        self._waiting += numbers  # new numbers are the highest: still sorted
        return numbers

    def replace(self, number: int, row: Row, config: Mapping[str, Any], metadata: Mapping[str, Any]) -> int:
        """The last row of one trial, and a new waiting one; nothing has changed if this raises."""
        packed, notes = self._packed(config, "config"), plain_copy(metadata, "metadata")
        self.exchange_one(number, row)
        return self.enqueue([dict(zip(packed[0], packed[1:], strict=True))], [notes])[0]

    def placed(
        self,
        number: int,
        revision: int,
        config: Mapping[str, Any],
        metadata: Mapping[str, Any] | None,
        seen: int | None = None,
    ) -> Row:
        """The row with its configuration, and what was ``seen`` if this is its first."""
        row = self.unfinished(number)
        if seen is not None and not row.asked:
            row = row._replace(seen=seen)
        row = row._replace(config=self._packed(config, "config"), asked=row.asked or revision, revision=revision)
        return _annotated(row, metadata) if metadata else row

    def taken_since(self, since: int, rows: list[Row]) -> bool:
        """Whether a trial got the configuration of one of ``rows`` after revision ``since``."""
        wanted = [row.config for row in rows]
        changed = {entry for entry in self._log[max(since, 0) + 1 :] if 0 <= entry < len(self._rows)}
        return any(self._rows[number].asked > since and self._rows[number].config in wanted for number in changed)

    def finished(
        self,
        number: int,
        revision: int,
        state: int,
        values: Mapping[str, float],
        finished: float,
        sem: Mapping[str, float] | None,
        error: str | None,
        metadata: Mapping[str, Any] | None,
    ) -> Row:
        """The row at its end."""
        if state not in FINAL:
            refusal.check_final(state)
        old = self.unfinished(number)
        extras = old.extras
        if sem is not None or error is not None:
            errors = None if sem is None else self._numbers(sem, "sem")
            extras = (extras or _NO_EXTRAS)._replace(sem=errors, error=error)
        numbers = self._numbers(values, "values") if values else None
        row = _new_row((state, old[1], numbers, old[3], finished, old[5], old[6], revision, revision, extras))
        return _annotated(row, metadata) if metadata else row

    def annotated(self, number: int, revision: int, metadata: Mapping[str, Any]) -> Row:
        """The row with more metadata."""
        return _annotated(self.row(number)._replace(revision=revision), metadata)

    def still(self, number: int, values: Mapping[str, Any]) -> bool:
        """Whether a trial's metadata has these values."""
        notes = (self.row(number).extras or _NO_EXTRAS).metadata or {}
        return all(key in notes and notes[key] == value for key, value in values.items())

    def requeue(self, number: int) -> int:
        """Back to waiting, as a new attempt."""
        row = self.unfinished(number)
        if row.state == TrialState.WAITING:
            raise refusal.already_waiting(self.header.name, number)
        extras = row.extras or _NO_EXTRAS
        extras = extras._replace(attempt=extras.attempt + 1)
        return self._wait(number, row._replace(extras=extras))

    def pause(self, number: int) -> int:
        """A running trial is set aside."""
        row = self._in_state(number, TrialState.RUNNING)
        return self.exchange_one(number, row._replace(state=TrialState.PAUSED, revision=self.revision + 1))

    def resume(self, number: int) -> int:
        """A paused trial waits to go on, in the same attempt."""
        return self._wait(number, self._in_state(number, TrialState.PAUSED))

    def _in_state(self, number: int, wanted: int) -> Row:
        row = self.unfinished(number)
        if row.state != wanted:
            raise refusal.misplaced(self.header.name, number, row.state, wanted)
        return row

    def _wait(self, number: int, row: Row) -> int:
        place = bisect_left(self._waiting, number)
        if self._waiting[place : place + 1] != [number]:  # it may still be there from before it was claimed
            self._waiting.insert(place, number)
        return self.exchange_one(number, row._replace(state=TrialState.WAITING, revision=self.revision + 1))

    def exchange(self, numbers: list[int], rows: list[Row]) -> int:
        """Put changed rows, stamped with the next revisions, in place of the old ones."""
        self._log.extend(numbers)
        for number, row in zip(numbers, rows, strict=True):
            self._rows[number] = row
        return len(self._log) - 1

    def exchange_one(self, number: int, row: Row) -> int:
        """The same for one row."""
        self._log.append(number)
        self._rows[number] = row
        return len(self._log) - 1

    def report(self, number: int, step: int, metrics: Mapping[str, float]) -> int:
        """One more report of an unfinished trial."""
        extras = self.unfinished(number).extras
        attempt = extras.attempt if extras else 0
        key = (number, attempt, step)
        if key in self._steps:
            raise refusal.repeated_step(self.header.name, number, step)
        packed = self._numbers(metrics, "metrics")
        self._log.append(-2 - len(self._reports))
        self._reports.append((number, step, packed, self.revision, attempt))
        self._steps.add(key)
        return self.revision

    def changes(self, since: int) -> Changes:
        """All that happened after ``since``: one look at each later entry of the log."""
        changes = Changes(len(self._log) - 1, [], [])
        if since >= changes.revision:
            return changes
        rows = self._rows
        start = max(since, 0) + 1
        for revision, entry in enumerate(self._log[start:], start):
            if entry >= 0:
                if entry < len(rows) and rows[entry].revision == revision:
                    changes.records.append(_record(entry, rows[entry]))
            elif entry == _HEADER:
                changes.header = copied(self.header)
            else:
                changes.reports += self._reported(-2 - entry, revision)
        return changes

    def _reported(self, position: int, revision: int) -> list[Report]:
        if position >= len(self._reports):
            return []
        number, step, metrics, at, attempt = self._reports[position]
        return [Report(number, step, _unpacked(metrics), at, attempt)] if at == revision else []

    def _append(
        self,
        state: int,
        configs: list[Packed | None],
        started: float | None,
        seen: int,
        metadata: list[dict[str, Any] | None] | None = None,
    ) -> None:
        new = _new_row
        rows = [
            new((state, config, None, started, None, seen, 0 if config is None else at, 0, at, None))
            for at, config in enumerate(configs, len(self._log))
        ]
        if metadata is not None:
            rows = [
                row._replace(extras=Extras(metadata=note)) if note else row
                for row, note in zip(rows, metadata, strict=True)
            ]
        self._log.extend(range(len(self._rows), len(self._rows) + len(rows)))
        self._rows += rows

    def _packed(self, value: Mapping[str, Any], what: str) -> Packed:
        if not SCALARS.issuperset(map(type, value.values())):
            value = plain_copy(value, what)
        keys = tuple(value)
        return (self._keys.setdefault(keys, keys), *value.values())

    def _numbers(self, values: Mapping[str, float], what: str) -> Packed:
        try:
            numbers = tuple(map(float, values.values()))
        except (TypeError, ValueError) as error:
            raise TypeError(f"{what} must map names to numbers: {error}") from None
        keys = tuple(values)
        return (self._keys.setdefault(keys, keys), *numbers)


def copied(header: Header) -> Header:
    """The header, sharing nothing that could change."""
    return replace(
        header,
        objectives=dict(header.objectives),
        strategy=plain_copy(header.strategy, "strategy"),
        options=plain_copy(header.options, "options"),
    )


def _unpacked(packed: Packed | None) -> dict[str, Any]:
    return {} if packed is None else dict(zip(packed[0], packed[1:], strict=True))


def _annotated(row: Row, metadata: Mapping[str, Any]) -> Row:
    extras = row.extras or _NO_EXTRAS
    merged = {**(extras.metadata or {}), **plain_copy(metadata, "metadata")}
    return row._replace(extras=extras._replace(metadata=merged))


def _record(number: int, row: Row) -> Record:
    extras = row.extras or _NO_EXTRAS
    return Record(
        number,
        row.state,
        None if row.config is None else plain_copy(_unpacked(row.config), "config"),
        _unpacked(row.values),
        None if extras.sem is None else _unpacked(extras.sem),
        extras.error,
        plain_copy(extras.metadata, "metadata") if extras.metadata else {},
        row.started,
        row.finished,
        row.seen,
        row.asked,
        row.told,
        row.revision,
        extras.attempt,
    )
