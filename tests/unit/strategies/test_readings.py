"""Which reports a model gets to see: written down by hand."""

from __future__ import annotations

import math

import numpy as np

import tunewright as tw
from tunewright.strategies.readings import readings

SPACE = tw.Space(x=tw.Float(0, 1))


def study(**goal):
    return tw.Study(SPACE, strategy=tw.Random(), seed=0, **(goal or {"minimize": "loss"}))


def reported(run, steps, end=None, loss=lambda step: 1.0 / step, name="loss"):
    """A trial that reports at ``steps`` and ends as ``end`` says: a value, a state, or not at all."""
    trial = run.ask()
    for step in steps:
        trial.report(step, **{name: loss(step)})
    if isinstance(end, str):
        run.tell(trial, state=end)
    elif end is not None:
        run.tell(trial, end)
    return trial.number


def seen(run):
    found = readings(run.history)
    return list(zip(found.trials.tolist(), found.steps.tolist(), found.losses.tolist(), strict=True))


def test_an_empty_record_has_no_readings():
    found = readings(study().history)
    assert len(found.trials) == 0 and found.highest == 1 and not found.varied


def test_without_reports_the_outcomes_are_all_there_is():
    run = study(maximize="accuracy")
    for value in (0.5, 0.75):
        run.tell(run.ask(), value)
    assert seen(run) == [(0, 1, -0.5), (1, 1, -0.75)]


def test_of_trials_trained_in_full_only_the_outcome_counts():
    run = study()
    for _ in range(6):
        reported(run, range(1, 10), end=0.5)
    reported(run, [1, 2])  # under way: one of seven
    assert seen(run) == [(number, 9, 0.5) for number in range(6)]


def test_rungs_are_where_trials_came_to_an_end():
    run = study()
    reported(run, range(1, 10), end=0.25)
    for _ in range(2):
        reported(run, range(1, 4), end="pruned")
    for _ in range(3):
        reported(run, [1])  # paused, or under way
    assert seen(run) == [
        (0, 1, 1.0), (0, 3, 1 / 3), (0, 9, 0.25),  # the outcome in place of the report of step 9
        (1, 1, 1.0), (1, 3, 1 / 3), (2, 1, 1.0), (2, 3, 1 / 3), (3, 1, 1.0), (4, 1, 1.0), (5, 1, 1.0),
    ]  # fmt: skip
    assert readings(run.history).varied


def test_a_pruned_trial_counts_with_its_last_report_wherever_that_was():
    run = study()
    reported(run, range(1, 10), end=0.25)
    reported(run, range(1, 6), end="pruned")
    assert seen(run) == [(0, 9, 0.25), (1, 5, 0.2)]


def test_readings_come_in_the_order_in_which_they_became_known():
    run = study()
    first, second = run.ask(2)
    second.report(3, loss=0.5)
    first.report(3, loss=0.75)
    assert readings(run.history).trials.tolist() == [1, 0]


def test_rungs_keep_apart_and_are_six_at_most():
    run = study()
    for last in (*range(50, 60), 2, 4, 8, 16, 32, 1):
        for _ in range(2):
            reported(run, range(1, last + 1))
    steps = np.unique(readings(run.history).steps)
    assert len(steps) == 6 and steps[-1] == 59 and (steps[1:] >= 1.2 * steps[:-1]).all()


def test_failed_trials_and_what_is_not_finite_are_left_out():
    run = study()
    reported(run, [1, 2], end="failed")
    reported(run, [1, 2], end=math.inf)
    for _ in range(2):
        reported(run, [1, 2], loss=lambda step: math.nan if step == 2 else 1.0, end="pruned")
    reported(run, [1, 2, 3], end=1e200)
    assert seen(run) == [(4, 2, 0.5), (4, 3, 1e150)]


def test_an_earlier_ask_saw_what_there_was_then():
    run = study()
    for last in (9, 3, 3, 1, 1, 1):
        reported(run, range(1, last + 1), end="pruned" if last < 9 else 0.25)
    asked = run.ask()
    before = seen(run)
    asked.report(1, loss=2.0)
    run.tell(asked, 3.0)
    past = readings(run.history.at(int(run.history.seen[asked.number])))
    assert list(zip(past.trials.tolist(), past.steps.tolist(), past.losses.tolist(), strict=True)) == before
