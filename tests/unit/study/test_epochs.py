"""A budget in epochs: what counts, and that it is not exceeded."""

from __future__ import annotations

import math

import pytest

import tunewright as tw
from tunewright.study.stopping import epochs_of

SPACE = tw.Space(x=tw.Float(0, 1))


def study(**options):
    return tw.Study(SPACE, minimize="loss", strategy=tw.Random(), seed=0, **options)


def curve(trial):
    for epoch in trial.epochs(9):
        trial.report(loss=trial["x"] + 1.0 / (epoch + 1))
    return trial["x"]


def test_trials_in_full_fit_or_do_not_begin():
    s = study().optimize(curve, stop=tw.Epochs(30, each=9))
    assert s.history.n == 3
    assert s.stop_reason == "27 of 30 epochs are spent, and a trial may take 9"


def test_what_ended_early_counts_with_what_it_took():
    s = study(scheduler=tw.ASHA(9, min_resource=1)).optimize(curve, stop=tw.Epochs(100, each=9))
    steps = [max(trial.reports) for trial in s.trials]
    assert min(steps) < 9
    assert 91 < sum(steps) <= 100
    assert epochs_of(s.history, 9).tolist() == steps


def test_silent_trials():
    s = study()
    for state in ("complete", "failed", "pruned"):
        trial = s.ask()
        s.tell(trial, 1.0 if state == "complete" else None, state=state)
    running, waiting = s.ask(), s.enqueue({"x": 0.5})
    s.tell(s.ask(), math.nan)
    assert (running.number, waiting) == (3, [4])
    # in full; one that failed, whatever it took; one that may take all; the one that waited has failed
    assert epochs_of(s.history, 7).tolist() == [7, 1, 1, 7, 1]


def test_a_run_that_is_over_begins_nothing_when_it_is_asked_again():
    s = study().optimize(curve, stop=tw.Epochs(20, each=9))
    assert s.optimize(curve, stop=tw.Epochs(20, each=9)).history.n == 2
    assert s.optimize(curve, stop=tw.TargetReached(2.0)).history.n == 2
    assert s.optimize(curve, stop=tw.Epochs(27, each=9)).history.n == 3


def test_without_each_the_last_trial_may_go_beyond():
    assert study().optimize(curve, stop=tw.Epochs(20)).history.n == 3


@pytest.mark.parametrize("arguments", [(-1,), (True,), ("9",), (math.nan,)])
def test_limits_are_numbers(arguments):
    with pytest.raises(ValueError, match="limit"):
        tw.Epochs(*arguments)


@pytest.mark.parametrize("each", [0, 1.5, True])
def test_each_is_a_count(each):
    with pytest.raises(ValueError, match="each"):
        tw.Epochs(10, each=each)
