"""A study that learns from past ones: what becomes part of its record, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.transfer import Task


def space():
    return tw.Space(x=tw.Float(0.0, 1.0), y=tw.Float(0.0, 1.0))


def objective(trial):
    return (trial["x"] - 0.3) ** 2 + (trial["y"] - 0.7) ** 2


def earlier(path, name="earlier", **options):
    study = tw.Study(space(), minimize="loss", strategy=tw.Random(), storage=path, name=name, seed=1, **options)
    return study.optimize(objective, 30)


def later(past, path, **options):
    return tw.Study(space(), minimize="loss", storage=path, name="later", seed=2, transfer_from=past, **options)


def test_studies_files_and_tasks_are_the_same_past(tmp_path):
    study = earlier(tmp_path / "past.db")
    saved = Task.from_study(study).save(tmp_path / "task.json")
    found = [
        later([source], "memory").optimize(objective, 8).history.natives
        for source in (study, tmp_path / "past.db", str(tmp_path / "past.db"), Task.from_study(study), saved)
    ]
    assert all(np.array_equal(one, found[0]) for one in found)


def test_a_study_goes_on_exactly_after_the_past_is_gone(tmp_path):
    earlier(tmp_path / "past.db")
    straight = later([tmp_path / "past.db"], tmp_path / "a.db").optimize(objective, 16)
    later([tmp_path / "past.db"], tmp_path / "b.db").optimize(objective, 6)
    (tmp_path / "past.db").unlink()
    later([tmp_path / "past.db"], tmp_path / "b.db").optimize(objective, 11)  # not read again: it is in the record
    resumed = tw.Study.load(tmp_path / "b.db").optimize(objective, 16)
    assert resumed.strategy == straight.strategy
    assert np.array_equal(resumed.history.natives, straight.history.natives)
    for number in range(16):
        seen = resumed.history.at(int(resumed.history.seen[number]))
        row = resumed.strategy.suggest(seen, resumed.seed, np.array([number]))
        assert np.array_equal(row[0], resumed.history.natives[number])


def test_a_past_that_grows_changes_nothing_of_a_study_that_is_there(tmp_path):
    past = earlier(tmp_path / "past.db")
    first = later([past], tmp_path / "a.db").optimize(objective, 6)
    past.optimize(lambda trial: -1.0, 40)
    again = later([past], tmp_path / "a.db")
    assert again.strategy == first.strategy


def test_another_strategy_keeps_the_past_of_the_record(tmp_path):
    past = earlier(tmp_path / "past.db")
    first = later([past], tmp_path / "a.db").optimize(objective, 4)
    other = later([past], tmp_path / "a.db", strategy=tw.TPE())
    assert other.strategy == tw.Transfer(tw.TPE(), past=first.strategy.past)
    chosen = later([past], tmp_path / "a.db", strategy=tw.Transfer(first=5, model="copula"))
    assert chosen.strategy.first == 5 and chosen.strategy.past == first.strategy.past


def test_of_several_objectives_the_one_of_that_name_is_read():
    both = tw.Study(space(), directions={"time": "minimize", "loss": "minimize"}, strategy=tw.Random(), seed=0)
    both.optimize(lambda trial: {"time": 1.0, "loss": objective(trial)}, 20)
    source = later([both], "memory").strategy.past[0]
    assert source.usable == 20 and len(np.unique(source.z)) == 20


def test_a_scheduler_and_reports_go_with_it():
    def training(trial):
        for epoch in trial.epochs(9):
            trial.report(loss=objective(trial) + 1.0 / (epoch + 1))
        return objective(trial) + 1.0 / 9

    past = tw.Study(space(), minimize="loss", strategy=tw.Random(), scheduler=tw.ASHA(max_resource=9), seed=0)
    past.optimize(training, 30)
    study = tw.Study(space(), minimize="loss", scheduler=tw.ASHA(max_resource=9), seed=1, transfer_from=[past])
    study.optimize(training, 12)
    assert study.best_value < past.best_value + 0.05
    assert len(Task.from_study(past).curves) > 30


def test_what_does_not_fit_is_refused(tmp_path):
    past = earlier(tmp_path / "past.db")
    with pytest.raises(tw.errors.StudyError, match="'earlier' measured 'loss', this study 'error'"):
        tw.Study(space(), minimize="error", transfer_from=[past])
    with pytest.raises(tw.errors.StudyError, match="no parameter in common"):
        tw.Study(tw.Space(z=tw.Float(0, 1)), minimize="loss", transfer_from=[past])
    with pytest.raises(tw.errors.StudyError, match="one objective"):
        tw.Study(space(), minimize=["loss", "time"], transfer_from=[past])
    with pytest.raises(tw.errors.StudyError, match="declared space"):
        tw.Study(minimize="loss", transfer_from=[past])
    with pytest.raises(tw.errors.StudyError, match="or a list of them; got 3"):
        tw.Study(space(), minimize="loss", transfer_from=3)
    with pytest.raises(tw.errors.StudyError, match="no trial with a finite loss"):
        tw.Study(space(), minimize="loss", transfer_from=[tw.Study(space(), minimize="loss")])
    with pytest.raises(tw.errors.StudyError, match="something to learn from"):
        tw.Study(space(), minimize="loss", strategy=tw.Transfer())
    (tmp_path / "damaged.db").write_bytes(b"no such file of ours" * 50)
    with pytest.raises(tw.errors.DamagedFileError):
        tw.Study(space(), minimize="loss", transfer_from=[tmp_path / "damaged.db"])
    earlier(tmp_path / "a.db", name="later")
    with pytest.raises(tw.errors.StudyExistsError, match="founded without a past"):
        later([past], tmp_path / "a.db")


def test_the_space_of_a_study_with_a_past_grows_by_new_parameters_alone():
    study = later([earlier("memory")], "memory").optimize(objective, 6)
    with pytest.raises(tw.errors.StudyError, match="cannot change on the way"):
        study.narrow(x=tw.Float(0.1, 0.5))
    study.extend(z=tw.Float(0.0, 1.0))
    study.optimize(objective, 10)
    assert "z" in study.trials[9].config


# -- a store, or a file alone ---------------------------------------------------------------------


def names_of(study):
    return [source.name for source in study.strategy.past]


def other(path, name, space, **goal):
    study = tw.Study(space, strategy=tw.Random(), storage=path, name=name, seed=3, **(goal or {"minimize": "loss"}))
    return study.optimize(lambda trial: 1.0 if len(study.directions) == 1 else [1.0, 2.0], 4)


def test_a_study_finds_its_relatives_in_a_store_and_keeps_them(tmp_path):
    place = tmp_path / "tunewright.db"
    for name, rows in (("small", 10), ("large", 1_000), ("middle", 300)):
        earlier(place, name=name).note("features", {"rows": rows})
    other(place, "foreign", tw.Space(z=tw.Float(0, 1)))
    other(place, "errors", space(), maximize="accuracy")
    other(place, "both", space(), minimize=["loss", "time"])
    tw.Study(space(), minimize="loss", storage=place, name="just begun").ask()
    store = tw.transfer.Store(place, features={"rows": 250}, most=2)
    study = later(store, place).optimize(objective, 6)
    assert names_of(study) == ["middle", "small"]
    assert study.notes["features"] == {"rows": 250.0}
    assert later(store, place).strategy == study.strategy  # found in the record, not looked for again
    found = tw.transfer.Store(place, features={"rows": 250}, most=1)
    assert names_of(tw.Study(space(), minimize="loss", transfer_from=found)) == ["later"]
    assert names_of(tw.Study(space(), minimize="loss", transfer_from=place)) == [
        "small", "large", "middle", "both", "later"
    ]  # fmt: skip
    resumed = tw.Study.load(place, "later")
    for number in range(6):
        seen = resumed.history.at(int(resumed.history.seen[number]))
        row = resumed.strategy.suggest(seen, resumed.seed, np.array([number]))
        assert np.array_equal(row[0], resumed.history.natives[number])


def test_of_many_tasks_those_with_the_most_parameters_in_common_are_taken_newest_first(tmp_path):
    place = tmp_path / "tunewright.db"
    for k in range(4):
        other(place, f"x {k}", tw.Space(x=tw.Float(0, 1)))
    earlier(place, name="x and y")
    study = tw.Study(space(), minimize="loss", transfer_from=tw.transfer.Store(place, most=3))
    assert names_of(study) == ["x 2", "x 3", "x and y"]


def test_a_single_study_task_or_file_is_a_list_of_one(tmp_path):
    study = earlier(tmp_path / "past.db")
    task = Task.from_study(study)
    for source in (study, task, str(tmp_path / "past.db"), task.save(tmp_path / "task.json")):
        assert later(source, "memory").strategy.past == later([study], "memory").strategy.past


def test_the_first_study_of_a_store_has_nothing_to_learn_from(tmp_path):
    place = tmp_path / "tunewright.db"
    for _ in range(2):  # the second time it is continued
        first = later(tw.transfer.Store(place, features={"rows": 1}), place)
        assert not isinstance(first.strategy, tw.Transfer) and first.notes["features"] == {"rows": 1.0}
    first.optimize(objective, 3)
    second = tw.Study(space(), minimize="loss", storage=place, name="second", transfer_from=place)
    assert names_of(second) == ["later"]


def test_a_store_without_anything_alike_says_what_it_has(tmp_path):
    place = tmp_path / "tunewright.db"
    earlier(place)
    with pytest.raises(tw.errors.StudyError, match="1 studies and none measured 'error': they have 'loss'"):
        tw.Study(space(), minimize="error", transfer_from=tw.transfer.Store(place))
    with pytest.raises(tw.errors.StudyError, match=r"none has a parameter of this one \(z\): they have x, y"):
        tw.Study(tw.Space(z=tw.Float(0, 1)), minimize="loss", transfer_from=place)
    with pytest.raises(tw.errors.StudyError, match="none of the 1 past tasks has features"):
        later(tw.transfer.Store(place, features={"rows": 1}), "memory")
    with pytest.raises(tw.errors.StudyNotFoundError, match="no file"):
        later(tmp_path / "none.db", "memory")
    with pytest.raises(tw.errors.StudyError, match="features must map names to numbers"):
        tw.transfer.Store(place, features={"rows": "many"})
    with pytest.raises(ValueError, match="most"):
        tw.transfer.Store(place, most=0)
    whole = place.read_bytes()
    (tmp_path / "torn.db").write_bytes(whole[: len(whole) // 2])
    for source in (tmp_path / "torn.db", [tmp_path / "torn.db"]):
        with pytest.raises(tw.errors.DamagedFileError):
            later(source, "memory")
