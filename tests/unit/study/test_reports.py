"""Reports on the way, stop decisions, metadata."""

from __future__ import annotations

import math

import pytest

import tunewright as tw
from tunewright.schedulers import Decision, Judge

SPACE = {"x": tw.Float(0.0, 1.0)}


class Odd(Judge):
    def __init__(self, history, step):
        self.history, self.step = history, step

    def decide(self, row):
        number, step, _, metrics = self.history.reports.at(row)
        assert self.history.reports.row(number, step) == row == len(self.history.reports) - 1
        assert "loss" in metrics
        return Decision.STOP if number % 2 == 1 and step >= self.step else Decision.CONTINUE


class StopAt:
    """Stops every trial whose number is odd at one step."""

    def __init__(self, step):
        self.step = step

    def check(self, directions):
        pass

    def judge(self, history):
        return Odd(history, self.step)

    def to_json(self):
        return {"scheduler": "StopAt"}


def study(**options):
    return tw.Study(tw.Space(SPACE), **{"minimize": "loss", "seed": 0} | options)


def test_epochs_end_early_when_the_scheduler_says_so():
    ran = {}

    def objective(trial):
        for epoch in trial.epochs(10):
            ran[trial.number] = epoch + 1
            trial.report(loss=1.0 / (epoch + 1))
        assert trial.should_stop == (trial.number % 2 == 1)
        return 1.0 / ran[trial.number]

    s = study(scheduler=StopAt(3)).optimize(objective, 4)
    assert ran == {0: 10, 1: 3, 2: 10, 3: 3}
    assert [t.state.label for t in s.trials] == ["complete", "pruned", "complete", "pruned"]
    assert s.trials[1].values == {"loss": 1.0 / 3}
    assert list(s.trials[1].reports) == [1, 2, 3]


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_the_same_from_workers(executor):
    s = study(scheduler=StopAt(3)).optimize(reporting, 4, workers=2, executor=executor)
    assert [t.state.label for t in s.trials] == ["complete", "pruned", "complete", "pruned"]
    assert [len(t.reports) for t in s.trials] == [10, 3, 10, 3]


def reporting(trial):
    value = 0.0
    for epoch in trial.epochs(10):
        value = 1.0 / (epoch + 1)
        trial.report(loss=value)
    return value


def test_steps_count_on_or_are_given():
    s = study()
    trial = s.ask()
    trial.report(loss=3.0)
    trial.report(loss=2.0)
    trial.report(10, loss=1.5, train_loss=1.25)
    trial.report(loss=1.0)
    assert s.trials[0].reports == {
        1: {"loss": 3.0}, 2: {"loss": 2.0}, 10: {"loss": 1.5, "train_loss": 1.25}, 11: {"loss": 1.0}
    }  # fmt: skip


def test_reports_that_are_not_finite_are_kept():
    s = study()
    trial = s.ask()
    trial.report(loss=math.nan, other=1.0)
    trial.report(loss=math.inf)
    reports = s.trials[0].reports
    assert math.isnan(reports[1]["loss"]) and reports[1]["other"] == 1.0 and reports[2] == {"loss": math.inf}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda t: t.report(0.5, 3), TypeError, "positional"),
        (lambda t: t.report(0.5, loss=1.0), tw.errors.ReportError, "whole number"),
        (lambda t: t.report(0, loss=1.0), tw.errors.ReportError, "whole number"),
        (lambda t: t.report(), tw.errors.ReportError, "at least one metric"),
        (lambda t: t.report(lossy=1.0), tw.errors.UnknownMetricError, "'loss'"),
        (lambda t: t.report(loss="high"), tw.errors.ReportError, "number"),
        (lambda t: t.report(loss=[1, 2]), tw.errors.ReportError, "number"),
        (lambda t: [t.report(1, loss=1.0), t.report(1, loss=1.0)], tw.errors.ReportError, "already reported step 1"),
        (lambda t: list(t.epochs(0)), ValueError, "epochs"),
    ],
)
def test_refused(call, error, words):
    with pytest.raises(error, match=words):
        call(study().ask())


def test_a_finished_trial_takes_no_reports():
    s = study()
    trial = s.ask()
    s.tell(trial, 1.0)
    with pytest.raises(tw.errors.TrialFinishedError):
        trial.report(loss=0.5)


def test_metadata():
    s = study()
    trial = s.ask()
    trial.annotate("commit", "abc")
    s.annotate(trial.number, "gpu", 3)
    assert s.trials[0].metadata == {"commit": "abc", "gpu": 3}


def test_an_interrupted_trial_reports_its_steps_again():
    s = study()
    trial = s.ask()
    trial.report(loss=3.0)
    s.requeue(trial)
    again = s.ask()
    assert again.number == 0 and again.config == trial.config
    again.report(loss=2.0)
    assert s.trials[0].reports == {1: {"loss": 2.0}}


def test_a_copy_without_a_study_says_so():
    import pickle

    trial = pickle.loads(pickle.dumps(study().ask()))
    with pytest.raises(tw.errors.StudyError, match="copy"):
        trial.report(loss=1.0)
    with pytest.raises(KeyError, match="'x'"):
        trial["nothing"]
