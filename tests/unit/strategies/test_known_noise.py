"""Standard errors told with the values reach the process."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tunewright as tw
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp.model import Fitting, forget, model_of
from tunewright.strategies.gp.record import evidence

KINDS = np.zeros(1, np.uint8)
FITTING = Fitting("matern52", "standard", -4.0, 1)
LINE = tw.Space(x=tw.Float(0, 1))


def study():
    return tw.Study(LINE, minimize="y", strategy=tw.GaussianProcess(candidates=32, climbs=2, startup=4), seed=3)


def test_a_loss_with_a_large_error_is_not_believed():
    x = np.linspace(0, 1, 9)[:, None]
    losses = np.where(np.arange(9) == 4, -3.0, x[:, 0])
    sems = np.where(np.arange(9) == 4, 3.0, 0.01)
    believed, doubted = model_of(x, losses, KINDS, FITTING), model_of(x, losses, KINDS, FITTING, sems)
    assert believed.means().argmin() == 4
    assert doubted.means().argmin() == 0


def test_means_are_those_of_the_textbook():
    x, losses, sems = np.linspace(0, 1, 6)[:, None], np.array([3.0, 1, 4, 1, 5, 9]), np.array([1, math.nan, 0, 2, 1, 3])
    model = model_of(x, losses, KINDS, FITTING, sems)
    r = np.abs(x - x.T) / np.exp(model.theta[0]) * math.sqrt(5)
    k = np.exp(model.theta[1]) * (1 + r + r * r / 3) * np.exp(-r)
    noise = np.nan_to_num(sems / losses.std()) ** 2 + np.exp(model.theta[2])
    y = (losses - losses.mean()) / losses.std()
    np.testing.assert_allclose(model.means(), k @ np.linalg.solve(k + np.diag(noise), y), rtol=1e-6, atol=1e-8)


def test_the_evidence_has_the_errors_of_complete_trials():
    run = study()
    for outcome in (
        {"values": 3.0, "sem": 0.5},
        {"values": 1.0},
        {"state": "pruned", "values": 1.0, "sem": 9.0},
        {"values": 2.0, "sem": 0.0},
    ):
        run.tell(run.ask(), **outcome)
    seen = evidence(run.history, coordinates(LINE))
    np.testing.assert_array_equal(seen.sems, [0.5, math.nan, math.nan, 0.0])


@pytest.mark.parametrize("strategy", [tw.GaussianProcess(candidates=32, climbs=2, startup=4), tw.TrustRegion()])
def test_suggestions_follow_the_errors_and_nothing_kept(strategy):
    def told(sems):
        run = tw.Study(LINE, minimize="y", strategy=strategy, seed=3)
        for k in range(12):
            trial = run.ask()
            run.tell(trial, (trial["x"] - 0.6) ** 2 + 0.3 * math.sin(40 * trial["x"]), sem=sems(k))
        ahead = run.history.natives[:, 0].tolist()
        forget()
        assert strategy.suggest(run.history, run.seed, np.array([12])).tobytes() == next_row(run)
        return ahead

    def next_row(run):
        return run.strategy.suggest(run.history, run.seed, np.array([12])).tobytes()

    assert told(lambda k: 0.5) == told(lambda k: 0.5) != told(lambda k: 1e-6)


@given(
    outcomes=st.lists(
        st.tuples(
            st.one_of(st.just(1.0), st.floats(-1e12, 1e12)),
            st.one_of(st.none(), st.just(0.0), st.floats(0, 1e300)),
        ),
        min_size=1,
        max_size=10,
    )
)
@settings(max_examples=25, deadline=None)
def test_an_ask_answers_whatever_the_errors(outcomes):
    run = tw.Study(LINE, minimize="y", strategy=tw.GaussianProcess(candidates=16, climbs=1, startup=1), seed=0)
    for value, sem in outcomes:
        run.tell(run.ask(), value, sem=sem)
    assert 0 <= run.ask()["x"] <= 1
