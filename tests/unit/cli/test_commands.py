"""The command line as a person uses it."""

from __future__ import annotations

import csv
import json
import sys

import pytest

import tunewright as tw
from tunewright.cli.main import main

OBJECTIVE = """
import tunewright as tw

space = tw.Space(lr=tw.Float(1e-4, 1e-1, log=True), width=tw.Int(8, 64), act=tw.Categorical("relu", "tanh"))


def objective(trial):
    trial.report(loss=2.0)
    return abs(trial["lr"] - 1e-2) + trial["width"] / 1000


def by_run(trial):
    return trial.suggest_float("x", 0, 1)


def several(trial):
    width = trial["width"]
    return {"loss": tw.Measured(1.0 / width, sem=0.125), "seconds": width / 8, "memory": 2.0 * width}


def interrupted(trial):
    if trial.number == 2:
        raise KeyboardInterrupt
    return 1.0
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "mytrain.py").write_text(OBJECTIVE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "mytrain", raising=False)
    yield tmp_path
    sys.modules.pop("mytrain", None)


def run_some(trials=6, *more):
    return main(["run", "mytrain:objective", "--space", "mytrain:space", "--minimize", "loss", "--trials", str(trials),
                 "--seed", "1", *more])  # fmt: skip


def test_run_then_look_around(folder, capsys):
    assert run_some() == 0
    out = capsys.readouterr().out
    assert "best of 6 trials" in out and "loss = " in out
    assert main(["best", "tunewright.db", "--top", "3"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert main(["list", "tunewright.db"]) == 0
    assert "minimize loss  6 complete" in capsys.readouterr().out
    assert main(["show", "tunewright.db", "--last", "2"]) == 0
    out = capsys.readouterr().out
    assert "Float(0.0001, 0.1, log=True)" in out and "\n5 " in out and "\n4 " in out and "\n3 " not in out
    assert "from trial 0 on GaussianProcess: one objective" in out
    assert main(["show", "tunewright.db", "--trial", "2"]) == 0
    out = capsys.readouterr().out
    assert "trial 2 of study 'study': complete" in out and "step 1: loss=2" in out


def test_resume_knows_the_objective(folder, capsys):
    run_some(4)
    assert main(["resume", "tunewright.db", "--trials", "7"]) == 0
    assert "best of 7 trials" in capsys.readouterr().out
    straight = tw.Study(tw.Study.load("tunewright.db").space, minimize="loss", seed=1)
    straight.optimize(sys.modules["mytrain"].objective, trials=7)
    assert [t.config for t in tw.Study.load("tunewright.db").trials] == [t.config for t in straight.trials]


@pytest.mark.parametrize("name", ["gaussian-process", "trust-region", "quasirandom", "random"])
def test_a_study_keeps_its_strategy(folder, name):
    assert run_some(12, "--strategy", name) == 0
    strategy = tw.Study.load("tunewright.db").strategy
    assert type(strategy).__name__.lower() == name.replace("-", "")
    assert run_some(13) == 0
    assert tw.Study.load("tunewright.db").strategy == strategy


def test_a_file_path_names_the_objective_too(folder, capsys):
    assert (
        main(["run", str(folder / "mytrain.py:by_run"), "--minimize", "loss", "--trials", "3", "--storage", "b.db"])
        == 0
    )
    assert tw.Study.load("b.db").space.names == ("x",)


def test_interrupted_and_resumed(folder, capsys):
    arguments = ["run", "mytrain:interrupted", "--space", "mytrain:space", "--minimize", "loss", "--trials", "4"]
    assert main(arguments) == 130
    assert "interrupted" in capsys.readouterr().err
    states = [t.state.label for t in tw.Study.load("tunewright.db").trials]
    assert states == ["complete", "complete", "waiting"]


def test_several_objectives_and_a_constraint(folder, capsys):
    arguments = ["run", "mytrain:several", "--space", "mytrain:space", "--minimize", "loss", "--minimize", "seconds"]
    assert main([*arguments, "--constraint", "memory <= 60", "--threshold", "seconds=7", "--trials", "9",
                 "--seed", "1"]) == 0  # fmt: skip
    study = tw.Study.load("tunewright.db")
    front = study.pareto_front
    out = capsys.readouterr().out
    assert 1 < len(front) < 9 and f"{len(front)} of 9 trials are on the front" in out
    assert len(out.splitlines()) == len(front) + 2 and "± 0.125" in out and "breaks" not in out
    assert main(["show", "tunewright.db"]) == 0
    out = capsys.readouterr().out
    broken = [trial for trial in study.trials if trial.violation]
    assert study.goals.thresholds == {"seconds": 7.0} and "threshold: seconds 7" in out
    assert "constraint: memory <= 60" in out and out.count("breaks constraints by") == len(broken) > 0
    assert main(["show", "tunewright.db", "--trial", str(broken[0].number)]) == 0
    out = capsys.readouterr().out
    assert f"broken: memory <= 60 ({broken[0].violation:.5g})" in out and "standard error loss = 0.125" in out
    assert main(["export", "tunewright.db", "--to", "a.json"]) == 0
    document = json.loads((folder / "a.json").read_text(encoding="utf-8"))
    assert document["constraints"] == ["memory <= 60"] and document["trials"][0]["sems"] == {"loss": 0.125}
    assert document["trials"][0]["values"]["memory"] == study.history.measured[0, 2]


def test_export(folder, capsys):
    run_some(5)
    for name in ("a.csv", "a.json", "a.parquet"):
        if name.endswith("parquet"):
            pytest.importorskip("pyarrow")
        assert main(["export", "tunewright.db", "--to", name]) == 0
    study = tw.Study.load("tunewright.db")
    with open("a.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == [t.value for t in study.trials]
    assert [float(row["config.lr"]) for row in rows] == [t.config["lr"] for t in study.trials]
    document = json.loads((folder / "a.json").read_text(encoding="utf-8"))
    assert [t["config"] for t in document["trials"]] == [t.config for t in study.trials]
    assert document["objectives"] == {"loss": "minimize"} and document["seed"] == 1


def test_delete_asks(folder, capsys, monkeypatch):
    run_some(3)
    monkeypatch.setattr("builtins.input", lambda prompt: "n")
    assert main(["delete", "tunewright.db"]) == 0
    assert len(tw.Study.load("tunewright.db").trials) == 3
    assert main(["delete", "tunewright.db", "--yes"]) == 0
    with pytest.raises(tw.errors.StudyNotFoundError):
        tw.Study.load("tunewright.db", "study")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["best", "nowhere.db"], "there is no file 'nowhere.db'"),
        (["run", "mytrain", "--minimize", "loss", "--trials", "3"], "module:name"),
        (["run", "nomodule:f", "--minimize", "loss", "--trials", "3"], "no module 'nomodule'"),
        (["run", "nofile.py:f", "--minimize", "loss", "--trials", "3"], "no file 'nofile.py'"),
        (["run", "mytrain:nothing", "--minimize", "loss", "--trials", "3"], "it has tw, space, objective, by_run"),
        (["run", "mytrain:objective", "--minimize", "loss", "--storage", "c.db"], "when to end"),
        (["run", "mytrain:objective", "--trials", "3"], "what to improve"),
        (["run", "mytrain:objective", "--space", "mytrain:objective", "--minimize", "loss"], "not a tunewright Space"),
        (["run", "mytrain:objective", "--minimize", "a", "--minimize", "b", "--threshold", "a"], "METRIC=VALUE"),
        (["export", "tunewright.db", "--to", "a.xls"], ".csv, .json or .parquet"),
        (["show", "tunewright.db", "--trial", "99"], "no trial 99"),
        (["best", "tunewright.db", "--name", "other"], "other"),
    ],
)
def test_errors_are_one_line_and_status_1(folder, capsys, arguments, words):
    run_some(2)
    capsys.readouterr()
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert words in err and err.count("\n") == 1 and "Traceback" not in err


def test_help_of_every_command(capsys):
    for command in ("demo", "run", "best", "list", "show", "export", "delete", "resume"):
        with pytest.raises(SystemExit) as exit_:
            main([command, "--help"])
        assert exit_.value.code == 0
        assert len(capsys.readouterr().out) > 200
    with pytest.raises(SystemExit) as exit_:
        main([])
    assert exit_.value.code == 2


def test_the_demo_tunes_compares_and_goes_on(tmp_path, capsys):
    file = str(tmp_path / "digits.db")
    run = ["demo", "--storage", file, "--seconds", "60", "--workers", "1", "--trials"]
    assert main([*run, "2"]) == 0
    assert "None has come to its last epoch yet" in capsys.readouterr().out
    assert main([*run, "7"]) == 0
    out = capsys.readouterr().out
    assert "7 trials on 3 folds" in out and "untuned defaults" in out and "digits.db" in out
    assert "The study's 9 trials took 36 epochs, 1 of them in full; all in full would have taken 108: 67% saved" in out
    first = [t.config for t in tw.Study.load(file).trials]
    assert len(first[0]) >= 10
    assert main([*run, "1"]) == 0
    assert "has 9 trials" in capsys.readouterr().out
    assert [t.config for t in tw.Study.load(file).trials][:9] == first


def test_review_says_what_the_trials_say(folder, capsys):
    run_some()
    assert main(["review", "tunewright.db"]) == 0
    assert "20 are needed" in capsys.readouterr().out
    run_some(60)
    capsys.readouterr()
    assert main(["review", "tunewright.db", "--code"]) == 0
    assert "60 trials looked at" in capsys.readouterr().out


def test_confirm_runs_the_best_again(folder, capsys):
    run_some()
    assert main(["confirm", "tunewright.db", "--top", "2", "--seeds", "2"]) == 0
    assert "wins" in capsys.readouterr().out
    assert main(["best", "tunewright.db"]) == 0  # the companion study does not make the file ambiguous
