"""A past search as columns."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.transfer import Task, tasks


def space():
    return tw.Space(
        lr=tw.Float(1e-4, 1e-1, log=True),
        optimizer=tw.Categorical("sgd", "adam"),
        momentum=tw.Float(0.0, 0.9, when=tw.when("optimizer", "sgd")),
    )


def searched(**options):
    study = tw.Study(space(), maximize="accuracy", strategy=tw.Random(), seed=1, **options)
    for value in (0.3, None, 0.9, "pruned"):
        trial = study.ask()
        for epoch in (1, 2):
            trial.report(accuracy=0.1 * epoch)
        if value is None or value == "pruned":
            study.tell(trial, state=value or "failed")
        else:
            study.tell(trial, value)
    study.ask()  # one that never ended is no part of the task
    return study


def test_a_study_becomes_its_configurations_and_losses():
    study = searched()
    task = Task.from_study(study, features={"rows": 100})
    assert (task.name, task.objective, task.direction, len(task)) == ("study", "accuracy", "maximize", 4)
    assert np.array_equal(task.losses, [-0.3, math.nan, -0.9, math.nan], equal_nan=True)
    assert np.array_equal(task.values, [0.3, math.nan, 0.9, math.nan], equal_nan=True)
    assert task.configs == [trial.config for trial in study.trials[:4]]
    assert np.array_equal(task.unit, study.history.unit[:4], equal_nan=True)
    steps, losses = task.curve(2)
    assert steps.tolist() == [1, 2] and losses.tolist() == [-0.1, -0.2]
    assert np.array_equal(task.best(3), study.history.natives[[2, 0]], equal_nan=True)
    assert task.features == {"rows": 100.0}


def test_a_file_gives_the_same_task_as_its_study(tmp_path):
    study = searched(storage=tmp_path / "past.db", name="first")
    searched(storage=tmp_path / "past.db", name="second")
    first, second = tasks(tmp_path / "past.db")
    assert [first.name, second.name] == ["first", "second"]
    assert first.to_json() == Task.from_study(study).to_json()
    assert [task.name for task in tasks(str(tmp_path / "past.db"), studies=["second"])] == ["second"]


def test_a_task_survives_json_to_the_last_bit(tmp_path):
    task = Task.from_study(searched(), features={"share": 1 / 3, "unknown": math.nan})
    task = task.renamed({"lr": "learning_rate", "accuracy": "score"})
    back = Task.load(task.save(tmp_path / "task.json"))
    for column in ("natives", "losses", "curves"):
        assert np.array_equal(getattr(back, column), getattr(task, column), equal_nan=True)
    assert back.names == ("learning_rate", "optimizer", "momentum")
    assert back.objective == "score"
    assert back.space == task.space
    assert back.features["share"] == 1 / 3 and math.isnan(back.features["unknown"])
    assert [one.name for one in tasks(tmp_path / "task.json")] == ["study"]


def test_a_task_from_arrays_turns_values_by_their_direction():
    configs = [{"lr": 1e-2, "optimizer": "adam"}, {"lr": 1e-3, "optimizer": "sgd", "momentum": 0.9}]
    task = Task.from_arrays("t", space(), configs, [0.1, 0.4], objective="accuracy", direction="maximize")
    assert task.losses.tolist() == [-0.1, -0.4]
    assert task.configs == configs
    again = Task.from_arrays("t", space(), task.unit, [0.1, 0.4])
    assert again.configs == configs and again.losses.tolist() == [0.1, 0.4]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"losses": np.zeros(3)}, "natives must have shape"),
        ({"natives": np.zeros((2, 2))}, "natives must have shape"),
        ({"direction": "down"}, "'minimize' or 'maximize'"),
        ({"curves": np.array([[2.0, 1.0, 0.5]])}, "a row from 0 to 1"),
        ({"curves": np.zeros((1, 2))}, "curves must have shape"),
    ],
)
def test_columns_that_do_not_fit_are_refused(change, words):
    columns = {"natives": np.full((2, 3), 0.5), "losses": np.zeros(2)} | change
    with pytest.raises(tw.errors.StudyError, match=words):
        Task("t", space(), **columns)


def test_names_that_the_task_does_not_have_are_refused():
    task = Task.from_study(searched())
    with pytest.raises(tw.errors.StudyError, match="no 'rate'.*lr, optimizer, momentum.*'accuracy'"):
        task.renamed({"rate": "lr"})
    with pytest.raises(tw.errors.StudyError, match="two parameters"):
        task.renamed({"lr": "momentum"})


def test_several_objectives_need_one_to_be_named():
    study = tw.Study(space(), minimize=["loss", "time"], seed=0)
    with pytest.raises(tw.errors.StudyError, match="'loss', 'time'.*say which"):
        Task.from_study(study)
    assert Task.from_study(study, "time").objective == "time"
    with pytest.raises(tw.errors.StudyError, match="not 'size'"):
        Task.from_study(study, "size")


def test_what_is_no_past_is_said_to_be_none(tmp_path):
    (tmp_path / "wrong.db").write_bytes(b"not a database at all" * 100)
    (tmp_path / "wrong.json").write_text("{")
    (tmp_path / "other.json").write_text("{}")
    good = Task.from_study(searched()).to_json()
    (tmp_path / "damaged.json").write_text(json.dumps(good | {"losses": good["losses"][:-8]}))
    for name in ("wrong.db", "wrong.json", "other.json", "damaged.json"):
        with pytest.raises(tw.errors.DamagedFileError):
            tasks(tmp_path / name)
    with pytest.raises(tw.errors.StudyNotFoundError, match="no file"):
        tasks(tmp_path / "missing.db")
    assert not (tmp_path / "missing.db").exists()
    with pytest.raises(tw.errors.StudyError, match="got int"):
        tasks(3)
