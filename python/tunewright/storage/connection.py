"""One SQLite file and this process's two connections to it: one that writes, one that reads.

Nobody ever meets "database is locked": writers queue (``BEGIN IMMEDIATE`` with a long timeout), and in WAL mode readers
neither wait for a writer nor hold one up. The file is only ever opened through SQLite: closing a descriptor of our own
would drop the locks that another connection of this process holds on it.
"""

from __future__ import annotations

__all__ = ["Connection", "Durability"]

import contextlib
import os
import random
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar, get_args
from urllib.parse import quote_from_bytes

from tunewright.errors import DamagedFileError, StorageError
from tunewright.storage import refusal, schema

Durability = Literal["process", "power"]
"""What an acknowledged change survives: the death of any process, or a power cut too."""

Result = TypeVar("Result")

PATIENCE = 60.0  # seconds to wait for other writers before giving up
_CHECKPOINT_PAGES = 2000  # 4 MB of log between two syncs of the main file
_PAGE_BYTES = 2048  # a change writes whole pages: small ones cost the disk less, and most rows still fit into one
_SMALLEST_FILE = 512  # bytes; SQLite takes a file of one byte for an empty one

_FORK_PATIENCE = 1.0  # seconds that a fork waits for a transaction of another thread

_abandoned: list[sqlite3.Connection] = []
"""Connections inherited through a fork: to close them here would tidy up under the parent's feet."""

_alive: weakref.WeakSet[Connection] = weakref.WeakSet()


