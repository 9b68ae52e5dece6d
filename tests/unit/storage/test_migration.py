"""Files of version 1, as they were written, are read, and brought up to date by the first that writes."""

from __future__ import annotations

import sqlite3

import pytest

import tunewright as tw
from tunewright.storage import Sqlite, schema


@pytest.fixture
def file(tmp_path):
    """A file of version 1: what version 2 added is taken away again."""
    path = tmp_path / "old.db"
    study = tw.Study(
        tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=path, name="old", seed=5, strategy=tw.Random()
    )
    study.optimize(lambda t: t["x"], trials=3)
    study.ledger.storage.close()
    connection = sqlite3.connect(path)
    for statement in ("DROP TABLE runs", "DROP TABLE sessions", "PRAGMA user_version = 1"):
        connection.execute(statement)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def version(path):
    connection = sqlite3.connect(path)
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return found


def test_an_old_file_that_is_only_read_stays_as_it_is(file):
    storage = Sqlite(file, readonly=True)
    assert storage.sessions("old") == []
    study = tw.Study.load(storage)
    assert study.history.n == 3 and study.sessions == []
    tw.report.render(study)
    storage.close()
    assert version(file) == 1


def test_the_first_that_writes_brings_it_up_to_date_and_goes_on_exactly(file, tmp_path):
    study = tw.Study.load(file)
    study.optimize(lambda t: t["x"], trials=6)
    assert version(file) == schema.VERSION
    assert [session.trials for session in study.sessions] == [(3, 4, 5)]
    fresh = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=5, strategy=tw.Random())
    fresh.optimize(lambda t: t["x"], trials=6)
    assert [t.config for t in study.trials] == [t.config for t in fresh.trials]
