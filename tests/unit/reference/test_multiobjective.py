"""The twin of the expected hypervolume improvement, by hand, by Monte Carlo and by central differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from tunewright.reference.acquisition import log_expected_improvement
from tunewright.reference.gp import factorise
from tunewright.reference.multiobjective import climb_front, evaluate_front, log_expected_hypervolume_improvement
from tunewright.reference.pareto import hypervolume

OPEN = -np.inf
# what (1, 2) and (2, 1) do not dominate below (4, 4)
LOWER = np.array([[OPEN, OPEN], [1.0, OPEN], [2.0, OPEN]])
UPPER = np.array([[1.0, 4.0], [2.0, 2.0], [4.0, 1.0]])
FRONT = np.array([[1.0, 2.0], [2.0, 1.0]])


def test_a_product_of_two_expected_improvements():
    """Without a front the volume is (4 - y1)(4 - y2): EHVI is the product of two EIs, at mean = 4: 1 / (2 pi)."""
    lower, upper = [[OPEN, OPEN]], [[4.0, 4.0]]
    value, d_mean, d_std = log_expected_hypervolume_improvement([[4.0, 4.0]], [[1.0, 1.0]], lower, upper)
    assert value == pytest.approx([-np.log(2 * np.pi)], rel=1e-14)
    assert d_mean == pytest.approx(np.full((1, 2), -0.5 * np.sqrt(2 * np.pi)), rel=1e-14)
    assert d_std == pytest.approx(np.ones((1, 2)), rel=1e-14)


def test_certainty():
    """(1.5, 1.5) adds the square up to (2, 2)."""
    assert log_expected_hypervolume_improvement([[1.5, 1.5]], [[0.0, 0.0]], LOWER, UPPER)[0] == pytest.approx(
        [np.log(0.25)]
    )


@pytest.mark.parametrize("mean", [[1.5, 1.5], [3.0, 0.0], [5.0, 4.0]])
def test_monte_carlo(mean):
    random = np.random.default_rng(0)
    draws = np.asarray(mean) + random.normal(size=(20_000, 2)) * [0.7, 1.2]
    whole = hypervolume(FRONT, reference=[4.0, 4.0])
    gains = np.array([hypervolume(np.vstack([FRONT, draw]), reference=[4.0, 4.0]) for draw in draws]) - whole
    value = log_expected_hypervolume_improvement([mean], [[0.7, 1.2]], LOWER, UPPER)[0][0]
    assert abs(np.exp(value) - gains.mean()) < 4 * gains.std() / np.sqrt(len(gains))


@pytest.mark.parametrize("mean", [[1.5, 1.5], [-3.0, 2.0], [7.0, 9.0], [40.0, 1.5]])
def test_derivatives_are_central_differences(mean):
    def value(numbers):
        return log_expected_hypervolume_improvement([numbers[:2]], [numbers[2:]], LOWER, UPPER)[0][0]

    here = np.array([*mean, 0.8, 0.3])
    _, d_mean, d_std = log_expected_hypervolume_improvement([here[:2]], [here[2:]], LOWER, UPPER)
    for j, slope in enumerate([*d_mean[0], *d_std[0]]):
        step = 1e-5 * np.eye(4)[j]
        assert slope == pytest.approx((value(here + step) - value(here - step)) / 2e-5, rel=1e-5, abs=1e-6)


def test_slivers_add_up():
    """A box cut in two is the same box, however thin one part is."""
    for width in (1e-9, 1e-4, 0.1):
        for mean in (-9.0, 1.0, 30.0):
            cut = log_expected_hypervolume_improvement([[mean]], [[1.0]], [[OPEN], [0.0]], [[0.0], [width]])
            whole = log_expected_improvement(mean, 1.0, width)
            assert [part.item() for part in cut] == pytest.approx([part.item() for part in whole], rel=1e-9)


def test_without_boxes():
    for lower, upper in [(np.empty((0, 2)), np.empty((0, 2))), ([[1.0, 0.0]], [[1.0, 5.0]])]:
        value, d_mean, d_std = log_expected_hypervolume_improvement([[0.0, 0.0]], [[1.0, 1.0]], lower, upper)
        assert value.tolist() == [OPEN]
        assert not d_mean.any()
        assert not d_std.any()


def processes(*outputs):
    x, kinds = np.array([[0.2], [0.8]]), np.zeros(1, np.uint8)
    theta = np.log([0.3, 1.0, 1e-10])
    return [(x, theta, *factorise(x, y, theta, kinds)[:2]) for y in outputs], kinds


def test_a_point_that_is_known_adds_what_it_is():
    models, kinds = processes([0.0, -1.0], [-1.0, 0.0])
    value = evaluate_front(models, kinds, [[0.2]], [[OPEN, OPEN]], [[1.0, 2.0]])
    assert value == pytest.approx([np.log(1.0 * 3.0)], rel=1e-3)
    x, theta, factor, _ = models[0]
    half = [(x, theta, factor, np.zeros(2), 0.0)]  # a constraint of mean 0 and threshold 0: one half everywhere
    with_more = evaluate_front(models, kinds, [[0.2]], [[OPEN, OPEN]], [[1.0, 2.0]], feasibility=half, prior=([1], [2]))
    assert with_more - value == pytest.approx([np.log(norm.cdf(0)) - 0.64], rel=1e-3)


def test_a_climb_finds_the_compromise():
    models, kinds = processes([-1.0, 1.0], [1.0, -1.0])
    points, values = climb_front(models, kinds, [[0.4]], [0], [[OPEN, OPEN]], [[0.5, 0.5]])
    grid = np.linspace(0, 1, 501)[:, None]
    everywhere = evaluate_front(models, kinds, grid, [[OPEN, OPEN]], [[0.5, 0.5]])
    assert values[0] == pytest.approx(everywhere.max(), rel=1e-4)
    assert points[0, 0] == pytest.approx(0.5, abs=1e-3)
