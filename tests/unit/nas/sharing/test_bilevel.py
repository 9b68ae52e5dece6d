"""The slopes of the architecture weights against central differences of the losses they are slopes of."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.nas import Cell, Skeleton
from tunewright.nas.sharing.bilevel import Problem, curvature, first_order, second_order
from tunewright.nas.sharing.gates import Gumbel, softmax
from tunewright.nas.sharing.weights import SharedWeights
from tunewright.training import Recipe

TRAIN, HELD = np.arange(0, 12), np.arange(3, 15)


@pytest.fixture
def weights(splits):
    # Without rectifiers before them, so that no kink lies within a step: slopes are smooth but for the last layer's.
    design = Skeleton(Cell(3, ("identity", "linear", "mean3")), cells=2, filters=2)
    return SharedWeights(design, splits, Recipe(), seed=4)


def problem_at(weights, alpha, splits, noise=None):
    soft = softmax(alpha if noise is None else (alpha + noise) / 0.7)
    weights.open(soft)
    return Problem(
        weights,
        lambda: weights.learn(splits.train, TRAIN, "the test"),
        lambda: weights.learn(splits.validation, HELD, "the test"),
        soft,
        1.0 if noise is None else 0.7,
    )


def differences(f, alpha, h=1e-5):
    slope = np.empty_like(alpha)
    for place in np.ndindex(alpha.shape):
        step = np.zeros_like(alpha)
        step[place] = h
        slope[place] = (f(alpha + step) - f(alpha - step)) / (2 * h)
    return slope


@pytest.mark.parametrize("drawn", [False, True])
def test_first_order(weights, splits, drawn):
    rng = np.random.default_rng(0)
    alpha, noise = rng.standard_normal((2, *weights.shape))
    noise = noise if drawn else None
    loss, slope = first_order(problem_at(weights, alpha, splits, noise))
    expected = differences(lambda a: first_order(problem_at(weights, a, splits, noise))[0], alpha)
    assert loss > 0.0
    assert np.linalg.norm(slope - expected) < 1e-6 * np.linalg.norm(expected)


def test_gates_ajar_have_the_slopes_of_closed_operations(weights, splits):
    path = weights.one_hot(weights.places(("linear", "identity", "mean3")))

    def loss(gates):
        weights.open(gates)
        return weights.learn(splits.validation, HELD, "the test")

    closed = loss(path)
    weights.ajar(path)
    assert weights.learn(splits.validation, HELD, "the test") == pytest.approx(closed, rel=1e-12)
    slopes, expected = weights.gate_slopes(), differences(loss, path)
    assert np.abs(slopes[path == 0.0]).min() > 0.0
    assert np.linalg.norm(slopes - expected) < 1e-6 * np.linalg.norm(expected)


def test_second_order_is_the_slope_of_the_loss_one_step_ahead(weights, splits):
    alpha, xi = np.random.default_rng(1).standard_normal(weights.shape), 0.05
    before = weights.network.parameters.copy()
    loss, slope = second_order(problem_at(weights, alpha, splits), xi, step=1e-4)
    assert np.array_equal(weights.network.parameters, before)

    def ahead(a):
        problem = problem_at(weights, a, splits)
        problem.training()
        weights.network.parameters -= xi * weights.network.gradient
        value = problem.validation()
        weights.network.parameters[...] = before
        return value

    assert loss == ahead(alpha)
    expected = differences(ahead, alpha)
    first = first_order(problem_at(weights, alpha, splits))[1]
    assert np.linalg.norm(slope - expected) < 1e-4 * np.linalg.norm(expected)
    # The second term is no trifle here: without it the slope is another.
    assert np.linalg.norm(first - expected) > 1e-2 * np.linalg.norm(expected)


def test_weights_come_back_when_a_loss_raises(weights, splits):
    before = weights.network.parameters.copy()
    problem = problem_at(weights, np.zeros(weights.shape), splits)

    def refuse():
        raise RuntimeError("no loss today")

    with pytest.raises(RuntimeError, match="no loss today"):
        second_order(Problem(weights, problem.training, refuse, problem.soft, 1.0), 0.1)
    assert np.array_equal(weights.network.parameters, before)


def test_curvature_of_a_quadratic():
    hessian = np.diag([3.0, -7.0, 1.0, 0.5])

    def slope_at(alpha):
        return (hessian @ alpha.ravel()).reshape(alpha.shape)

    assert curvature(slope_at, np.full((2, 2), 0.3), iterations=40) == pytest.approx(-7.0)
    assert curvature(slope_at, np.zeros((2, 2))) == 0.0


def test_hard_gates_have_slopes_at_the_drawn_operation_alone(weights, splits):
    hard = Gumbel(hard=True).gates(np.zeros(weights.shape), 0.5, np.random.default_rng(3))[0]
    weights.open(hard)
    weights.learn(splits.validation, HELD, "the test")
    assert np.array_equal(weights.gate_slopes() != 0.0, hard != 0.0)
