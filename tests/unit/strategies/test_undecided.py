"""Where outcomes tell no place from another, trials are draws from the prior."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import tunewright as tw
from tunewright.numerics import gp
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp.model import Fitting, model_of
from tunewright.strategies.gp.search import Acquisition, Known
from tunewright.strategies.gp.undecided import flat, from_prior

BELIEVED = {"x": tw.Float(0, 1, prior=tw.Normal(0.8, 0.05)), "y": tw.Float(0, 1, prior=tw.Normal(0.3, 0.1))}
PLAIN = {"x": tw.Float(0, 1), "y": tw.Float(0, 1)}
VALUES = {"one": {"a": 2.0}, "several": {"a": 2.0, "b": -1.0, "c": 0.0}}


def searched(domains, values, trials=60, seed=0):
    strategy = tw.GaussianProcess(startup=4, candidates=32, climbs=2)
    run = tw.Study(tw.Space(domains), minimize=list(values), strategy=strategy, seed=seed)
    run.optimize(lambda trial: values, trials)
    return run


def places(run):
    return np.array([list(trial.config.values()) for trial in run.trials])[4:]


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_equal_outcomes_leave_the_prior(values):
    x = places(searched(BELIEVED, values))
    assert np.allclose(x.mean(axis=0), [0.8, 0.3], atol=0.02)
    assert np.allclose(x.std(axis=0), [0.05, 0.1], rtol=0.25)
    early = x[:8]  # not the mode first and from there outwards
    assert np.allclose(early.std(axis=0), [0.05, 0.1], rtol=0.6)


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_without_a_prior_the_whole_space_is_seen(values):
    x = places(searched(PLAIN, values))
    counts, *_ = np.histogram2d(x[:, 0], x[:, 1], bins=3, range=[[0, 1], [0, 1]])
    assert counts.min() >= 3  # of 56 / 9; the corners alone would leave the middle empty


def test_equal_outcomes_and_failures_keep_to_what_did_not_fail():
    run = tw.Study(tw.Space(PLAIN), minimize="a", strategy=tw.GaussianProcess(startup=4), seed=0)
    for _ in range(50):
        trial = run.ask()
        if trial["x"] > 0.5:
            run.tell(trial, state="failed")
        else:
            run.tell(trial, 1.0)
    x = places(run)[10:]
    assert (x[:, 0] > 0.5).mean() < 0.3
    assert np.ptp(x[:, 1]) > 0.8 and np.ptp(x[x[:, 0] <= 0.5, 0]) > 0.3


def test_suggestions_are_those_of_the_trials_own_key():
    run = searched(BELIEVED, VALUES["one"], 12)
    again = searched(BELIEVED, VALUES["one"], 12)
    other = searched(BELIEVED, VALUES["one"], 12, seed=1)
    assert (places(run) == places(again)).all() and (places(run) != places(other)).any()


def test_a_finite_space_is_used_up_without_repeats():
    domains = {"a": tw.Int(1, 4, prior=tw.Normal(2, 0.5)), "b": tw.Categorical("x", "y", weights=[0.99, 0.01])}
    run = searched(domains, VALUES["one"], 12)
    assert len({tuple(trial.config.values()) for trial in run.trials}) == len(run.trials) == 8


def test_forbidden_ground_stays_forbidden():
    run = tw.Study(tw.Space(BELIEVED).forbid("x > 0.8"), minimize="a", strategy=tw.GaussianProcess(startup=4), seed=0)
    run.optimize(lambda trial: 1.0, 20)
    assert (places(run)[:, 0] <= 0.8).all()


# -- what is flat ---------------------------------------------------------------------------------------


def acquisition(name="log_ei", length=0.01, best=-0.5, feasibility=(), weight=0.0, d=6):
    rng = np.random.default_rng(0)
    model = model_of(rng.random((5, d)), rng.normal(size=5), np.zeros(d, np.uint8), Fitting("rbf", "standard", -4.0, 1))
    theta = np.append(np.full(d, np.log(length)), [0.0, -4.0])
    fitted = model_of(model.x, np.zeros(5), model.kinds, model.fitting)
    return Acquisition(replace(fitted, theta=theta, factor=np.eye(5)), name, best, 2.0, feasibility, weight, 1)


def is_flat(target, d=6, **domain):
    space = coordinates(tw.Space({f"x{i}": tw.Float(0, 1, **domain) for i in range(d)}))
    return flat(target, space, np.full((1, d), 0.5), count=64, seed=3, number=7)


@pytest.mark.parametrize("name", ["log_ei", "log_pi", "lcb"])
def test_an_acquisition_that_is_the_same_everywhere_is_flat(name):
    assert is_flat(acquisition(name))  # no candidate is within a lengthscale of any trial
    assert not is_flat(acquisition(name, length=0.5))


def test_an_improvement_that_rounding_swallows_is_none():
    assert is_flat(acquisition(length=0.5, best=-1e3))
    assert not is_flat(acquisition(length=0.5, best=-5.0))


def test_a_prior_does_not_make_what_is_flat_another_thing():
    assert is_flat(acquisition(weight=1.0), prior=tw.Normal(0.8, 0.05))


def test_draws_are_kept_by_the_probability_to_be_feasible():
    space = coordinates(tw.Space(PLAIN))
    x = np.linspace(0.0, 1.0, 11)[:, None] * np.array([1.0, 0.0]) + np.array([0.0, 0.5])
    y = np.where(x[:, 0] > 0.5, 2.0, 0.0)
    theta = np.array([np.log(0.15), np.log(10.0), 0.0, np.log(0.01)])
    kinds = np.zeros(2, np.uint8)
    model = replace(model_of(x, y, kinds, Fitting("rbf", "standard", -4.0, 1)), theta=theta)
    factor, alpha, _ = gp.factorise(x, y, theta, kinds, family="rbf", threads=1)
    target = Acquisition(model, "log_ei", 0.0, 2.0, [(x, theta, factor, alpha, 1.0)], 0.0, 1)
    known = Known(space.space, np.zeros((0, 2)))
    drawn = np.array([from_prior(target, space, known, seed=0, number=k) for k in range(200)])
    assert (drawn[:, 0] > 0.6).mean() < 0.03
    assert np.allclose(np.histogram(drawn[:, 0], bins=4, range=(0, 0.45))[0], 200 * 0.9 / 4, atol=25)
