"""``tunewright tune`` as a person uses it."""

from __future__ import annotations

import sys

import pytest

import tunewright as tw
from tunewright.cli.main import main
from tunewright.cli.workloads import WORKLOADS

WORK = """
import math
import tunewright as tw

space = tw.Space(lr=tw.Float(1e-4, 1e-1, log=True), depth=tw.Int(1, 6))


def objective(trial):
    return abs(math.log10(trial["lr"]) + 2) + abs(trial["depth"] - 3)


def accuracy(trial):
    return -objective(trial)


def test(config):
    return 0.125
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "tunable.py").write_text(WORK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("tunable", None)


def tune(*more, budget="16"):
    return main(
        ["tune", "tunable.py:objective", "--space", "tunable:space", "--budget", budget, "--epochs", "1", *more]
    )


def test_a_plan_spends_nothing(folder, capsys):
    assert tune("--plan", "--start", "depth=6") == 0
    out = capsys.readouterr().out
    assert "minimize loss with 16 epochs" in out
    assert "it starts from lr 0.0003, depth 6" in out
    assert not (folder / "recipe.db").exists()


def test_the_whole_and_its_summary(folder, capsys):
    assert tune("--test", "tunable:test", "--summary", "told.txt", "--start", "depth=6") == 0
    out = capsys.readouterr().out
    assert "tiers 2 and 3" in out and "test, once: loss 0.125" in out
    told = (folder / "told.txt").read_text()
    assert "what changed:" in told and all(line in out for line in told.splitlines())
    trained = sum(tw.Study.load("recipe.db", name).history.n for name in tw.Sqlite("recipe.db").names())
    assert tune("--test", "tunable:test", "--start", "depth=6") == 0
    assert trained == sum(tw.Study.load("recipe.db", name).history.n for name in tw.Sqlite("recipe.db").names())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tune", "digits", "--epochs", "3"], "--epochs: 'digits' is built in"),
        (["tune", "tunable:objective", "--domain", "sound"], "workload must be one of"),
        (["tune", "tunable:objective", "--start", "depth"], "--start takes NAME=VALUE"),
        (["tune", "tunable:objective", "--budget", "many"], "budget"),
        (["tune", "tunable:nothing"], "has no 'nothing'"),
    ],
)
def test_wrong_use_is_said_in_a_sentence(folder, capsys, arguments, said):
    assert main(arguments) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=lambda workload: workload.name)
class TestWorkloads:
    def test_it_starts_inside_its_space(self, workload):
        assert list(workload.beginning) == list(workload.space.names)
        assert workload.space.natives([workload.beginning]).shape == (1, len(workload.space))

    def test_its_data_are_in_three_parts(self, workload):
        splits = workload.splits
        assert (splits.train.size, splits.validation.size) == workload.parts
        assert splits.test is not None and splits.test.size > 500

    def test_it_can_be_probed(self, workload):
        probe = workload.probe(workload.beginning)
        assert probe(1e-3) > 0


def test_a_workload_reports_each_epoch_and_scores_its_test_set():
    workload = WORKLOADS["digits"]
    study = tw.Study(workload.space, minimize="loss", seed=0)
    study.enqueue(workload.beginning)
    study.optimize(workload.objective, 1, progress=False)
    assert list(study.trials[0].reports) == list(range(1, workload.epochs + 1))
    score = workload.test({**workload.beginning, "lr": 0.02})
    assert score["accuracy"] > 0.8 and score["loss"] < 1.0
