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
    with pytest.raises(tw.errors.StudyError, match="must be a list"):
        tw.Study(space(), minimize="loss", transfer_from=str(tmp_path / "past.db"))
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
