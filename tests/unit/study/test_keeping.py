"""Saved states: what a trial finds again, and what is deleted when."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import StorageError, StudyError, TrialFinishedError

SPACE = tw.Space(x=tw.Float(0.0, 1.0))


def study_of(tmp_path: Path, keep: str = "best", **parts) -> tw.Study:
    parts = {"minimize": "loss", **parts}
    return tw.Study(SPACE, seed=0, checkpoints=tw.Checkpoints(tmp_path / "states", keep=keep), **parts)


def states(study: tw.Study) -> list[str]:
    return study.home.depot(0).keys()


def run(study: tw.Study, values) -> tw.Trial:
    trial = study.ask()
    trial.save({"values": values})
    study.tell(trial, values)
    return trial


def test_a_trial_finds_what_it_saved_last(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    trial = study.ask()
    assert trial.load() is None
    trial.save({"w": np.arange(3.0)})
    trial.save({"w": np.arange(4.0)})
    assert np.array_equal(trial.load()["w"], [0.0, 1.0, 2.0, 3.0])
    assert len(states(study)) == 1


def test_epochs_go_on_behind_the_loaded_state(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    trial = study.ask()
    for epoch in trial.epochs(3):
        trial.report(loss=1.0)
        trial.save(epoch)
    study.requeue(trial)
    again = study.ask()
    assert again.number == trial.number
    assert again.load() == 2
    assert list(again.epochs(5)) == [3, 4]
    assert sorted(study.trials[0].reports) == [1, 2, 3]  # what led to the saved state stays


def test_steps_gone_over_again_are_not_recorded_twice(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    trial = study.ask()
    trial.report(loss=1.0)
    trial.save("after one")
    trial.report(loss=2.0)  # its process dies here
    study.requeue(trial)
    again = study.ask()
    assert again.load() == "after one" and again.resumed == 2
    for epoch in again.epochs(3):
        again.report(loss=10.0 * (epoch + 1))
    assert {step: report["loss"] for step, report in study.trials[0].reports.items()} == {1: 1.0, 2: 2.0, 3: 30.0}


def test_a_step_may_be_given(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    trial = study.ask()
    trial.save(b"", step=7)
    trial.load()
    assert list(trial.epochs(9)) == [7, 8]
    with pytest.raises(ValueError, match="step"):
        trial.save(b"", step=-1)


@pytest.mark.parametrize(("keep", "kept"), [("best", [0.5]), ("all", [2.0, 0.5, 1.0, 0.5]), ("none", [])])
def test_finished_trials_keep_what_was_chosen(tmp_path: Path, keep: str, kept: list[float]) -> None:
    study = study_of(tmp_path, keep)
    trials = [run(study, loss) for loss in (2.0, 0.5, 1.0, 0.5)]
    found = [trial.load() for trial in trials]
    assert [state["values"] for state in found if state is not None] == kept
    assert len(states(study)) == len(set(kept))
    if keep == "best":
        assert found[1] is not None  # the earlier one of equals


def test_the_front_keeps_its_states(tmp_path: Path) -> None:
    study = study_of(tmp_path, directions={"loss": "minimize", "size": "minimize"}, minimize=None)
    trials = [run(study, values) for values in ([1.0, 3.0], [3.0, 1.0], [2.0, 2.0], [0.5, 2.5])]
    assert [trial.load() is not None for trial in trials] == [False, True, True, True]


def test_a_trial_that_breaks_a_constraint_is_not_best(tmp_path: Path) -> None:
    study = study_of(tmp_path, constraints=["size <= 1"])
    good, bad = run(study, {"loss": 2.0, "size": 1.0}), run(study, {"loss": 1.0, "size": 3.0})
    assert good.load() is not None and bad.load() is None


def test_failed_and_pruned_trials_let_go(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    for state in ("failed", "pruned"):
        trial = study.ask()
        trial.save(state)
        study.tell(trial, state=state)
    assert states(study) == []


def test_equal_states_go_with_their_last_keeper(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    first, second = study.ask(), study.ask()
    first.save(b"same")
    second.save(b"same")
    study.tell(first, state="failed")
    assert second.load() == b"same"
    study.tell(second, state="failed")
    assert states(study) == []


def test_a_finished_trial_cannot_save(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    trial = run(study, 1.0)
    with pytest.raises(TrialFinishedError):
        trial.save(b"late")
    assert trial.load() == {"values": 1.0}
    assert len(states(study)) == 1  # what it tried to save is no orphan


def test_a_state_that_another_trial_let_go_of_meanwhile_is_written_again(tmp_path: Path, monkeypatch) -> None:
    study = study_of(tmp_path)
    trial, depot = study.ask(), study.home.depot(0)
    keep = study.home.keep
    monkeypatch.setattr(study.home, "keep", lambda *of: depot.discard(of[-1]) or keep(*of))
    trial.save(b"same")
    assert trial.load() == b"same"


def test_batches_let_go_too(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    trials = study.ask(3)
    for trial in trials:
        trial.save(trial.number)
    study.tell(trials, [3.0, 1.0, 2.0])
    assert [trial.load() for trial in trials] == [None, 1, None]


def test_a_stored_study_has_its_states_beside_its_file(tmp_path: Path) -> None:
    file = tmp_path / "a study.db"
    study = tw.Study(SPACE, minimize="loss", storage=file, name="../odd", seed=0)
    trial = study.ask()
    trial.save(b"weights", step=4)
    (directory,) = (tmp_path / "a study.db.checkpoints").iterdir()
    assert [path.name for path in directory.iterdir()] == states(study)
    loaded = tw.Study.load(file)
    assert loaded.recover() == [0]
    again = loaded.ask()
    assert again.load() == b"weights" and list(again.epochs(5)) == [4]
    loaded.tell(again, 1.0)
    ended = tw.Study.load(file)
    assert ended.load_state(ended.best_trial) == ended.load_state(0) == b"weights"


def test_two_processes_of_one_study_agree_on_what_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    here = tw.Study(SPACE, minimize="loss", storage=file, seed=0)
    there = tw.Study.load(file)
    ours, theirs = here.ask(), there.ask()
    ours.save(b"same")
    theirs.save(b"same")
    here.tell(ours, state="failed")  # here has not read yet that the other trial keeps it too
    assert theirs.load() == b"same"


def test_what_a_killed_process_left_is_swept_when_a_run_begins(tmp_path: Path) -> None:
    import os

    study = study_of(tmp_path)
    kept = study.ask()
    kept.save(b"kept")
    depot = study.home.depot(0)
    orphan = depot.put(b"orphan")
    for key in depot.keys():
        os.utime(depot.path(key), (1.0, 1.0))
    fresh = depot.put(b"fresh, perhaps on its way into the record")
    study.optimize(lambda trial: 1.0, trials=2)
    assert not depot.has(orphan) and depot.has(fresh) and kept.load() == b"kept"


def test_a_missing_state_says_so(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    trial = study.ask()
    trial.save(b"weights")
    study.home.depot(0).discard(states(study)[0])
    with pytest.raises(StorageError, match="no checkpoint"):
        trial.load()


def test_odd_places_are_refused() -> None:
    with pytest.raises(StudyError, match="checkpoints must be"):
        tw.Study(SPACE, minimize="loss", checkpoints=3)
    with pytest.raises(ValueError, match="keep must be"):
        tw.Checkpoints("somewhere", keep="some")
