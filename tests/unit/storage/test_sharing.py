"""Several processes, threads and connections on one file."""

from __future__ import annotations

import os
import pickle
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tunewright.errors import StorageError, StudyNotFoundError
from tunewright.storage import Header, Memory, Sqlite
from tunewright.trial import TrialState

SCRIPT = Path(__file__).with_name("sharing_process.py")


def created(path, name="digits", **options):
    storage = Sqlite(path, **options)
    storage.create(Header(name, "{}", {"loss": "minimize"}, 0))
    return storage


def ask(storage, count=1):
    return storage.ask("digits", count, 0, lambda numbers, changes: [{"x": 1.0} for _ in numbers])


def test_four_processes_get_unique_numbers_without_gaps(tmp_path):
    path = tmp_path / "study.db"
    workers = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), str(path), "100"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    answers = [worker.communicate(timeout=120) for worker in workers]
    assert [error for _, error in answers] == ["", "", "", ""]
    numbers = [int(line) for output, _ in answers for line in output.split()]
    assert sorted(numbers) == list(range(400))
    storage = Sqlite(path, readonly=True)
    changes = storage.changes("digits", 0)
    storage.close()
    assert all(record.state == TrialState.COMPLETE for record in changes.records)
    assert changes.revision == 801
    assert os.listdir(tmp_path) == ["study.db"]  # the last to leave tidied up


def test_each_process_sees_what_the_others_have_running(tmp_path):
    one, two = created(tmp_path / "study.db"), Sqlite(tmp_path / "study.db")
    ask(one, 2)
    claim = ask(two)
    assert claim.numbers == [2]
    assert [(record.number, record.state) for record in claim.changes.records] == [(0, 0), (1, 0)]
    one.close()
    two.close()


def test_an_open_reader_does_not_block_writers_nor_they_it(tmp_path):
    storage = created(tmp_path / "study.db")
    ask(storage)
    reader = sqlite3.connect(tmp_path / "study.db", isolation_level=None, timeout=0)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM trials").fetchone() == (1,)
    ask(storage, 3)
    storage.tell("digits", 0, state=1, values={"loss": 1.0}, finished=1.0)
    opened = Sqlite(tmp_path / "study.db")  # opening is not held up either
    assert len(opened.changes("digits", 0).records) == 4
    opened.close()
    assert reader.execute("SELECT count(*) FROM trials").fetchone() == (1,)  # its own moment still
    reader.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM trials").fetchone() == (4,)
    reader.close()
    storage.close()


def test_an_open_writer_does_not_block_readers_or_opening(tmp_path):
    storage = created(tmp_path / "study.db")
    writer = sqlite3.connect(tmp_path / "study.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE studies SET options = '{}'")
    began = time.monotonic()
    assert storage.changes("digits", 0).revision == 1
    for readonly in (False, True):
        other = Sqlite(tmp_path / "study.db", readonly=readonly)
        assert other.names() == ["digits"]
        other.close()
    assert time.monotonic() - began < 5
    writer.execute("ROLLBACK")
    writer.close()
    storage.close()


def test_a_writer_waits_for_its_turn(tmp_path):
    storage = created(tmp_path / "study.db")
    other = sqlite3.connect(tmp_path / "study.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, lambda: other.execute("ROLLBACK"))
    release.start()
    assert ask(storage).numbers == [0]
    release.join()
    other.close()
    storage.close()


def test_patience_ends_with_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setattr("tunewright.storage.connection.PATIENCE", 0.05)
    storage = created(tmp_path / "study.db")
    other = sqlite3.connect(tmp_path / "study.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match=r"study\.db was held by another process"):
        ask(storage)
    other.execute("ROLLBACK")
    other.close()
    assert ask(storage).numbers == [0]
    storage.close()


def test_a_study_deleted_and_made_again_elsewhere_is_another_study(tmp_path):
    one, two = created(tmp_path / "study.db"), Sqlite(tmp_path / "study.db")
    ask(one)
    two.delete("digits")
    two.create(Header("digits", "{}", {"loss": "minimize"}, 5))
    ask(two)
    with pytest.raises(StudyNotFoundError, match="was deleted from .* while it was in use"):
        one.tell("digits", 0, state=1, values={"loss": 1.0}, finished=1.0)
    assert two.changes("digits", 0).records[0].state == TrialState.RUNNING
    assert one.header("digits").seed == 5  # asked by name again, it is the new one
    one.close()
    two.close()


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be moved here")
def test_a_file_that_was_moved_away_takes_no_more_tells(tmp_path):
    storage = created(tmp_path / "study.db")
    ask(storage)
    os.rename(tmp_path / "study.db", tmp_path / "moved.db")
    with pytest.raises(StorageError, match=r"study\.db was moved, deleted or replaced"):
        storage.tell("digits", 0, state=1, values={"loss": 1.0}, finished=1.0)
    os.rename(tmp_path / "moved.db", tmp_path / "study.db")
    storage.tell("digits", 0, state=1, values={"loss": 1.0}, finished=1.0)
    storage.close()


def test_a_storage_travels_to_another_process_by_its_path(tmp_path):
    storage = created(tmp_path / "study.db", durability="power")
    copy = pickle.loads(pickle.dumps(storage))
    assert copy.path == storage.path
    assert ask(copy).numbers == [0]
    assert len(storage.changes("digits", 0).records) == 1
    copy.close()
    storage.close()
    with pytest.raises(TypeError, match="cannot leave its process"):
        pickle.dumps(Memory())


FORK = """
import os, sys
from tunewright.errors import StorageError
from tunewright.storage import Header, Sqlite
storage = Sqlite(sys.argv[1])
storage.create(Header("digits", "{}", {"loss": "minimize"}, 0))
def turn(count):
    for _ in range(count):
        claim = storage.ask("digits", 1, 0, lambda numbers, changes: [{"x": 1.0}])
        storage.tell("digits", claim.numbers[0], state=1, values={"loss": 1.0}, finished=1.0)
children = []
def fork(work):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    children.append(child)
def refused():
    try:
        turn(1)
    except StorageError as error:
        assert "forked in the middle of a change" in str(error)
        other = Sqlite(sys.argv[1] + "2")  # anything else works
        other.close()
    else:
        raise SystemExit("not refused")
def inside(numbers, changes):
    fork(refused)
    return [{"x": 2.0}]
turn(3)
fork(lambda: turn(5))
turn(5)
storage.ask("digits", 1, 0, inside)
turn(5)
fork(lambda: turn(5))
turn(5)
assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
records = storage.changes("digits", 0).records
assert sorted(record.number for record in records) == list(range(29)), records
storage.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_has_connections_of_its_own(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-c", FORK, str(tmp_path / "study.db")], capture_output=True, text=True, timeout=60
    )
    assert (answer.returncode, answer.stderr) == (0, "")
