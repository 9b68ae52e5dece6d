"""A storage that lives and ends with the process."""

from __future__ import annotations

__all__ = ["Memory"]

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import index
from threading import Lock, RLock
from typing import Any, NoReturn

from tunewright.errors import StorageError
from tunewright.storage import refusal
from tunewright.storage.encoding import plain_copy
from tunewright.storage.ledger import Ledger, Row, copied
from tunewright.storage.protocol import Propose
from tunewright.storage.record import Changes, Claim, Header, Tell, amended
from tunewright.storage.sessions import Session


class Memory:
    """Studies in plain Python objects: the fastest storage, shared by the threads of one process, gone at its end.

    Two locks: ``_write`` makes a change one step (``propose`` runs under it), ``_state`` is held only for the moment in
    which rows are read or exchanged, so that ``changes`` never waits for a slow ``propose``.
    """

    def __init__(self) -> None:
        self._ledgers: dict[str, Ledger] = {}
        self._write = RLock()
        self._state = Lock()
        self._proposing = False
        self._closed = False

    def create(self, header: Header) -> Header:
        """See ``Storage.create``."""
        header = copied(header)
        with self._write, self._state:
            self._check_open()
            if self._proposing:
                raise refusal.nested()
            ledger = self._ledgers.get(header.name)
            if ledger is None:
                self._ledgers[header.name] = ledger = Ledger(header)
            elif error := refusal.different_study(ledger.header, header, "this memory"):
                raise error
            return copied(ledger.header)

    def header(self, name: str) -> Header:
        """See ``Storage.header``."""
        with self._state:
            return copied(self._ledger(name).header)

    def names(self) -> list[str]:
        """See ``Storage.names``."""
        with self._state:
            self._check_open()
            return list(self._ledgers)

    def delete(self, name: str) -> None:
        """See ``Storage.delete``."""
        with self._write, self._state:
            self._writable(name)
            del self._ledgers[name]

    def update(
        self,
        name: str,
        *,
        space: str | None = None,
        options: Mapping[str, Any] | None = None,
        strategy: Mapping[str, Any] | None = None,
    ) -> int:
        """See ``Storage.update``."""
        parts = {"space": space, "options": options, "strategy": strategy}
        given = {part: value for part, value in parts.items() if value is not None}
        with self._write, self._state:
            ledger = self._writable(name)
            return ledger.describe(copied(replace(ledger.header, **given)))  # type: ignore[arg-type]

    def amend(
        self, name: str, *, notes: Mapping[str, Any] | None = None, options: Mapping[str, Any] | None = None
    ) -> int:
        """See ``Storage.amend``."""
        with self._write, self._state:
            ledger = self._writable(name)
            merged = amended(ledger.header.options, notes, options)
            return ledger.describe(copied(replace(ledger.header, options=merged)))

    def reshape(self, name: str, space: str, since: int) -> int | None:
        """See ``Storage.reshape``."""
        with self._write, self._state:
            ledger = self._writable(name)
            if ledger.revision != since:
                return None
            return ledger.describe(copied(replace(ledger.header, space=space)))

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
        with self._write:
            with self._state:
                ledger = self._writable(name)
                changes = ledger.changes(since)
                ready, wanted = ledger.available(count)
            configs = self._proposed(propose, wanted, changes) if propose and wanted else [None] * len(wanted)
            now = time.time() if started is None else started
            with self._state:
                numbers, enqueued = ledger.claim(ready, wanted, configs, now)
                if session is not None:
                    ledger.runs.update(dict.fromkeys(numbers, session))
                seen = changes.revision
                return Claim(numbers, enqueued, seen, seen + len(numbers), changes)

    def place(
        self,
        name: str,
        configs: Mapping[int, Mapping[str, Any]],
        *,
        metadata: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> int:
        """See ``Storage.place``."""
        notes = metadata or {}
        with self._write, self._state:
            ledger = self._writable(name)
            numbers = [index(number) for number in configs]
            rows = [
                ledger.placed(number, revision, config, notes.get(number))
                for revision, (number, config) in enumerate(configs.items(), ledger.revision + 1)
            ]
            return ledger.exchange(numbers, rows)

    def place_new(
        self, name: str, configs: Mapping[int, Mapping[str, Any]], since: int, *, repeats: bool = False
    ) -> int | None:
        """See ``Storage.place_new``."""
        with self._write, self._state:
            ledger = self._writable(name)
            numbers = [index(number) for number in configs]
            rows = [
                ledger.placed(number, revision, config, None, seen=since)
                for revision, (number, config) in enumerate(configs.items(), ledger.revision + 1)
            ]
            return None if not repeats and ledger.taken_since(since, rows) else ledger.exchange(numbers, rows)

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
        number = index(number)
        with self._write, self._state:
            ledger = self._writable(name)
            row = ledger.finished(number, ledger.revision + 1, state, values, finished, sem, error, metadata)
            return ledger.exchange_one(number, row)

    def tell_many(self, name: str, tells: Sequence[Tell]) -> int:
        """See ``Storage.tell_many``."""
        with self._write, self._state:
            ledger = self._writable(name)
            rows: dict[int, Row] = {}
            for revision, tell in enumerate(tells, ledger.revision + 1):
                number = index(tell.number)
                if number in rows:
                    raise refusal.finished(name, number, rows[number].state, {})
                rows[number] = ledger.finished(
                    number, revision, tell.state, tell.values, tell.finished, tell.sem, tell.error, tell.metadata
                )
            return ledger.exchange(list(rows), list(rows.values()))

    def report(self, name: str, number: int, step: int, metrics: Mapping[str, float]) -> int:
        """See ``Storage.report``."""
        with self._write, self._state:
            return self._writable(name).report(index(number), index(step), metrics)

    def annotate(self, name: str, number: int, metadata: Mapping[str, Any]) -> int:
        """See ``Storage.annotate``."""
        with self._write, self._state:
            ledger = self._writable(name)
            row = ledger.annotated(number, ledger.revision + 1, metadata)
            return ledger.exchange_one(index(number), row)

    def enqueue(
        self,
        name: str,
        configs: Sequence[Mapping[str, Any]],
        *,
        metadata: Sequence[Mapping[str, Any] | None] | None = None,
    ) -> list[int]:
        """See ``Storage.enqueue``."""
        refusal.check_notes(configs, metadata)
        with self._write, self._state:
            return self._writable(name).enqueue(configs, metadata)

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
        with self._write, self._state:
            ledger = self._writable(name)
            number = index(tell.number)
            if any(not ledger.still(index(other), values) for other, values in (provided or {}).items()):
                return None
            row = ledger.finished(
                number, ledger.revision + 1, tell.state, tell.values, tell.finished, tell.sem, tell.error, tell.metadata
            )
            return ledger.replace(number, row, config, metadata)

    def requeue(self, name: str, number: int) -> int:
        """See ``Storage.requeue``."""
        with self._write, self._state:
            return self._writable(name).requeue(index(number))

    def pause(self, name: str, number: int) -> int:
        """See ``Storage.pause``."""
        with self._write, self._state:
            return self._writable(name).pause(index(number))

    def resume(self, name: str, number: int) -> int:
        """See ``Storage.resume``."""
        with self._write, self._state:
            return self._writable(name).resume(index(number))

    def changes(self, name: str, since: int) -> Changes:
        """See ``Storage.changes``."""
        with self._state:
            return self._ledger(name).changes(since)

    def alone(self, name: str, since: int, act: Callable[[Changes], None]) -> None:
        """See ``Storage.alone``."""
        with self._write:
            with self._state:
                changes = self._writable(name).changes(since)
            self._proposing = True
            try:
                act(changes)
            finally:
                self._proposing = False

    def enter(self, name: str, environment: Mapping[str, Any]) -> int:
        """See ``Storage.enter``."""
        with self._write, self._state:
            return self._writable(name).enter(plain_copy(environment, "environment"))

    def sessions(self, name: str) -> list[Session]:
        """See ``Storage.sessions``."""
        with self._state:
            return self._ledger(name).entered()

    def close(self) -> None:
        """See ``Storage.close``."""
        self._closed = True
        self._ledgers = {}

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Memory storage cannot leave its process; use a file (storage='study.db') to share a study")

    def _writable(self, name: str) -> Ledger:
        if self._proposing:  # _write is held, so this is the thread that runs propose
            raise refusal.nested()
        ledger = self._ledgers.get(name)
        return self._ledger(name) if ledger is None else ledger

    def _ledger(self, name: str) -> Ledger:
        ledger = self._ledgers.get(name)
        if ledger is None:
            self._check_open()
            raise refusal.unknown_study(name, list(self._ledgers), "this memory")
        return ledger

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError("this Memory storage is closed")

    def _proposed(
        self, propose: Propose, wanted: Sequence[int], changes: Changes
    ) -> Sequence[Mapping[str, Any] | None]:
        self._proposing = True
        try:
            configs = propose(wanted, changes)
        finally:
            self._proposing = False
        refusal.check_proposed(configs, wanted)
        return configs
