"""Places that can hold a study and places that cannot, and files that are not what they should be."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tunewright.errors import DamagedFileError, NewerFileError, StorageError
from tunewright.storage import Header, Memory, Sqlite, open_storage
from tunewright.storage import schema as file_schema


def header(name="digits"):
    return Header(name, "{}", {"loss": "minimize"}, 0)


def written(path, trials=50):
    """A file with a study in it, all in the main file."""
    storage = Sqlite(path)
    storage.create(header())
    claim = storage.ask("digits", trials, 0, lambda numbers, changes: [{"x": float(n)} for n in numbers])
    for number in claim.numbers:
        storage.report("digits", number, 0, {"loss": 1.0})
    storage.close()
    return path


def refused(path, error, match, **options):
    """Opening raises, and the file and its directory stay exactly as they were."""
    content, around = path.read_bytes(), sorted(os.listdir(path.parent))
    with pytest.raises(error, match=match) as caught:
        Sqlite(path, **options)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == content
    new = set(os.listdir(path.parent)) - set(around)
    assert new <= {path.name + "-shm", path.name + "-wal"}  # SQLite's own, for a moment of reading
    assert all(name.endswith("-shm") or (path.parent / name).stat().st_size == 0 for name in new)


# --- what a user may write


def test_what_names_a_storage(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert isinstance(open_storage("memory"), Memory)
    memory = Memory()
    assert open_storage(memory) is memory
    for spec, place in {
        "digits.db": "digits.db",
        "sqlite:///digits.db": "digits.db",
        Path("digits.db"): "digits.db",
        "sqlite:///" + (tmp_path / "absolute.db").as_posix(): "absolute.db",
        Path("memory"): "memory",
        str(tmp_path / "other.db"): "other.db",
    }.items():
        storage = open_storage(spec)
        assert Path(storage.path) == tmp_path / place
        storage.close()
        assert (tmp_path / place).exists()


@pytest.mark.parametrize(
    "spec", ["", ":memory:", "sqlite:///", "postgresql://host/db", "sqlite://digits.db", "sqlite:x"]
)
def test_what_names_no_storage(spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StorageError, match="'memory'"):
        open_storage(spec)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("spec", [None, 3, object(), Memory, ["digits.db"]])
def test_what_is_no_storage(spec):
    with pytest.raises(TypeError, match="storage must be 'memory', the path of a file or a storage object"):
        open_storage(spec)


@pytest.mark.parametrize(
    "name", ["a b.db", "größe 数.db", "100%.db", "a%20b.db", "what#1.db", "x&mode=memory.db", "it's.db"]
)
def test_any_file_name(tmp_path, name):
    written(tmp_path / name)
    assert os.listdir(tmp_path) == [name]
    for readonly in (False, True):
        storage = Sqlite(tmp_path / name, readonly=readonly)
        assert len(storage.changes("digits", 0).records) == 50
        storage.close()


@pytest.mark.skipif(os.name == "nt", reason="names Windows does not have")
@pytest.mark.parametrize("name", ["what?.db", "a?mode=ro", "back\\slash.db", "C:x.db", os.fsdecode(b"\xff.db")])
def test_any_posix_file_name(tmp_path, name):
    written(tmp_path / name)
    assert os.listdir(tmp_path) == [name]


def test_the_file_stays_the_same_when_the_directory_changes(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    storage = Sqlite("digits.db")
    monkeypatch.chdir(tmp_path / "elsewhere")
    storage.create(header())
    storage.close()
    assert os.listdir(tmp_path / "elsewhere") == []


def test_durability_is_one_of_two(tmp_path):
    with pytest.raises(ValueError, match="durability must be 'process' or 'power'"):
        Sqlite(tmp_path / "study.db", durability="full")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("durability", "level"), [("process", 1), ("power", 2)])
def test_durability_sets_the_level_of_syncing(tmp_path, durability, level):
    storage = Sqlite(tmp_path / "study.db", durability=durability)
    with storage._connection.write() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone() == (level,)
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    storage.close()


# --- places


def test_missing_directory(tmp_path):
    with pytest.raises(StorageError, match=r"directory .*nowhere does not exist; make it first"):
        Sqlite(tmp_path / "nowhere" / "study.db")
    assert os.listdir(tmp_path) == []


def test_directory_instead_of_a_file(tmp_path):
    with pytest.raises(StorageError, match="is a directory; name a file in it"):
        Sqlite(tmp_path)


def test_file_instead_of_a_directory(tmp_path):
    (tmp_path / "plain").write_text("x")
    with pytest.raises(StorageError, match="plain"):
        Sqlite(tmp_path / "plain" / "study.db")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_a_place_that_cannot_be_written():
    with pytest.raises(StorageError, match=r"/proc/.*study\.db|directory /proc") as caught:
        Sqlite("/proc/study.db")
    assert "cannot be" in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only to root")
def test_permissions(tmp_path):
    path = written(tmp_path / "study.db")
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(StorageError, match=r"cannot be written.*readonly=True"):
            Sqlite(path)
        storage = Sqlite(path, readonly=True)
        assert len(storage.changes("digits", 0).records) == 50
        storage.close()
        with pytest.raises(StorageError, match="cannot be written"):
            Sqlite(tmp_path / "new.db")
    finally:
        tmp_path.chmod(0o755)


# --- read-only


def test_readonly_reads_and_refuses_to_write(tmp_path):
    path = written(tmp_path / "study.db")
    storage = open_storage(path, readonly=True)
    assert storage.names() == ["digits"]
    assert storage.header("digits") == header()
    assert len(storage.changes("digits", 0).records) == 50
    with pytest.raises(StorageError, match="opened read-only"):
        storage.ask("digits", 1, 0)
    storage.close()
    assert os.listdir(tmp_path) == ["study.db"]


def test_readonly_makes_no_file(tmp_path):
    with pytest.raises(StorageError, match=r"there is no file .*study\.db"):
        Sqlite(tmp_path / "study.db", readonly=True)
    (tmp_path / "empty.db").touch()
    refused(tmp_path / "empty.db", StorageError, "empty", readonly=True)


def test_readonly_follows_a_study_while_it_runs(tmp_path):
    running = Sqlite(tmp_path / "study.db")
    running.create(header())
    watching = Sqlite(tmp_path / "study.db", readonly=True)
    for k in range(3):
        running.ask("digits", 1, 0)
        assert len(watching.changes("digits", 0).records) == k + 1
    watching.close()
    running.close()


# --- files


def test_an_empty_file_is_a_new_file(tmp_path):
    (tmp_path / "study.db").touch()
    written(tmp_path / "study.db")


@pytest.mark.parametrize(
    "content",
    [b"x", b"\0", b"SQLite format 3\0", b"\0" * 511, b"\0" * 8192, b"lr,loss\n0.1,0.5\n" * 600, b"\x80\x04" * 900],
)
def test_a_file_that_is_something_else(tmp_path, content):
    (tmp_path / "study.db").write_bytes(content)
    for readonly in (False, True):
        refused(tmp_path / "study.db", DamagedFileError, "not a study file", readonly=readonly)


def test_a_database_of_someone_else(tmp_path):
    connection = sqlite3.connect(tmp_path / "study.db")
    connection.execute("CREATE TABLE trials (trial_id INTEGER)")
    connection.commit()
    connection.close()
    refused(tmp_path / "study.db", DamagedFileError, "not a tunewright study file")


@pytest.mark.parametrize("fraction", [0.05, 0.5, 0.9])
def test_a_truncated_file(tmp_path, fraction):
    path = written(tmp_path / "study.db")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * fraction)])
    refused(path, DamagedFileError, "damaged")


@pytest.mark.parametrize("missing", [1, 100, 2048])
def test_a_file_whose_end_is_missing(tmp_path, missing):
    path = written(tmp_path / "study.db")
    content = path.read_bytes()
    path.write_bytes(content[:-missing])
    refused(path, DamagedFileError, "truncated|damaged")


def test_a_file_damaged_in_the_middle_is_noticed_when_it_is_read(tmp_path):
    path = written(tmp_path / "study.db", trials=500)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match="damaged"):
        storage = Sqlite(path)
        try:
            storage.changes("digits", 0)
        finally:
            storage.close()
    assert path.read_bytes() == content


def test_a_file_without_its_tables(tmp_path):
    path = written(tmp_path / "study.db")
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE reports")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    refused(path, DamagedFileError, "reports")


def test_a_log_without_its_file(tmp_path):
    storage = Sqlite(tmp_path / "study.db")
    storage.create(header())
    log = (tmp_path / "study.db-wal").read_bytes()
    storage.close()
    (tmp_path / "study.db").unlink()
    (tmp_path / "study.db-wal").write_bytes(log)
    with pytest.raises(DamagedFileError, match="put the file back"):
        Sqlite(tmp_path / "study.db")
    assert os.listdir(tmp_path) == ["study.db-wal"]
    assert (tmp_path / "study.db-wal").read_bytes() == log


def test_a_newer_file(tmp_path):
    path = written(tmp_path / "study.db")
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {file_schema.VERSION + 6}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for readonly in (False, True):
        refused(
            path,
            NewerFileError,
            f"version {file_schema.VERSION + 6}.*up to version {file_schema.VERSION}: upgrade tunewright",
            readonly=readonly,
        )


def test_an_older_file_is_brought_up_to_date_in_one_step(tmp_path, monkeypatch):
    path = written(tmp_path / "study.db")
    now = file_schema.VERSION
    monkeypatch.setattr(file_schema, "VERSION", now + 2)
    monkeypatch.setitem(file_schema.MIGRATIONS, now, lambda cursor: cursor.execute("CREATE TABLE two (x)"))
    monkeypatch.setitem(file_schema.MIGRATIONS, now + 1, lambda cursor: cursor.execute("CREATE TABLE three (x)"))
    storage = Sqlite(path)
    assert len(storage.changes("digits", 0).records) == 50
    storage.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (now + 2,)
    assert connection.execute("SELECT count(*) FROM two, three").fetchone() == (0,)
    connection.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = written(tmp_path / "study.db")
    now = file_schema.VERSION
    monkeypatch.setattr(file_schema, "VERSION", now + 1)

    def failing(cursor):
        cursor.execute("DROP TABLE trials")
        raise RuntimeError("half way")

    monkeypatch.setitem(file_schema.MIGRATIONS, now, failing)
    with pytest.raises(RuntimeError, match="half way"):
        Sqlite(path)
    monkeypatch.undo()
    storage = Sqlite(path)
    assert len(storage.changes("digits", 0).records) == 50
    storage.close()


def test_every_version_has_a_way_to_the_next():
    assert sorted(file_schema.MIGRATIONS) == list(range(1, file_schema.VERSION))


class MadeMeanwhile:
    """A cursor on an empty file that another process turns into a study file between two of its statements."""

    def __init__(self, cursor, make):
        self.cursor, self.connection, self.make = cursor, cursor.connection, make

    def execute(self, statement):
        rows = self.cursor.execute(statement).fetchall()
        if statement == "PRAGMA application_id":
            self.make()
        self.rows = rows
        return self

    def fetchone(self):
        return self.rows[0]

    def __iter__(self):
        return iter(self.rows)


def test_a_file_that_another_process_is_making_is_no_foreign_file(tmp_path):
    path = tmp_path / "study.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    assert file_schema.version(MadeMeanwhile(connection.cursor(), lambda: written(path)), str(path)) == 0
    assert file_schema.version(connection.cursor(), str(path)) == file_schema.VERSION
    connection.close()
