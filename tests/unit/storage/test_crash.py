"""What was acknowledged survives kill -9."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tunewright.storage import Header, Sqlite
from tunewright.trial import TrialState

SCRIPT = Path(__file__).with_name("telling_process.py")


WRITERS, ROUNDS = 4, 5


def killed_after(path, moments):
    """What each of several writers on one file acknowledged before it was killed, at its moment (in seconds)."""
    writers = [
        subprocess.Popen([sys.executable, str(SCRIPT), str(path)], stdout=subprocess.PIPE, text=True) for _ in moments
    ]
    first = [writer.stdout.readline() for writer in writers]  # all are at work
    began = time.monotonic()
    for moment, writer in sorted(zip(moments, writers, strict=True), key=lambda pair: pair[0]):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        writer.kill()
    acknowledged = []
    for line, writer in zip(first, writers, strict=True):
        lines = [line, *writer.stdout.read().splitlines(keepends=True)]
        writer.wait()
        writer.stdout.close()
        acknowledged += [int(line) for line in lines if line.endswith("\n")]
    return acknowledged


def test_every_acknowledged_tell_survives_kill(tmp_path):
    path = tmp_path / "study.db"
    storage = Sqlite(path)
    storage.create(Header("digits", "{}", {"loss": "minimize"}, 0))
    storage.close()
    chance = random.Random(20)
    acknowledged = []
    for kills in range(WRITERS, WRITERS * ROUNDS + 1, WRITERS):
        acknowledged += killed_after(path, [chance.uniform(0.0, 0.1) for _ in range(WRITERS)])
        storage = Sqlite(path)
        changes = storage.changes("digits", 0)
        storage.close()
        records = {record.number: record for record in changes.records}
        reported = {report.number for report in changes.reports}
        for number in acknowledged:
            record = records[number]
            assert record.state == TrialState.COMPLETE
            assert record.values == {"loss": float(number)}
            assert record.config == {"x": number / 3}
            assert number in reported
        assert sorted(records) == list(range(len(records))), "numbering went on with a gap"
        assert len(records) - len(acknowledged) <= kills, "more is missing than was in flight"
    assert len(set(acknowledged)) == len(acknowledged), "a number was given twice"
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
