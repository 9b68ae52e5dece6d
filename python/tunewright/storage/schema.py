"""The tables of a study file, their version, and the way from an older version to this one.

``docs/storage.md`` explains the tables to the person who reads them with SQL; change both together.
"""

from __future__ import annotations

__all__ = ["APPLICATION_ID", "MIGRATIONS", "VERSION", "create", "migrate", "version"]

import sqlite3
from collections.abc import Callable

from tunewright.errors import DamagedFileError, NewerFileError
from tunewright.storage import sessions

APPLICATION_ID = 0x74756E65  # "tune"; the file's application_id
VERSION = 2  # the file's user_version

_TABLES = {1: ("reports", "studies", "trials"), 2: ("reports", "studies", "trials", *sessions.TABLES)}

_STATEMENTS = (
    """CREATE TABLE studies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    space TEXT NOT NULL,            -- the search space, JSON
    objectives TEXT NOT NULL,       -- JSON object: name -> "minimize" or "maximize", in order
    seed TEXT NOT NULL,             -- decimal digits of an integer in [0, 2**64)
    strategy TEXT NOT NULL,         -- JSON object
    options TEXT NOT NULL,          -- JSON object
    created REAL NOT NULL,          -- unix seconds, UTC
    revision INTEGER NOT NULL       -- revision at which this row last changed
)""",
    """CREATE TABLE trials (
    study INTEGER NOT NULL REFERENCES studies (id),
    number INTEGER NOT NULL,        -- 0, 1, 2, ... without gaps
    state TEXT NOT NULL CHECK (state IN ('running', 'complete', 'pruned', 'failed', 'waiting', 'paused')),
    config TEXT,                    -- JSON object: parameter -> value; NULL until suggested
    metrics TEXT,                   -- JSON object: metric -> number, "nan", "inf" or "-inf"
    sem TEXT,                       -- JSON object: metric -> standard error
    error TEXT,                     -- why it failed
    metadata TEXT,                  -- JSON object
    started REAL,                   -- unix seconds, UTC
    finished REAL,                  -- unix seconds, UTC
    seen INTEGER NOT NULL,          -- everything up to this revision was known when it was suggested
    asked INTEGER NOT NULL,         -- revision at which config became visible; 0 before
    told INTEGER NOT NULL,          -- revision of the final state; 0 before
    revision INTEGER NOT NULL,      -- revision at which this row last changed
    attempt INTEGER NOT NULL,       -- how often it was put back into the queue
    PRIMARY KEY (study, number)
)""",
    "CREATE UNIQUE INDEX trials_by_revision ON trials (study, revision)",
    "CREATE INDEX trials_waiting ON trials (study, number) WHERE state = 'waiting'",
    """CREATE TABLE reports (
    study INTEGER NOT NULL REFERENCES studies (id),
    trial INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    step INTEGER NOT NULL,
    metrics TEXT NOT NULL,          -- JSON object as in trials
    revision INTEGER NOT NULL,
    PRIMARY KEY (study, trial, attempt, step)
)""",
    "CREATE UNIQUE INDEX reports_by_revision ON reports (study, revision)",
    """CREATE VIEW parameters AS
SELECT studies.name AS study, trials.number AS trial, item."key" AS name,
    CASE WHEN item.type <> 'object' THEN item.value
        WHEN item.value = '{"$float":"inf"}' THEN 9e999
        WHEN item.value = '{"$float":"-inf"}' THEN -9e999
        WHEN item.value = '{"$float":"nan"}' THEN NULL
        ELSE item.value END AS value
FROM trials JOIN studies ON studies.id = trials.study, json_each(trials.config) AS item""",
    """CREATE VIEW results AS
SELECT studies.name AS study, trials.number AS trial, trials.state AS state, item."key" AS metric,
    CASE item.value WHEN 'nan' THEN NULL WHEN 'inf' THEN 9e999 WHEN '-inf' THEN -9e999 ELSE item.value END AS value
FROM trials JOIN studies ON studies.id = trials.study, json_each(trials.metrics) AS item""",
    """CREATE VIEW curves AS
SELECT studies.name AS study, reports.trial AS trial, reports.attempt AS attempt, reports.step AS step,
    item."key" AS metric,
    CASE item.value WHEN 'nan' THEN NULL WHEN 'inf' THEN 9e999 WHEN '-inf' THEN -9e999 ELSE item.value END AS value
FROM reports JOIN studies ON studies.id = reports.study, json_each(reports.metrics) AS item""",
)


def _add_sessions(cursor: sqlite3.Cursor) -> None:
    for statement in sessions.STATEMENTS:
        cursor.execute(statement)


MIGRATIONS: dict[int, Callable[[sqlite3.Cursor], None]] = {1: _add_sessions}
"""Version -> what turns a file of that version into one of the next."""


def version(cursor: sqlite3.Cursor, path: str) -> int:
    """The version of a file: 0 if it is empty. Reads only.

    Raises:
        DamagedFileError: the file is a database, but not one of ours.
        NewerFileError: it was written by a newer tunewright.
    """
    application, found, names = _marks(cursor)
    if application == found == 0 and not names:
        return 0
    if application != APPLICATION_ID or found < 1:
        raise DamagedFileError(f"{path} is an SQLite database, but not a tunewright study file; choose another path")
    if found > VERSION:
        raise NewerFileError(
            f"{path} has format version {found}, this tunewright reads up to version {VERSION}: "
            "upgrade tunewright (pip install --upgrade tunewright); the file was not touched"
        )
    if missing := [table for table in _TABLES.get(found, ()) if table not in names]:
        raise DamagedFileError(f"{path} is damaged: its tables {', '.join(missing)} are gone; the file was not touched")
    return found


def _marks(cursor: sqlite3.Cursor) -> tuple[int, int, set[str]]:
    """Application id, version and names of the tables, of one moment: another process may be making them."""
    begun = not cursor.connection.in_transaction
    if begun:
        cursor.execute("BEGIN")
    try:
        application = cursor.execute("PRAGMA application_id").fetchone()[0]
        found = cursor.execute("PRAGMA user_version").fetchone()[0]
        names = {name for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        if begun and cursor.connection.in_transaction:
            cursor.execute("ROLLBACK")
    return application, found, names


def create(cursor: sqlite3.Cursor) -> None:
    """Make the tables, inside the caller's transaction."""
    for statement in (*_STATEMENTS, *sessions.STATEMENTS):
        cursor.execute(statement)
    cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    cursor.execute(f"PRAGMA user_version = {VERSION}")


def migrate(cursor: sqlite3.Cursor, found: int) -> None:
    """Bring a file of an older version to this one, inside the caller's transaction."""
    for step in range(found, VERSION):
        MIGRATIONS[step](cursor)
    cursor.execute(f"PRAGMA user_version = {VERSION}")
