"""The store: whole files or none, one for equal states, and nothing deleted that is wanted."""

from __future__ import annotations

import io
import multiprocessing
import os
import pickle
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest

from tunewright.checkpoints import Checkpoints
from tunewright.checkpoints.directory import extract
from tunewright.errors import DamagedFileError, StorageError


@pytest.fixture
def store(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "states")


def test_equal_states_are_one_file(store: Checkpoints) -> None:
    first = store.put({"w": np.arange(3.0)})
    assert store.put({"w": np.arange(3.0)}) == first
    assert store.put({"w": np.arange(4.0)}) != first
    assert len(store.keys()) == 2 and first in store.keys()
    assert np.array_equal(store.get(first)["w"], [0.0, 1.0, 2.0])


def test_it_travels_to_other_processes(store: Checkpoints) -> None:
    key = store.put(b"weights")
    assert pickle.loads(pickle.dumps(store)).get(key) == b"weights"


def test_a_directory_comes_back_as_a_directory(store: Checkpoints, tmp_path: Path) -> None:
    source = tmp_path / "model"
    (source / "layers" / "empty").mkdir(parents=True)
    (source / "layers" / "0.bin").write_bytes(b"\x00\x01")
    (source / "größe.txt").write_text("drei", encoding="utf-8")
    key = store.put(source)
    os.utime(source / "layers" / "0.bin", (1.0, 1.0))
    assert store.put(source) == key  # times do not count
    back = store.get(key, tmp_path / "copy")
    assert back == tmp_path / "copy"
    assert sorted(p.relative_to(back).as_posix() for p in back.rglob("*")) == [
        "größe.txt", "layers", "layers/0.bin", "layers/empty",
    ]  # fmt: skip
    assert (back / "layers" / "0.bin").read_bytes() == b"\x00\x01"
    (back / "layers" / "0.bin").write_bytes(b"changed")
    assert (store.get(key) / "layers" / "0.bin").read_bytes() == b"\x00\x01"


def test_a_directory_with_a_link_is_refused(store: Checkpoints, tmp_path: Path) -> None:
    source = tmp_path / "model"
    source.mkdir()
    try:
        (source / "link").symlink_to(tmp_path)
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(ValueError, match="neither a file nor a directory"):
        store.put(source)
    assert list(store.root.iterdir()) == []


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside", "C:/outside"])
def test_an_archive_cannot_leave_its_directory(name: str, tmp_path: Path) -> None:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    body.seek(0)
    with pytest.raises(ValueError, match="outside"):
        extract(body, tmp_path / "inside")
    assert not (tmp_path / "outside").exists()


def test_a_changed_file_is_noticed(store: Checkpoints) -> None:
    key = store.put(b"weights")
    with store.path(key).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"X")
    with pytest.raises(DamagedFileError, match="has changed"):
        store.get(key)


def test_a_missing_one_says_so(store: Checkpoints) -> None:
    with pytest.raises(StorageError, match="no checkpoint abc"):
        store.get("abc")


def test_a_path_that_is_no_directory_is_refused(store: Checkpoints, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="is no directory"):
        store.put(tmp_path / "nowhere")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot save a checkpoint in .*file"):
        Checkpoints(tmp_path / "file" / "states").put(b"")


def test_a_refused_state_leaves_nothing_behind(store: Checkpoints) -> None:
    with pytest.raises(TypeError):
        store.put([np.zeros(1000), object()])
    assert list(store.root.iterdir()) == []


def test_sweep_keeps_what_is_wanted_and_what_is_new(store: Checkpoints) -> None:
    wanted, old, new = store.put(b"wanted"), store.put(b"old"), store.put(b"new")
    (store.root / ".half").write_bytes(b"")
    past = time.time() - 7200.0
    for name in (wanted, old, ".half"):
        os.utime(store.root / name, (past, past))
    assert store.sweep({wanted}) == sorted([old, ".half"])
    assert store.keys() == sorted([wanted, new])
    (store.root / ".being-written").write_bytes(b"")
    os.utime(store.root / ".being-written", (past + 3700.0, past + 3700.0))  # it has stood still for an hour less a bit
    assert store.sweep({wanted}, older=60.0) == [] and (store.root / ".being-written").exists()
    assert store.sweep({wanted}, older=0.0) == sorted([".being-written", new])
    assert Checkpoints(store.root / "nowhere").sweep(()) == []


def _put_forever(root: str) -> None:
    store = Checkpoints(root)
    number = 0
    while True:
        store.put(np.full(20_000, float(number)))
        number += 1


def test_a_killed_writer_leaves_no_half_state(store: Checkpoints) -> None:
    context = multiprocessing.get_context("spawn")
    writer = context.Process(target=_put_forever, args=(str(store.root),), daemon=True)
    writer.start()
    while len(store.keys()) < 5:
        time.sleep(0.01)
    writer.kill()
    writer.join()
    for key in store.keys():
        state = store.get(key)  # raises if its content is not what its name says
        assert state.shape == (20_000,) and np.all(state == state[0])
