"""A storage in one SQLite file: what is acknowledged survives kill -9, and any number of processes may share it."""

from __future__ import annotations

__all__ = ["Sqlite"]

import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from operator import index
from typing import Any

from tunewright.errors import StudyNotFoundError
from tunewright.storage import refusal, rows, sessions
from tunewright.storage.connection import Connection, Durability
from tunewright.storage.encoding import numbers_to_text, object_from_text, object_to_text
from tunewright.storage.protocol import Propose
from tunewright.storage.record import STATES, Changes, Claim, Header, Tell, amended
from tunewright.trial.state import FINAL, TrialState

_Told = tuple[int, tuple[Any, ...], Mapping[str, Any] | None]
_RUNNING, _WAITING = STATES[TrialState.RUNNING], STATES[TrialState.WAITING]


class Sqlite:
    """Studies in one file.

    Args:
        path: the file; made if it is missing. Keep it on a local disk.
        durability: "process" (default): an acknowledged change survives the death of any process; a power cut may cost
            the last moments. "power": it survives a power cut too, for one disk sync a change.
        readonly: only read; never makes or changes a file.

    Raises:
        StorageError: the place cannot be used; the message says why and what to do.
        DamagedFileError: the file is not a study file, or damaged. It is left as it is.
        NewerFileError: a newer version wrote it.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, durability: Durability = "process", readonly: bool = False
    ) -> None:
        self._connection = Connection(path, durability=durability, readonly=readonly)
        self._studies: dict[str, int] = {}

    @property
    def path(self) -> str:
        """The file, as an absolute path."""
        return str(self._connection.path)

    def create(self, header: Header) -> Header:
        """See ``Storage.create``."""
        row = rows.from_header(header)
        with self._connection.write() as cursor:
            there = cursor.execute(rows.SELECT_HEADER + " WHERE name = ?", (header.name,)).fetchone()
            if there is None:
                cursor.execute(rows.INSERT_HEADER, (*row, 1))
                there = cursor.execute(rows.SELECT_HEADER + " WHERE name = ?", (header.name,)).fetchone()
        found = rows.to_header(there)
        if error := refusal.different_study(found, header, self.path):
            raise error
        self._studies[header.name] = there[0]
        return found

    def header(self, name: str) -> Header:
        """See ``Storage.header``."""
        row = self._connection.read(
            lambda cursor: cursor.execute(rows.SELECT_HEADER + " WHERE name = ?", (name,)).fetchone()
        )
        if row is None:
            self._studies.pop(name, None)
            raise refusal.unknown_study(name, self.names(), self.path)
        self._studies[name] = row[0]
        return rows.to_header(row)

    def names(self) -> list[str]:
        """See ``Storage.names``."""
        return self._connection.read(rows.names)

    def delete(self, name: str) -> None:
        """See ``Storage.delete``."""
        with self._connection.write() as cursor:
            study = self._study(cursor, name)
            for table in ("runs", "sessions", "reports", "trials"):
                cursor.execute(f"DELETE FROM {table} WHERE study = ?", (study,))
            cursor.execute("DELETE FROM studies WHERE id = ?", (study,))
        self._studies.pop(name, None)

    def update(
        self,
        name: str,
        *,
        space: str | None = None,
        options: Mapping[str, Any] | None = None,
        strategy: Mapping[str, Any] | None = None,
    ) -> int:
        """See ``Storage.update``."""
        with self._connection.write() as cursor:
            study, revision, _ = self._position(cursor, name)
            return rows.rewrite(cursor, study, revision, space=space, options=options, strategy=strategy)

    def amend(
        self, name: str, *, notes: Mapping[str, Any] | None = None, options: Mapping[str, Any] | None = None
    ) -> int:
        """See ``Storage.amend``."""
        with self._connection.write() as cursor:
            study, revision, _ = self._position(cursor, name)
            merged = amended(rows.options(cursor, study), notes, options)
            return rows.rewrite(cursor, study, revision, options=merged)

    def reshape(self, name: str, space: str, since: int) -> int | None:
        """See ``Storage.reshape``."""
        with self._connection.write() as cursor:
            study, revision, _ = self._position(cursor, name)
            return rows.rewrite(cursor, study, revision, space=space) if revision == since else None

    def ask(
        self,
        name: str,
        count: int,
        since: int,
        propose: Propose | None = None,
        *,
        started: float | None = None,
        session: int | None = None,
    ) -> Claim:
        """See ``Storage.ask``."""
        refusal.check_count(count)
        with self._connection.write() as cursor:
            study, seen, trials = self._position(cursor, name)
            changes = rows.changes(cursor, study, since, seen)
            waiting: dict[int, str | None] = dict(cursor.execute(rows.SELECT_WAITING, (study, count)).fetchall())
            bare = [number for number, config in waiting.items() if config is None]
            fresh = range(trials, trials + count - len(waiting))
            wanted: Sequence[int] = [*bare, *fresh] if bare else fresh
            configs = propose(wanted, changes) if propose and wanted else [None] * len(wanted)
            refusal.check_proposed(configs, wanted)
            texts = [None if config is None else object_to_text(config, "config") for config in configs]
            now = time.time() if started is None else started
            enqueued = {number: object_from_text(text) for number, text in waiting.items() if text is not None}
            again = sorted([*enqueued, *bare[: len(texts)]])
            suggested = dict(zip(bare, texts, strict=False))
            revision = seen
            for number in again:
                revision += 1
                text = suggested.get(number)
                if number in suggested:  # its suggestion is made now
                    asked = revision if text is not None else 0
                    cursor.execute(rows.UPDATE_SUGGESTED, (text, seen, asked, study, number))
                cursor.execute(rows.UPDATE_STATE, (_RUNNING, now, revision, study, number))
            texts = texts[len(suggested) :]
            insert = [
                (study, number, _RUNNING, text, None, now, seen, at if text is not None else 0, at)
                for number, text, at in zip(fresh, texts, range(revision + 1, revision + 1 + count), strict=False)
            ]
            cursor.executemany(rows.INSERT_TRIAL, insert)
            numbers = [*again, *fresh[: len(insert)]]
            sessions.began(cursor, study, numbers, session)
        return Claim(numbers, enqueued, seen, revision + len(insert), changes)

    def place(
        self,
        name: str,
        configs: Mapping[int, Mapping[str, Any]],
        *,
        metadata: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> int:
        """See ``Storage.place``."""
        notes = metadata or {}
        texts = {index(number): object_to_text(config, "config") for number, config in configs.items()}
        with self._connection.write() as cursor:
            revision = self._place(cursor, name, texts)
            for number, note in notes.items():
                if note and number in texts:
                    rows.merge(cursor, self._study(cursor, name), number, note)
            return revision

    def place_new(
        self, name: str, configs: Mapping[int, Mapping[str, Any]], since: int, *, repeats: bool = False
    ) -> int | None:
        """See ``Storage.place_new``."""
        texts = {index(number): object_to_text(config, "config") for number, config in configs.items()}
        with self._connection.write() as cursor:
            study = self._study(cursor, name)
            taken = (cursor.execute(rows.SELECT_TAKEN, (study, since, since, text)) for text in texts.values())
            if not repeats and any(found.fetchone() for found in taken):
                return None
            cursor.executemany(rows.UPDATE_SEEN, [(since, study, number) for number in texts])
            return self._place(cursor, name, texts)

    def _place(self, cursor: sqlite3.Cursor, name: str, texts: Mapping[int, str]) -> int:
        study, revision, trials = self._position(cursor, name)
        for number, text in texts.items():
            revision += 1
            cursor.execute(rows.UPDATE_PLACED, (text, revision, revision, study, number))
            if not cursor.rowcount:
                self._check_unfinished(cursor, name, study, number, trials)
        return revision

    def tell(
        self,
        name: str,
        number: int,
        *,
        state: int,
        values: Mapping[str, float],
        finished: float,
        sem: Mapping[str, float] | None = None,
        error: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> int:
        """See ``Storage.tell``."""
        return self.tell_many(name, (Tell(number, state, values, finished, sem, error, metadata),))

    def tell_many(self, name: str, tells: Sequence[Tell]) -> int:
        """See ``Storage.tell_many``."""
        told = [(index(tell.number), rows.from_tell(tell), tell.metadata) for tell in tells]
        with self._connection.write() as cursor:
            return self._end(cursor, name, told)

    def _end(self, cursor: sqlite3.Cursor, name: str, told: Sequence[_Told]) -> int:
        study, revision, trials = self._position(cursor, name)
        for number, row, metadata in told:
            revision += 1
            cursor.execute(rows.UPDATE_TOLD, (*row, revision, revision, study, number))
            if not cursor.rowcount:
                self._check_unfinished(cursor, name, study, number, trials)
            if metadata:
                rows.merge(cursor, study, number, metadata)
        return revision

    def report(self, name: str, number: int, step: int, metrics: Mapping[str, float]) -> int:
        """See ``Storage.report``."""
        number, step = index(number), index(step)
        text = numbers_to_text(metrics, "metrics")
        with self._connection.write() as cursor:
            study, revision, trials = self._position(cursor, name)
            attempt = self._check_unfinished(cursor, name, study, number, trials)[1]
            try:
                cursor.execute(rows.INSERT_REPORT, (study, number, attempt, step, text, revision + 1))
            except sqlite3.IntegrityError:
                raise refusal.repeated_step(name, number, step) from None
            return revision + 1

    def annotate(self, name: str, number: int, metadata: Mapping[str, Any]) -> int:
        """See ``Storage.annotate``."""
        number = index(number)
        with self._connection.write() as cursor:
            study, revision, trials = self._position(cursor, name)
            cursor.execute(rows.UPDATE_REVISION, (revision + 1, study, number))
            if not cursor.rowcount:
                raise refusal.unknown_trial(name, number, trials)
            rows.merge(cursor, study, number, metadata)
            return revision + 1

    def enqueue(
        self,
        name: str,
        configs: Sequence[Mapping[str, Any]],
        *,
        metadata: Sequence[Mapping[str, Any] | None] | None = None,
    ) -> list[int]:
        """See ``Storage.enqueue``."""
        refusal.check_notes(configs, metadata)
        texts = [object_to_text(config, "config") for config in configs]
        notes = [object_to_text(note, "metadata") if note else None for note in metadata or [None] * len(texts)]
        with self._connection.write() as cursor:
            return self._queue(cursor, name, texts, notes)

    def _queue(self, cursor: sqlite3.Cursor, name: str, texts: Sequence[str], notes: Sequence[str | None]) -> list[int]:
        study, seen, trials = self._position(cursor, name)
        numbers = list(range(trials, trials + len(texts)))
        insert = [
            (study, number, _WAITING, text, note, None, seen, at, at)
            for number, text, note, at in zip(
                numbers, texts, notes, range(seen + 1, seen + 1 + len(texts)), strict=True
            )
        ]
        cursor.executemany(rows.INSERT_TRIAL, insert)
        return numbers

    def replace(
        self,
        name: str,
        tell: Tell,
        config: Mapping[str, Any],
        metadata: Mapping[str, Any],
        *,
        provided: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> int | None:
        """See ``Storage.replace``."""
        told = index(tell.number), rows.from_tell(tell), tell.metadata
        text, note = object_to_text(config, "config"), object_to_text(metadata, "metadata")
        with self._connection.write() as cursor:
            if provided and not rows.still(cursor, self._position(cursor, name)[0], provided):
                return None
            self._end(cursor, name, [told])
            return self._queue(cursor, name, [text], [note])[0]

    def requeue(self, name: str, number: int) -> int:
        """See ``Storage.requeue``."""
        number = index(number)
        with self._connection.write() as cursor:
            study, revision, trials = self._position(cursor, name)
            state, attempt = self._check_unfinished(cursor, name, study, number, trials)
            if state == _WAITING:
                raise refusal.already_waiting(name, number)
            cursor.execute(rows.UPDATE_REQUEUED, (_WAITING, attempt + 1, revision + 1, study, number))
            return revision + 1

    def pause(self, name: str, number: int) -> int:
        """See ``Storage.pause``."""
        return self._move(name, index(number), TrialState.RUNNING, TrialState.PAUSED)

    def resume(self, name: str, number: int) -> int:
        """See ``Storage.resume``."""
        return self._move(name, index(number), TrialState.PAUSED, TrialState.WAITING)

    def _move(self, name: str, number: int, wanted: int, then: int) -> int:
        """Take a trial from one state to another; its attempt stays."""
        with self._connection.write() as cursor:
            study, revision, trials = self._position(cursor, name)
            state, _ = self._check_unfinished(cursor, name, study, number, trials)
            if state != STATES[wanted]:
                raise refusal.misplaced(name, number, STATES.index(state), wanted)
            cursor.execute(rows.UPDATE_MOVED, (STATES[then], revision + 1, study, number))
            return revision + 1

    def changes(self, name: str, since: int) -> Changes:
        """See ``Storage.changes``."""

        def query(cursor: sqlite3.Cursor) -> Changes:
            study, revision, _ = self._position(cursor, name)
            return rows.changes(cursor, study, since, revision)

        return self._connection.read(query)

    def alone(self, name: str, since: int, act: Callable[[Changes], None]) -> None:
        """See ``Storage.alone``."""
        with self._connection.write() as cursor:
            study, revision, _ = self._position(cursor, name)
            act(rows.changes(cursor, study, since, revision))

    def enter(self, name: str, environment: Mapping[str, Any]) -> int:
        """See ``Storage.enter``."""
        with self._connection.write() as cursor:
            return sessions.enter(cursor, self._position(cursor, name)[0], environment)

    def sessions(self, name: str) -> list[sessions.Session]:
        """See ``Storage.sessions``."""
        return self._connection.read(lambda cursor: sessions.read(cursor, self._position(cursor, name)[0]))

    def close(self) -> None:
        """See ``Storage.close``."""
        self._connection.close()

    def __reduce__(self) -> tuple[Any, ...]:
        connection = self._connection
        return _reopened, (str(connection.path), connection.durability, connection.readonly)

    def __repr__(self) -> str:
        return f"Sqlite({self.path!r})"

    def _study(self, cursor: sqlite3.Cursor, name: str) -> int:
        study = self._studies.get(name)
        if study is None:
            row = cursor.execute("SELECT id FROM studies WHERE name = ?", (name,)).fetchone()
            if row is None:
                raise refusal.unknown_study(name, rows.names(cursor), self.path)
            study = self._studies[name] = row[0]
        return study

    def _position(self, cursor: sqlite3.Cursor, name: str) -> tuple[int, int, int]:
        """The study's id, revision and number of trials."""
        study = self._study(cursor, name)
        row = cursor.execute(rows.SELECT_POSITION, (study,)).fetchone()
        if row is None:  # deleted by another process; a new study of that name would be another study
            self._studies.pop(name, None)
            raise StudyNotFoundError(f"study {name!r} was deleted from {self.path} while it was in use")
        return study, row[0], row[1]

    def _check_unfinished(
        self, cursor: sqlite3.Cursor, name: str, study: int, number: int, trials: int
    ) -> tuple[str, int]:
        """The state and the attempt of a trial; raises if it is not there or has ended."""
        row = cursor.execute(rows.SELECT_STATE, (study, number)).fetchone()
        if row is None:
            raise refusal.unknown_trial(name, number, trials)
        state = STATES.index(row[0])
        if state in FINAL:
            raise refusal.finished(name, number, state, rows.to_numbers(row[2]) or {})
        return row[0], row[1]


def _reopened(path: str, durability: Durability, readonly: bool) -> Sqlite:  # noqa: FBT001  pickle passes positions
    return Sqlite(path, durability=durability, readonly=readonly)
