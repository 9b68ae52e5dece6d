"""Which process worked on a study, in what environment, and which trials it began: the tables of version 2.

Sessions say where trials ran. No suggestion depends on them, so they take no revision.
"""

from __future__ import annotations

__all__ = ["STATEMENTS", "TABLES", "Session", "began", "enter", "read"]

import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tunewright.storage.encoding import object_from_text, object_to_text

TABLES = ("runs", "sessions")

STATEMENTS = (
    """CREATE TABLE sessions (
    study INTEGER NOT NULL REFERENCES studies (id),
    number INTEGER NOT NULL,        -- 0, 1, 2, ... in the order in which processes came to the study
    started REAL NOT NULL,          -- unix seconds, UTC
    environment TEXT NOT NULL,      -- JSON object: host, process, command, versions, code
    PRIMARY KEY (study, number)
)""",
    """CREATE TABLE runs (
    study INTEGER NOT NULL REFERENCES studies (id),
    trial INTEGER NOT NULL,
    session INTEGER NOT NULL,       -- which one began the trial last
    PRIMARY KEY (study, trial)
)""",
)


@dataclass(frozen=True, slots=True)
class Session:
    """One process that worked on a study.

    Attributes:
        number: 0, 1, 2, … in the order in which they came.
        started: when, unix seconds.
        environment: JSON values, see ``study.environment``.
        trials: numbers of the trials that it was the last to begin, ascending.
    """

    number: int
    started: float
    environment: dict[str, Any]
    trials: tuple[int, ...] = ()


def enter(cursor: sqlite3.Cursor, study: int, environment: Mapping[str, Any]) -> int:
    """A new session; returns its number."""
    (number,) = cursor.execute("SELECT coalesce(max(number) + 1, 0) FROM sessions WHERE study = ?", (study,)).fetchone()
    text = object_to_text(environment, "environment")
    cursor.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (study, number, time.time(), text))
    return int(number)


def began(cursor: sqlite3.Cursor, study: int, trials: Sequence[int], session: int | None) -> None:
    """Note which session begins ``trials`` now; nothing if it did not say."""
    if session is not None:
        rows = [(study, trial, session) for trial in trials]
        cursor.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", rows)


def read(cursor: sqlite3.Cursor, study: int) -> list[Session]:
    """All sessions by number; none in a file of version 1 that is only read."""
    if not cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'sessions'").fetchone():
        return []
    trials: dict[int, list[int]] = {}
    for trial, session in cursor.execute("SELECT trial, session FROM runs WHERE study = ? ORDER BY trial", (study,)):
        trials.setdefault(session, []).append(trial)
    found = cursor.execute(
        "SELECT number, started, environment FROM sessions WHERE study = ? ORDER BY number", (study,)
    )
    return [
        Session(number, started, object_from_text(text), tuple(trials.get(number, ())))
        for number, started, text in found.fetchall()
    ]
