"""The acquisitions of the Gaussian-process strategy beside the default one."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.numerics import gp
from tunewright.strategies.gp.belief import belief_of
from tunewright.strategies.gp.fantasies import imagined
from tunewright.strategies.gp.model import Fitting
from tunewright.strategies.gp.record import Evidence

KINDS = np.zeros(1, np.uint8)
FITTING = Fitting("matern52", "standard", -4.0, 1)


def belief(losses, sems, slacks=None):
    n = len(losses)
    x, none = np.linspace(0, 1, n)[:, None], np.zeros((0, 1))
    slacks = np.zeros((n, 0)) if slacks is None else np.array(slacks)[:, None]
    losses, sems = np.array(losses, dtype=float), np.array(sems, dtype=float)
    record = Evidence(np.arange(n), x, losses, sems, slacks, none, none, np.ones(n, bool))
    return belief_of(record, np.arange(n), KINDS, FITTING)


# -- noisy expected improvement -------------------------------------------------------------------------


def test_imagined_functions_are_those_of_the_posterior():
    noisy = belief([1.0, -2.0, 0.5, 3.0, 0.0, 1.0], [1.0, 3.0, 0.1, 2.0, 0.5, 0.0])
    model, bests = imagined(noisy, 7)
    drawn = np.array([gp.predict(*parts(model, alpha), noisy.model.x)[0] for alpha in model.alpha])
    mean, variance = gp.predict(*parts(noisy.model, noisy.model.alpha), noisy.model.x)
    assert drawn.shape == (32, 6)
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.15 * np.sqrt(variance.max()))
    np.testing.assert_allclose(drawn.std(axis=0), np.sqrt(variance), rtol=0.35)
    np.testing.assert_allclose(bests, drawn.min(axis=1), atol=1e-3)
    certain = gp.predict(*parts(model, model.alpha[0]), noisy.model.x)[1]
    assert (certain < 1e-6).all()


def parts(model, alpha):
    return model.x, model.theta, model.kinds, model.factor, alpha


def test_imagined_bests_are_those_of_eligible_points():
    everywhere = imagined(belief([0.0, 5.0, 9.0], [0.1] * 3), 1)[1]
    right = imagined(belief([0.0, 5.0, 9.0], [0.1] * 3, slacks=[1.0, -1.0, -1.0]), 1)[1]
    nowhere = imagined(belief([0.0, 5.0, 9.0], [0.1] * 3, slacks=[1.0, 1.0, 1.0]), 1)[1]
    assert (everywhere < right).all() and (right < nowhere).all() and nowhere.min() == 1e6


def test_many_points_have_draws_too():
    model, bests = imagined(belief(np.sin(np.arange(1_200.0)), np.full(1_200, 0.5)), 1)
    assert model.alpha.shape == (32, 1_200) and np.isfinite(bests).all()


# -- Thompson sampling ----------------------------------------------------------------------------------


def test_a_value_is_drawn_as_often_as_it_is_likely_the_best():
    """Three categories, each told twice: the share of draws is the probability, by the posterior, to be least."""
    strategy = tw.GaussianProcess(acquisition="thompson", startup=6, candidates=16)
    space = tw.Space(c=tw.Categorical("a", "b", "c"))
    run = tw.Study(space, minimize="y", strategy=strategy, seed=0)
    for name, value in [("a", 1.0), ("b", 0.0), ("c", 0.9), ("a", 0.2), ("b", 0.8), ("c", 0.4)]:
        run.enqueue({"c": name})
        run.tell(run.ask(), value)
    chosen = strategy.suggest(run.history, 0, np.arange(6, 46))[:1]  # one at a time: those of a batch are believed
    chosen = np.concatenate([chosen, *(strategy.suggest(run.history, 0, np.array([k])) for k in range(7, 406))])
    shares = np.bincount(chosen[:, 0].astype(int), minlength=3) / len(chosen)
    seen = np.array([0, 1, 2, 0, 1, 2])
    record = Evidence(
        np.arange(6), (seen[:, None] + 0.5) / 3, np.array([1.0, 0.0, 0.9, 0.2, 0.8, 0.4]), np.full(6, math.nan),
        np.zeros((6, 0)), np.zeros((0, 1)), np.zeros((0, 1)), np.ones(6, bool),
    )  # fmt: skip
    model = belief_of(record, np.arange(6), np.ones(1, np.uint8), Fitting("matern52", "yeo-johnson", -4.0, 2)).model
    q = (np.arange(3)[:, None] + 0.5) / 3
    normals = np.random.default_rng(0).standard_normal((3, 20_000))
    least = gp.sample(*parts(model, model.alpha), q, normals).argmin(axis=0)
    np.testing.assert_allclose(shares, np.bincount(least, minlength=3) / 20_000, atol=0.08)


def test_a_draw_belongs_to_the_seed_and_the_trial():
    strategy = tw.GaussianProcess(acquisition="thompson", startup=4, candidates=64)
    run = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="y", strategy=strategy, seed=0)
    for value in (1.0, 0.5, 0.7, 0.2):
        run.tell(run.ask(), value)
    ask = lambda seed, number: strategy.suggest(run.history, seed, np.array([number]))[0, 0]  # noqa: E731
    assert ask(0, 4) == ask(0, 4)
    assert len({ask(0, 4), ask(0, 5), ask(1, 4)}) == 3


# -- the scheduled bound --------------------------------------------------------------------------------


@pytest.mark.parametrize(("t", "kappa"), [(10, 2.336), (1000, 3.0235)])
def test_the_scheduled_kappa_is_the_theorems(t, kappa):
    """sqrt(2 log(512 t^2 pi^2 / 0.6) / 5)."""
    name, found = tw.GaussianProcess(acquisition="lcb", kappa="scheduled", candidates=512)._function(t)
    assert name == "lcb" and found == pytest.approx(kappa, abs=1e-3)


@pytest.mark.parametrize("kappa", [-1.0, math.nan, math.inf, "often", True])
def test_a_kappa_that_is_none(kappa):
    with pytest.raises(ValueError, match="kappa must be a finite number"):
        tw.GaussianProcess(kappa=kappa)


def test_a_scheduled_study_repeats_itself():
    def told():
        strategy = tw.GaussianProcess(acquisition="lcb", kappa="scheduled", startup=4, candidates=32)
        run = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="y", strategy=strategy, seed=0)
        for _ in range(10):
            trial = run.ask()
            run.tell(trial, math.sin(9 * trial["x"]))
        return run.history.natives[:, 0].tolist()

    assert told() == told()
