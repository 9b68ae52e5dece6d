"""The range test: what it suggests on curves whose answer is known, and that the model is always put back."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import LearningRateError
from tunewright.guide.slopes import RULES, longest_slope, minimum, smoothed, steepest, valley
from tunewright.training import Probe, Recipe, Trainer, load_digits, split


class Curve:
    """A model whose loss is a given function of the rate; it counts its steps as its state."""

    def __init__(self, loss):
        self.loss = loss
        self.state = 0

    def __call__(self, lr):
        self.state += 1
        return self.loss(lr)

    def save(self):
        return self.state

    def restore(self, state):
        self.state = state


def bowl(lr):
    """Falls from 2 around 1e-3, lowest near 1e-2, explodes beyond 1e-1."""
    return 2.0 - 1.5 / (1.0 + (1e-3 / lr) ** 2) + (lr / 0.1) ** 4


def trainer(**recipe):
    return Trainer(Recipe(width=16, batch_size=32, **recipe), split(load_digits(), seed=0), seed=0)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_stays_on_the_descent(rule):
    found = tw.find_learning_rate(Curve(bowl), rule=rule)
    assert found.rule == rule
    assert 3e-4 < found.suggestion < 3e-2
    assert found.suggestions[rule] == found.suggestion


def test_rules_by_hand():
    u = np.arange(6.0)
    y = np.array([5.0, 4.5, 2.0, 1.0, 1.5, 9.0])
    assert steepest(u, y) == 2.0  # central difference (4.5 - 1.0) / 2 is the largest, at u = 2
    assert minimum(u, y) == pytest.approx(3.0 - math.log(10.0))
    assert valley(u, y) == 2.0  # rows 0 1 2 3, two thirds along
    assert longest_slope(u, y) == 2.0
    y = np.array([5.0, 6.0, 4.0, 4.5, 3.0, 2.0])  # the longest subsequence falls over bumps, the slope does not
    assert valley(u, y) == 4.0  # rows 0 2 3 4 5 (5 > 4 fails at 4.5) -> 0 2 4 5 or 1 2 4 5: the first, its row 4
    assert longest_slope(u, y) == 4.0  # rows 3 4 5: the middle of three is two thirds along


def test_smoothing_is_centred():
    spike = np.array([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    y = smoothed(spike, 1.0)
    assert np.argmax(y) == 3
    assert y[2] == pytest.approx(y[4])
    assert smoothed(np.full(5, 2.0), 1.7) == pytest.approx(np.full(5, 2.0))
    assert smoothed(spike, 0.0) == pytest.approx(spike)


def test_the_model_is_put_back_and_trains_as_if_nothing_had_been():
    one, other = trainer(dropout=0.2, norm="batch"), trainer(dropout=0.2, norm="batch")
    one.step_epoch()
    other.step_epoch()
    before = one.network.parameters.copy()
    found = tw.find_learning_rate(Probe(one), repeats=2)
    assert found.steps > 10
    assert np.array_equal(one.network.parameters, before)
    assert one.step_epoch() == other.step_epoch()


def test_it_takes_no_more_than_an_epoch():
    probe = Probe(trainer())
    for repeats in (1, 2):
        assert tw.find_learning_rate(probe, repeats=repeats).steps <= probe.epoch_steps


def test_repeats_give_an_interval_around_the_suggestion():
    found = tw.find_learning_rate(Probe(trainer()), repeats=3, steps=40)
    assert found.interval is not None
    assert found.interval[0] <= found.suggestion <= found.interval[1]
    assert tw.find_learning_rate(Curve(bowl)).interval is None


@pytest.mark.parametrize("error", [ValueError("bad batch"), ZeroDivisionError("x")])
def test_a_step_that_raises_leaves_the_model_as_it_was(error):
    def loss(lr):
        if lr > 1e-3:
            raise error
        return 1.0

    model = Curve(loss)
    model.state = 7
    with pytest.raises(LearningRateError, match=f"raised {type(error).__name__}.*after .* of 100 steps.*as they were"):
        tw.find_learning_rate(model)
    assert model.state == 7


def test_an_interrupt_leaves_the_model_as_it_was():
    def loss(lr):
        raise KeyboardInterrupt

    model = Curve(loss)
    with pytest.raises(KeyboardInterrupt):
        tw.find_learning_rate(model)
    assert model.state == 0


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (lambda lr: math.nan, "not finite at the first step"),
        (lambda lr: 1.0 if lr < 2e-5 else math.inf, "exploded after"),
        (lambda lr: 1.0, "did not fall between"),
        (lambda lr: math.log(lr), None),
        (lambda lr: -math.log(lr) + 1e9 * (lr > 0.1), None),
        (lambda lr: 1.0 + lr, "did not fall"),
    ],
)
def test_curves_without_a_descent_fall_back_by_name(loss, reason):
    model = Curve(loss)
    found = tw.find_learning_rate(model)
    assert model.state == 0
    if reason is None:
        assert math.isfinite(found.suggestion)
    else:
        assert found.rule == "fallback"
        assert found.suggestion == tw.guide.defaults()["lr"]
        assert reason in found.reason and "not a measurement" in found.reason
    assert "learning rate" in str(found)


def test_noise_alone_is_no_descent():
    rng = np.random.default_rng(0)
    fell = [tw.find_learning_rate(Curve(lambda lr: 2.0 + 0.1 * rng.standard_normal())).rule for _ in range(20)]
    assert fell.count("fallback") >= 18


def test_the_range_becomes_a_parameter():
    found = tw.find_learning_rate(Curve(bowl))
    domain = found.domain()
    assert domain.log and domain.low < found.suggestion < domain.high
    assert domain.high == pytest.approx(found.stopped)
    assert found.domain(high=1.0).high == 1.0
    space = tw.Space(lr=domain)
    rates = [trial.config["lr"] for trial in tw.Study(space, minimize="y", strategy=tw.Random(), seed=0).ask(200)]
    assert 0.5 < np.median(rates) / found.suggestion < 2.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"low": 0.0}, "0 < low < high"),
        ({"low": 1.0, "high": 0.1}, "0 < low < high"),
        ({"mode": "log"}, "mode must be"),
        ({"rule": "best"}, "rule must be one of 'steepest'"),
        ({"repeats": 0}, "repeats must be"),
        ({"steps": 3}, "steps must be a whole number from 10"),
        ({"smoothing": 2.0}, "smoothing must be"),
        ({"divergence": 0.0}, "divergence must be"),
        ({"fallback": -1.0}, "fallback must be"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        tw.find_learning_rate(Curve(bowl), **options)


def test_without_save_and_restore_it_does_not_start():
    with pytest.raises(ValueError, match="save and restore must be functions"):
        tw.find_learning_rate(lambda lr: 1.0)
    state = []
    found = tw.find_learning_rate(bowl, save=lambda: None, restore=state.append, mode="linear", high=0.05)
    assert state == [None]
    assert found.rates[1] - found.rates[0] == pytest.approx(found.rates[-1] - found.rates[-2])
