"""Rows of the SQLite tables to and from the values of ``record``, and the statements that move them."""

from __future__ import annotations

__all__ = [
    "INSERT_HEADER",
    "INSERT_REPORT",
    "INSERT_TRIAL",
    "SELECT_HEADER",
    "SELECT_POSITION",
    "SELECT_STATE",
    "SELECT_TAKEN",
    "SELECT_WAITING",
    "UPDATE_MOVED",
    "UPDATE_PLACED",
    "UPDATE_REQUEUED",
    "UPDATE_REVISION",
    "UPDATE_SEEN",
    "UPDATE_STATE",
    "UPDATE_SUGGESTED",
    "UPDATE_TOLD",
    "changes",
    "from_header",
    "from_tell",
    "merge",
    "names",
    "notes",
    "options",
    "rewrite",
    "still",
    "to_header",
    "to_numbers",
]

import json
import sqlite3
from collections.abc import Mapping
from operator import index
from typing import Any

from tunewright.storage import refusal
from tunewright.storage.encoding import numbers_from_text, numbers_to_text, object_from_text, object_to_text
from tunewright.storage.record import STATES, Changes, Header, Record, Report, Tell

SELECT_HEADER = "SELECT id, name, space, objectives, seed, strategy, options, created FROM studies"
INSERT_HEADER = (
    "INSERT INTO studies (name, space, objectives, seed, strategy, options, created, revision)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
SELECT_POSITION = """SELECT max(
        revision,
        coalesce((SELECT max(revision) FROM trials WHERE study = studies.id), 0),
        coalesce((SELECT max(revision) FROM reports WHERE study = studies.id), 0)
    ), coalesce((SELECT max(number) + 1 FROM trials WHERE study = studies.id), 0)
FROM studies WHERE id = ?"""
INSERT_TRIAL = (
    "INSERT INTO trials (study, number, state, config, metadata, started, seen, asked, told, revision, attempt)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0)"
)
INSERT_REPORT = "INSERT INTO reports (study, trial, attempt, step, metrics, revision) VALUES (?, ?, ?, ?, ?, ?)"

SELECT_WAITING = (  # INDEXED BY: the planner would rather walk all trials by their primary key
    "SELECT number, config FROM trials INDEXED BY trials_waiting"
    " WHERE study = ? AND state = 'waiting' ORDER BY number LIMIT ?"
)
SELECT_STATE = "SELECT state, attempt, metrics FROM trials WHERE study = ? AND number = ?"
SELECT_TAKEN = "SELECT 1 FROM trials WHERE study = ? AND revision > ? AND asked > ? AND config = ?"
_SELECT_TRIALS = (
    "SELECT number, state, config, metrics, sem, error, metadata, started, finished, seen, asked, told, revision,"
    " attempt FROM trials WHERE study = ? AND revision > ? ORDER BY revision"
)
_SELECT_REPORTS = (
    "SELECT trial, step, metrics, revision, attempt FROM reports WHERE study = ? AND revision > ? ORDER BY revision"
)

_ONE = " WHERE study = ? AND number = ?"
UPDATE_STATE = "UPDATE trials SET state = ?, started = ?, revision = ?" + _ONE
UPDATE_SUGGESTED = "UPDATE trials SET config = ?, seen = ?, asked = ?" + _ONE
UPDATE_PLACED = (
    "UPDATE trials SET config = ?, asked = CASE asked WHEN 0 THEN ? ELSE asked END, revision = ?"
    + _ONE
    + " AND told = 0"
)
UPDATE_SEEN = "UPDATE trials SET seen = ?" + _ONE + " AND asked = 0"
UPDATE_TOLD = (
    "UPDATE trials SET state = ?, metrics = ?, sem = ?, error = coalesce(?, error), finished = ?, told = ?,"
    " revision = ?" + _ONE + " AND told = 0"
)
UPDATE_REQUEUED = "UPDATE trials SET state = ?, attempt = ?, revision = ?" + _ONE
UPDATE_MOVED = "UPDATE trials SET state = ?, revision = ?" + _ONE
UPDATE_REVISION = "UPDATE trials SET revision = ?" + _ONE

_NUMBERS = {name: number for number, name in enumerate(STATES)}


def from_header(header: Header) -> tuple[Any, ...]:
    """The columns of ``studies``, without id and revision."""
    return (
        header.name,
        header.space,
        json.dumps(header.objectives, ensure_ascii=False),
        str(header.seed),  # up to 2**64 - 1, more than SQLite's integers hold
        object_to_text(header.strategy, "strategy"),
        object_to_text(header.options, "options"),
        float(header.created),
    )


def names(cursor: sqlite3.Cursor) -> list[str]:
    """The studies of a file, in the order of their creation."""
    return [name for (name,) in cursor.execute("SELECT name FROM studies ORDER BY id")]


def to_header(row: tuple[Any, ...]) -> Header:
    """The header in a row of ``SELECT_HEADER``."""
    _, name, space, objectives, seed, strategy, options, created = row
    return Header(
        name, space, json.loads(objectives), int(seed), object_from_text(strategy), object_from_text(options), created
    )


def from_tell(tell: Tell) -> tuple[Any, ...]:
    """State, metrics, standard errors, error and time of the end."""
    refusal.check_final(tell.state)
    return (
        STATES[tell.state],
        numbers_to_text(tell.values, "values") if tell.values else None,
        None if tell.sem is None else numbers_to_text(tell.sem, "sem"),
        None if tell.error is None else tell.error.encode("utf-8", "backslashreplace").decode("utf-8"),
        tell.finished,
    )


def to_numbers(text: str | None) -> dict[str, float] | None:
    """Named numbers, or None where there are none."""
    return None if text is None else numbers_from_text(text)


def changes(cursor: sqlite3.Cursor, study: int, since: int, revision: int) -> Changes:
    """All that happened to a study after ``since``; ``revision`` is where it is now."""
    found = Changes(revision)
    if since >= revision:
        return found
    after = (study, since)
    found.records = [_record(row) for row in cursor.execute(_SELECT_TRIALS, after)]
    found.reports = [
        Report(trial, step, numbers_from_text(metrics), at, attempt)
        for trial, step, metrics, at, attempt in cursor.execute(_SELECT_REPORTS, after)
    ]
    header = cursor.execute(SELECT_HEADER + " WHERE id = ? AND revision > ?", after).fetchone()
    found.header = None if header is None else to_header(header)
    return found


def options(cursor: sqlite3.Cursor, study: int) -> dict[str, Any]:
    """Options of a study's header."""
    row = cursor.execute("SELECT options FROM studies WHERE id = ?", (study,)).fetchone()
    found: dict[str, Any] = object_from_text(row[0])
    return found


def rewrite(
    cursor: sqlite3.Cursor, study: int, revision: int, *, space: str | None = None, **parts: Mapping[str, Any] | None
) -> int:
    """Replace ``space``, ``options`` and ``strategy`` of a header as far as given; returns the next revision."""
    texts = {part: object_to_text(value, part) for part, value in parts.items() if value is not None}
    for column, text in (texts if space is None else {"space": space, **texts}).items():
        cursor.execute(f"UPDATE studies SET {column} = ? WHERE id = ?", (text, study))
    cursor.execute("UPDATE studies SET revision = ? WHERE id = ?", (revision + 1, study))
    return revision + 1


def notes(cursor: sqlite3.Cursor, study: int, number: int) -> dict[str, Any]:
    """A trial's metadata."""
    row = cursor.execute("SELECT metadata FROM trials WHERE study = ? AND number = ?", (study, number)).fetchone()
    return object_from_text(row[0]) if row and row[0] else {}


def merge(cursor: sqlite3.Cursor, study: int, number: int, metadata: Mapping[str, Any]) -> None:
    """More metadata for a trial."""
    merged = {**notes(cursor, study, number), **metadata}
    cursor.execute(
        "UPDATE trials SET metadata = ? WHERE study = ? AND number = ?",
        (object_to_text(merged, "metadata"), study, number),
    )


def still(cursor: sqlite3.Cursor, study: int, provided: Mapping[int, Mapping[str, Any]]) -> bool:
    """Whether the metadata of these trials has these values."""
    for number, values in provided.items():
        there = notes(cursor, study, index(number))
        if any(key not in there or there[key] != value for key, value in values.items()):
            return False
    return True


def _record(row: tuple[Any, ...]) -> Record:
    number, state, config, metrics, sem, error, metadata, *rest = row
    return Record(
        number,
        _NUMBERS[state],
        None if config is None else object_from_text(config),
        {} if metrics is None else numbers_from_text(metrics),
        None if sem is None else numbers_from_text(sem),
        error,
        {} if metadata is None else object_from_text(metadata),
        *rest,
    )