class Connection:
    """The file, opened lazily in each process that uses it.

    Args:
        path: the file; made if it is missing, unless ``readonly``.
        durability: see ``Durability``.
        readonly: never write; works on media that cannot be written.

    Raises:
        StorageError: the place cannot be used; the message says why and what to do.
        DamagedFileError: the file is not a study file, or damaged. It is left as it is.
        NewerFileError: a newer version wrote it.
    """

    def __init__(self, path: str | os.PathLike[str], *, durability: Durability, readonly: bool) -> None:
        if durability not in get_args(Durability):
            raise ValueError(f"durability must be 'process' or 'power', not {durability!r}")
        self.path = Path(os.path.abspath(path))
        self.durability: Durability = durability
        self.readonly = readonly
        self._identity: tuple[int, int] | None = None
        self._closed = False
        self._writing = False
        self._forking = False
        self._lost = False
        self._connections: dict[str, sqlite3.Connection] = {}
        self._cursors: dict[str, sqlite3.Cursor] = {}
        self._renew_locks()
        _alive.add(self)
        with self._translated():
            if not readonly:
                self._patiently(lambda: self._cursor("write"))
            self._patiently(lambda: self._cursor("read"))

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Cursor]:
        """A transaction: committed at the end of the block, undone if the block raises."""
        with self._write_lock, self._translated():
            if self._writing:
                raise refusal.nested()
            if self.readonly:
                raise StorageError(f"{self.path} was opened read-only; open it without readonly=True to change it")
            cursor = self._cursor("write")
            self._check_unmoved()
            self._patiently(lambda: cursor.execute("BEGIN IMMEDIATE"))
            self._writing = True
            try:
                yield cursor
                cursor.execute("COMMIT")
            finally:
                self._writing = False
                if cursor.connection.in_transaction:
                    cursor.execute("ROLLBACK")

    def read(self, query: Callable[[sqlite3.Cursor], Result]) -> Result:
        """The answer of ``query`` on one consistent view of the file."""

        def attempt() -> Result:
            cursor = self._cursor("read")
            cursor.execute("BEGIN")
            try:
                return query(cursor)
            finally:
                if cursor.connection.in_transaction:
                    cursor.execute("ROLLBACK")

        with self._read_lock, self._translated():
            return self._patiently(attempt)

    def close(self) -> None:
        """Close both connections; the last one to leave the file folds the write-ahead log into it."""
        self._closed = True
        with self._write_lock, self._read_lock:
            self._disconnect()

    def _disconnect(self) -> None:
        self._cursors.clear()
        while self._connections:
            self._connections.popitem()[1].close()

    def __del__(self) -> None:
        for connection in getattr(self, "_connections", {}).values():
            connection.close()

    def _cursor(self, role: str) -> sqlite3.Cursor:
        cursor = self._cursors.get(role)
        if cursor is None:
            if self._closed:
                raise StorageError(f"the storage of {self.path} is closed")
            if self._lost:
                raise StorageError(
                    f"this process was forked in the middle of a change of {self.path}; open the storage again in it, "
                    "from a spawned process or before the change begins"
                )
            connection = self._opened(role)
            self._connections[role] = connection
            self._cursors[role] = cursor = connection.cursor()
        return cursor

    def _opened(self, role: str) -> sqlite3.Connection:
        _check_place(self.path, readonly=self.readonly)
        connection = self._connected(_mode(self.path, readonly=self.readonly))
        try:
            try:
                found = schema.version(connection.cursor(), str(self.path))
            except sqlite3.OperationalError:
                if not self.readonly or not _settled(self.path):
                    raise
                connection.close()  # a directory that cannot be written has no room for the files of a WAL
                connection = self._connected("mode=ro&immutable=1")
                found = schema.version(connection.cursor(), str(self.path))
            _check_whole(connection, self.path)
            self._prepare(connection, found, role)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connected(self, options: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{_uri(self.path)}?{options}",
            uri=True,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=64,
        )

    def _prepare(self, connection: sqlite3.Connection, found: int, role: str) -> None:
        cursor = connection.cursor()
        if self.readonly:
            if found == 0:
                raise StorageError(f"{self.path} is empty: there is no study in it to read")
            cursor.execute("PRAGMA query_only = 1")
            return
        if found == 0:
            cursor.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        if cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise StorageError(f"{self.path} is on a file system without shared memory; use a local disk")
        if self.durability == "power":
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA fullfsync = 1")  # macOS: fsync alone stops at the disk's cache
            cursor.execute("PRAGMA checkpoint_fullfsync = 1")
        else:
            cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        if found < schema.VERSION:
            self._bring_up_to_date(cursor)
        if role == "read":
            cursor.execute("PRAGMA query_only = 1")
        status = os.stat(self.path)
        self._identity = (status.st_dev, status.st_ino)

    def _bring_up_to_date(self, cursor: sqlite3.Cursor) -> None:
        cursor.execute("BEGIN IMMEDIATE")
        try:
            found = schema.version(cursor, str(self.path))  # another process may have been faster
            if found == 0:
                schema.create(cursor)
            elif found < schema.VERSION:
                schema.migrate(cursor, found)
            cursor.execute("COMMIT")
        finally:
            if cursor.connection.in_transaction:
                cursor.execute("ROLLBACK")

    def _check_unmoved(self) -> None:
        """Without this, tells to a file that was deleted would be acknowledged and lost."""
        if os.name != "posix":  # elsewhere an open file cannot be moved
            return
        try:
            status = os.stat(self.path)
        except FileNotFoundError:
            status = None
        if status is None or (status.st_dev, status.st_ino) != self._identity:
            raise StorageError(
                f"{self.path} was moved, deleted or replaced while it was in use; nothing more is written. "
                "Put it back, or start again with a new file"
            )

    def _patiently(self, step: Callable[[], Result]) -> Result:
        """``step()``, again while the file is busy; SQLite's own patience does not cover every case."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return step()
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise
            time.sleep(random.uniform(0.001, 0.01))

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _translation(error, self.path) from error

    def _renew_locks(self) -> None:
        self._write_lock = threading.RLock()
        self._read_lock = threading.RLock()

    def _before_fork(self) -> None:
        """Close what a child must not inherit: SQLite's own account of its locks would be wrong in the child."""
        if not self._write_lock.acquire(timeout=_FORK_PATIENCE):
            return
        if self._writing or not self._read_lock.acquire(timeout=_FORK_PATIENCE):
            self._write_lock.release()
            return
        self._disconnect()
        self._forking = True

    def _after_fork_in_parent(self) -> None:
        if self._forking:
            self._forking = False
            self._read_lock.release()
            self._write_lock.release()

    def _after_fork_in_child(self) -> None:
        self._renew_locks()
        if not self._forking:  # forked in the middle of a transaction
            self._lost = True
            _abandoned.extend(self._connections.values())
            self._connections, self._cursors = {}, {}
        self._forking = self._writing = False


