"""Bent coordinates: there and back, and what a search in them finds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tunewright as tw
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp.model import Fitting
from tunewright.strategies.gp.record import evidence
from tunewright.strategies.gp.warping import warped

FITTING = Fitting("matern52", "standard", -4.0, 1)
MIXED = tw.Space(
    x=tw.Float(0, 1), r=tw.Float(1e-6, 1.0, log=True), k=tw.Int(1, 1_000), c=tw.Categorical("a", "b", "c"),
    z=tw.Float(0, 1, when=tw.when("c", "a"), prior=tw.Normal(0.7, 0.1)),
)  # fmt: skip
QUICK = {"candidates": 32, "climbs": 2, "startup": 6, "warping": True}


def bent(outcomes=20, loss=lambda config: abs(math.sin(9 * config["x"] ** 0.2)) + config["r"]):
    run = tw.Study(MIXED, minimize="y", strategy=tw.Random(), seed=0)
    for trial in run.ask(outcomes):
        run.tell(trial, loss(trial.config))
    space = coordinates(MIXED)
    seen = evidence(run.history, space)
    return (space, seen, *warped(space, seen, np.arange(outcomes), FITTING), run.history)


def test_only_continuous_parameters_are_bent():
    _, _, found, _, _ = bent()
    assert (found.a[[2, 3]] == 1.0).all() and (found.b[[2, 3]] == 1.0).all()
    assert (found.a[:2] != 1.0).all()


def test_there_and_back_is_the_same():
    space, seen, found, there, history = bent()
    np.testing.assert_allclose(found.straightened(there.x), seen.x, atol=1e-12)
    np.testing.assert_allclose(found.natives(there.x), history.natives, rtol=1e-9)
    np.testing.assert_allclose(found.unit(history.natives), there.x, atol=1e-12)
    ends = np.repeat([[0.0], [1.0]], 5, axis=1)
    assert np.array_equal(found.bent(ends), ends) and np.array_equal(found.straightened(ends), ends)
    assert np.array_equal(found.log_prior(there.x), space.log_prior(found.straightened(there.x)))


def test_failed_and_pending_points_are_bent_too():
    run = tw.Study(MIXED, minimize="y", strategy=tw.Random(), seed=0)
    for trial in run.ask(12)[:10]:
        run.tell(trial, **({"state": "failed"} if trial.number == 9 else {"values": trial["x"] ** 3}))
    space = coordinates(MIXED)
    seen = evidence(run.history, space)
    found, there = warped(space, seen, np.arange(9), FITTING)
    assert len(there.failed) == 1 and len(there.pending) == 2
    assert np.array_equal(there.failed, found.bent(seen.failed), equal_nan=True)
    assert np.array_equal(there.pending, found.bent(seen.pending), equal_nan=True)


def test_rounding_keeps_what_the_space_has():
    _, _, found, there, _ = bent()
    again = found.rounded(there.x)
    np.testing.assert_allclose(again, there.x, atol=1e-12)


def test_a_slope_at_one_end_is_stretched():
    """Of log(x + 1/100) the first tenth has more than half the range; bent, its share of the interval grows."""
    _, _, found, _, _ = bent(40, lambda config: math.log(config["x"] + 0.01))
    tenth = found.bent(np.full((1, 5), 0.1))[0, 0]
    assert tenth > 0.2


def test_the_prior_s_normal_density_is_bent_like_its_centre():
    space, _, found, _, _ = bent()
    (centre, precision), (plain, width) = found.normal_prior(), space.normal_prior()
    assert centre[4] == pytest.approx(found.bent(plain[None, :])[0, 4])
    slope = np.diff(found.bent(plain + np.array([[-1e-6], [1e-6]]))[:, 4])[0] / 2e-6
    assert precision[4] == pytest.approx(width[4] / slope**2, rel=1e-3)
    assert precision[0] == 0.0


def test_a_bowl_is_found_and_found_again():
    def told():
        space = tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1))
        run = tw.Study(space, minimize="z", strategy=tw.GaussianProcess(warping=True), seed=0)
        run.optimize(lambda trial: (trial["x"] - 0.3) ** 2 + (trial["y"] - 0.6) ** 2, 22)
        return run

    first = told()
    assert first.best_value < 2e-3
    assert np.array_equal(first.history.natives, told().history.natives)


def test_batches_failures_constraints_and_every_acquisition_go_with_it():
    for acquisition in ("log_ei", "lcb", "log_nei", "thompson"):
        strategy = tw.GaussianProcess(acquisition=acquisition, **QUICK)
        run = tw.Study(MIXED, minimize="y", constraints=["m <= 0.8"], strategy=strategy, seed=1)
        for _ in range(4):
            for trial in run.ask(4):
                if trial["x"] > 0.95:
                    run.tell(trial, state="failed")
                else:
                    run.tell(trial, {"y": trial["r"] + trial["x"], "m": trial["x"]})
        assert len(run.history) == 16


@given(losses=st.lists(st.one_of(st.just(1.0), st.floats(-1e12, 1e12)), min_size=1, max_size=8))
@settings(max_examples=20, deadline=None)
def test_an_ask_answers_whatever_the_losses(losses):
    strategy = tw.GaussianProcess(candidates=16, climbs=1, startup=1, warping=True)
    run = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="y", strategy=strategy, seed=0)
    for loss in losses:
        run.tell(run.ask(), loss)
    assert 0 <= run.ask()["x"] <= 1


def test_several_objectives_share_their_coordinates():
    with pytest.raises(tw.errors.StudyError, match="warping=True is for one objective; this study has u, v"):
        tw.Study(MIXED, minimize=["u", "v"], strategy=tw.GaussianProcess(warping=True))


def test_warping_is_yes_or_no():
    with pytest.raises(ValueError, match="warping must be True or False; got 'x'"):
        tw.GaussianProcess(warping="x")
