"""A task store: what goes in comes out, from any process, and what is no store says so."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import DamagedFileError, StudyError, StudyExistsError, StudyNotFoundError
from tunewright.transfer import Store, Task, tasks

CURVES = np.array([[0, 1, 0.9], [0, 2, 0.5], [2, 1, 0.8]])


def task(name="past", direction="minimize", **features):
    space = tw.Space(x=tw.Float(0, 1), kind=tw.Categorical("a", "b"))
    natives = np.array([[0.1, 0], [0.2, 1], [0.3, 0]])
    return Task(name, space, natives, np.array([0.5, math.nan, 0.7]), "loss", direction, CURVES, features)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_a_task_comes_out_as_it_went_in(tmp_path, direction):
    store = Store(tmp_path / "tunewright.db")
    added = store.add(task(direction=direction, rows=100), {"columns": 3})
    (found,) = store.tasks()
    assert found.to_json() == added.to_json() == task(direction=direction, rows=100, columns=3).to_json()
    assert store.names() == ["past"]


def test_studies_of_the_file_are_its_tasks(tmp_path):
    place = tmp_path / "tunewright.db"
    study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=place, name="run", strategy=tw.QuasiRandom())
    study.optimize(lambda trial: trial["x"], 4)
    study.note("features", {"rows": 7})
    store = Store(place)
    assert store.tasks()[0].features == {"rows": 7.0}
    assert store.describe("run", {"rows": 8, "columns": 2.5}) == {"rows": 8.0, "columns": 2.5}
    assert tasks(place)[0].features == {"rows": 8.0, "columns": 2.5}
    again = tw.Study.load(place, "run")
    assert again.strategy == tw.QuasiRandom() and again.notes["features"]["columns"] == 2.5
    assert Task.from_study(again).losses.tolist() == [trial.value for trial in study.trials]
    assert tasks(again)[0].features == {"rows": 8.0, "columns": 2.5}


def test_a_note_that_is_no_features_is_left_alone(tmp_path):
    study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=tmp_path / "s.db")
    study.note("features", ["my", "own"])
    assert Store(tmp_path / "s.db").tasks()[0].features == {}


def test_relatives_go_into_a_portfolio(tmp_path):
    store = Store(tmp_path / "tunewright.db")
    for name, rows in (("small", 10.0), ("large", 1000.0), ("middle", 300.0)):
        rich = Task(
            name, tw.Space(x=tw.Float(0, 1)), np.array([[0.1], [0.5], [0.9]]), np.arange(3.0), features={"rows": rows}
        )
        store.add(rich)
    near = store.relatives({"rows": 250.0}, 2)
    assert [t.name for t in near] == ["middle", "small"]
    assert tw.transfer.Portfolio.fit(near, 1).configs == ({"x": 0.1},)
    assert len(store.relatives({"rows": 1.0}, space=tw.Space(x=tw.Int(0, 5)))) == 3
    with pytest.raises(StudyError, match=r"has 3 tasks, and none has a parameter of the new space \(z\)"):
        store.relatives({"rows": 1.0}, space=tw.Space(z=tw.Float(0, 1)))
    with pytest.raises(StudyError, match="no past task has a feature"):
        store.relatives({"height": 1.0})


def test_a_name_is_taken_once(tmp_path):
    store = Store(tmp_path / "tunewright.db")
    store.add(task())
    with pytest.raises(StudyExistsError, match="'past'"):
        store.add(task())
    assert len(store.tasks()[0]) == 3


def test_two_processes_add_and_describe_at_once(tmp_path):
    code = (
        "import sys, numpy as np, tunewright as tw\n"
        "store, who = tw.transfer.Store(sys.argv[1]), sys.argv[2]\n"
        "for k in range(6):\n"
        "    name = f'{who}-{k}'\n"
        "    store.add(tw.transfer.Task(name, tw.Space(x=tw.Float(0, 1)), np.full((4, 1), 0.5), np.arange(4.0)))\n"
        "    store.describe(name, {'k': k})\n"
    )
    place = str(tmp_path / "tunewright.db")
    running = [subprocess.Popen([sys.executable, "-c", code, place, who]) for who in "ab"]
    assert [process.wait(120) for process in running] == [0, 0]
    found = {t.name: (len(t), t.features) for t in Store(place).tasks()}
    assert found == {f"{who}-{k}": (4, {"k": float(k)}) for who in "ab" for k in range(6)}


def test_what_is_no_store(tmp_path):
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DamagedFileError, match="broken.db"):
        Store(broken)
    store = Store(tmp_path / "good.db")
    store.add(task())
    whole = (tmp_path / "good.db").read_bytes()
    (tmp_path / "cut.db").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DamagedFileError, match="cut.db"):
        Store(tmp_path / "cut.db")
    with pytest.raises(StudyNotFoundError, match="'past'"):
        store.describe("absent", {"rows": 1})
    for features in ({"rows": "many"}, ["rows"], {"rows": True}):
        with pytest.raises(StudyError, match="must map names to numbers"):
            store.describe("past", features)
    with pytest.raises(StudyError, match="was renamed"):
        store.add(task("other").renamed({"x": "y"}))
