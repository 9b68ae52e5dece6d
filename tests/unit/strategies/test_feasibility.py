"""Constraints on measured metrics weigh the acquisition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tunewright as tw
from tunewright.numerics import gp
from tunewright.strategies.gp.belief import belief_of
from tunewright.strategies.gp.feasibility import feasibility
from tunewright.strategies.gp.model import HIGHEST, Fitting
from tunewright.strategies.gp.record import Evidence

KINDS = np.zeros(1, np.uint8)
FITTING = Fitting("matern52", "standard", -4.0, 1)
QUICK = {"candidates": 64, "climbs": 2, "startup": 5}


def seen(x, losses, slacks, failed=()):
    n = len(x)
    x, failed = np.array(x, dtype=float).reshape(n, 1), np.array(failed, dtype=float).reshape(-1, 1)
    slacks = np.array(slacks, dtype=float).reshape(n, -1)
    none = np.zeros((0, 1))
    losses, unknown, ends = np.array(losses, dtype=float), np.full(n, math.nan), np.ones(n, bool)
    return Evidence(np.arange(n), x, losses, unknown, slacks, failed, none, ends)


def believed(record):
    return belief_of(record, np.arange(len(record.x)), KINDS, FITTING)


def probability(process, q):
    """That a process is below its threshold."""
    x, theta, factor, alpha, threshold = process
    mean, variance = gp.predict(x, theta, KINDS, factor, alpha, np.reshape(q, (-1, 1)))
    return [0.5 * math.erfc((m - threshold) / math.sqrt(2 * v)) for m, v in zip(mean, variance, strict=True)]


def test_each_constraint_is_likely_kept_where_it_was():
    x = np.linspace(0, 1, 11)
    record = seen(x, x, np.stack([x - 0.5, 0.2 - x], axis=1))
    first, second = feasibility(record, believed(record).model, 100)
    assert np.round(probability(first, [0.1, 0.3, 0.5, 0.7, 0.9]), 1).tolist() == [1.0, 1.0, 0.5, 0.0, 0.0]
    assert np.round(probability(second, [0.0, 0.1, 0.2, 0.3, 0.9]), 1).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_huge_slacks_do_not_hide_the_boundary():
    x = np.linspace(0, 1, 11)
    slacks = np.where(x > 0.8, 1e12, x - 0.5)
    record = seen(x, x, slacks)
    (process,) = feasibility(record, believed(record).model, 100)
    kept, broken = probability(process, [0.3, 0.7])
    assert kept > 0.9 and broken < 0.2


def test_what_is_not_known_teaches_nothing():
    record = seen([0.1, 0.5, 0.9], [1, 2, 3], [math.nan, -1.0, math.nan])
    (process,) = feasibility(record, believed(record).model, 100)
    assert process[0].tolist() == [[0.5]]
    assert not feasibility(seen([0.1], [1], [math.nan]), believed(record).model, 100)
    assert not feasibility(seen([0.1], [1], []), believed(record).model, 100)


def test_constraints_and_failures_each_have_their_process():
    record = seen([0.1, 0.5], [1, 2], [-1.0, 1.0], failed=[0.9])
    slack, failing = feasibility(record, believed(record).model, 100)
    assert slack[0].tolist() == [[0.1], [0.5]] and failing[0].tolist() == [[0.1], [0.5], [0.9]]
    assert np.greater(*probability(failing, [0.1, 0.9]))


def test_of_many_trials_the_newest_thousand_count():
    x = np.linspace(0, 1, 1_500)
    record = seen(x, x, x - 0.9, failed=np.linspace(0, 1, 400))
    slack, failing = feasibility(record, believed(record).model, 5_000)
    assert np.array_equal(slack[0][:, 0], x[500:])
    assert np.array_equal(failing[0][:, 0], [*x[750:], *np.linspace(0, 1, 400)[150:]])


def test_a_constraint_never_kept_is_worth_a_look_elsewhere():
    record = seen([0.4, 0.5, 0.6], [1, 2, 3], [2.0, 2.0, 2.0])
    (process,) = feasibility(record, believed(record).model, 100)
    there, elsewhere = probability(process, [0.5, 0.0])
    assert there < 0.1 < elsewhere


def test_the_best_is_the_best_of_those_that_keep_the_constraints():
    x = [0.0, 0.5, 1.0]
    assert believed(seen(x, [-1, 0, 1], [1.0, -1.0, -1.0])).best == pytest.approx(0.0, abs=0.1)
    assert believed(seen(x, [-1, 0, 1], [-1.0, -1.0, -1.0])).best < -0.8
    lost = believed(seen(x, [-1, 0, 1], [3.0, math.nan, 1.0]))
    assert lost.best == HIGHEST == lost.with_pending(np.array([[0.2]])).best
    assert lost.centres[:, 0].tolist() == [1.0, 0.0, 0.5]  # the least violation first, the unknown one last


@pytest.mark.parametrize("acquisition", ["log_ei", "log_pi", "lcb", "log_nei", "thompson"])
def test_the_best_allowed_is_found_at_the_edge(acquisition):
    """The bowl's bottom is at 0.8, allowed is up to 0.5."""
    strategy = tw.GaussianProcess(acquisition=acquisition, **QUICK)
    run = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="y", constraints=["memory <= 50"], strategy=strategy, seed=0)
    for _ in range(25):
        trial = run.ask()
        run.tell(trial, {"y": (trial["x"] - 0.8) ** 2, "memory": 100 * trial["x"]})
    kept = run.history.natives[run.history.feasible, 0]
    assert kept.max() > 0.49
    assert len(kept) >= 6


@given(
    outcomes=st.lists(
        st.tuples(st.floats(-1e9, 1e9), st.one_of(st.just(1.0), st.floats(allow_nan=True, allow_infinity=True))),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=25, deadline=None)
def test_an_ask_answers_whatever_the_slacks(outcomes):
    strategy = tw.GaussianProcess(candidates=16, climbs=1, startup=1)
    run = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="y", constraints=["m <= 2"], strategy=strategy, seed=0)
    for value, measured in outcomes:
        run.tell(run.ask(), {"y": value, "m": measured})
    assert 0 <= run.ask()["x"] <= 1