def _each(step: Callable[[Connection], None]) -> Callable[[], None]:
    def all_of_them() -> None:
        for connection in list(_alive):
            step(connection)

    return all_of_them


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_each(Connection._before_fork),
        after_in_parent=_each(Connection._after_fork_in_parent),
        after_in_child=_each(Connection._after_fork_in_child),
    )


def _uri(path: Path) -> str:
    text = path.as_posix()
    return "file://" + ("" if text.startswith("/") else "/") + quote_from_bytes(os.fsencode(text), safe="/:")


def _mode(path: Path, *, readonly: bool) -> str:
    if not readonly:
        return "mode=rwc"
    # SQLite can tidy up after a reader (remove the empty log) only where it may write
    return "mode=rw" if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) else "mode=ro"


def _check_place(path: Path, *, readonly: bool) -> None:
    """Raise unless a study file is, or can be made, at this place."""
    log = path.with_name(path.name + "-wal")
    if path.is_dir():
        raise StorageError(f"{path} is a directory; name a file in it, for example {path / 'study.db'}")
    if not path.exists():
        _check_parent(path, readonly=readonly)
    size = path.stat().st_size if path.exists() else 0
    if size == 0 and log.exists() and log.stat().st_size > 0:
        raise DamagedFileError(
            f"{path} is missing or empty, but changes of its studies are in {log.name}: put the file back beside it, "
            "or move that file away to start anew"
        )
    if 0 < size < _SMALLEST_FILE:
        raise DamagedFileError(f"{path} is not a study file (it has {size} bytes); it was not touched")
    if size and not readonly and not os.access(path, os.W_OK):
        raise StorageError(
            f"{path} cannot be written (its permissions forbid it); change them, copy it, or open it with readonly=True"
        )


def _check_parent(path: Path, *, readonly: bool) -> None:
    parent = path.parent
    if not parent.exists():
        raise StorageError(f"the directory {parent} does not exist; make it first, or choose another path")
    if not parent.is_dir():
        raise StorageError(f"{parent} is a file, not a directory; choose another path than {path}")
    if readonly:
        raise StorageError(f"there is no file {path}")
    if not os.access(parent, os.W_OK):
        raise StorageError(f"the directory {parent} cannot be written, so {path.name} cannot be made in it")


def _check_whole(connection: sqlite3.Connection, path: Path) -> None:
    """Raise if the end of the file is missing: SQLite itself notices only whole missing pages."""
    page = connection.execute("PRAGMA page_size").fetchone()[0]
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    if _settled(path) and (size := path.stat().st_size) < page * pages:
        raise DamagedFileError(f"{path} is truncated: {size} of {page * pages} bytes; it was not touched")


def _settled(path: Path) -> bool:
    """Whether all of the study is in the main file."""
    log = path.with_name(path.name + "-wal")
    return not log.exists() or log.stat().st_size == 0


def _is_busy(error: sqlite3.Error) -> bool:
    text = str(error)
    return "locked" in text or "busy" in text


def _translation(error: sqlite3.Error, path: Path) -> StorageError:
    text = str(error)
    if "malformed" in text or "not a database" in text:
        return DamagedFileError(
            f"{path} is damaged or not a study file ({text}); it was left as it is. "
            "Restore a copy, or save what can be read with: sqlite3 FILE .recover"
        )
    if _is_busy(error):
        return StorageError(
            f"{path} was held by another process for more than {PATIENCE:.0f} s ({text}); nothing written"
        )
    if "readonly" in text or "unable to open" in text:
        return StorageError(
            f"{path} or its directory cannot be written ({text}); check the permissions, or open it with readonly=True"
        )
    return StorageError(f"{path}: {text}; the last change was not made, all earlier ones are intact")
