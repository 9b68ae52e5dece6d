"""The twin of the maximiser on processes small enough to work out by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import norm

from tunewright.reference.gp import factorise
from tunewright.reference.maximise import climb, evaluate


def process(x, y, kinds=None, length=0.5, noise=1e-6):
    x = np.asarray(x, dtype=float)
    kinds = np.zeros(x.shape[1], np.uint8) if kinds is None else np.asarray(kinds, np.uint8)
    theta = np.log([*[length] * x.shape[1], 1.0, noise])
    factor, alpha, _ = factorise(x, y, theta, kinds)
    return x, theta, kinds, factor, alpha


ONE = process([[0.5]], [-1.0], noise=1e-12)


def correlation(r):
    return (1 + np.sqrt(5) * r + 5 * r * r / 3) * np.exp(-np.sqrt(5) * r)


def test_one_observation_by_hand():
    """With k the correlation at |q - 1/2| / l: mean -k, variance 1 - k^2."""
    q = np.array([[0.0], [0.3], [0.9]])
    k = correlation(np.abs(q[:, 0] - 0.5) / 0.5)
    mean, std = -k, np.sqrt(1 - k * k)
    z = (-1 - mean) / std
    ei = std * (norm.pdf(z) + z * norm.cdf(z))
    assert evaluate(*ONE, q, acquisition="ei", best=-1.0) == pytest.approx(ei, rel=1e-7)
    assert evaluate(*ONE, q, acquisition="log_ei", best=-1.0) == pytest.approx(np.log(ei), rel=1e-7)
    assert evaluate(*ONE, q, acquisition="pi", best=-1.0) == pytest.approx(norm.cdf(z), rel=1e-7)
    assert evaluate(*ONE, q, acquisition="lcb", kappa=1.5) == pytest.approx(1.5 * std - mean, rel=1e-7)


def test_a_constraint_multiplies_and_a_prior_too():
    q = np.array([[0.2], [0.8]])
    x, theta, _, factor, alpha = ONE
    plain = evaluate(*ONE, q, acquisition="ei", best=-1.0)
    both = evaluate(
        *ONE, q, acquisition="ei", best=-1.0, feasibility=[(x, theta, factor, -alpha, 0.5)], prior=([0.8], [10.0])
    )
    k = correlation(0.3 / 0.5)
    feasible = norm.cdf((0.5 - k) / np.sqrt(1 - k * k))
    assert both == pytest.approx(plain * feasible * np.exp([-5 * 0.6**2, 0.0]), rel=1e-7)


def test_several_processes_by_hand():
    """Outputs -1 and 1/2 at the one observation: the mean of the two improvements, each on its own best."""
    q = np.array([[0.0], [0.3], [0.9]])
    k = correlation(np.abs(q[:, 0] - 0.5) / 0.5)
    std = np.sqrt(1 - k * k)
    improvements = [std * (norm.pdf(z) + z * norm.cdf(z)) for y in (-1.0, 0.5) for z in [(best_of(y) - y * k) / std]]
    alphas, bests = np.array([ONE[4], -0.5 * ONE[4]]), [best_of(-1.0), best_of(0.5)]
    several = evaluate(*ONE[:4], alphas, q, acquisition="ei", best=bests)
    assert several == pytest.approx(np.mean(improvements, axis=0), rel=1e-7)
    assert evaluate(*ONE[:4], alphas, q, best=bests) == pytest.approx(np.log(several), rel=1e-7)


def best_of(output):
    return output - 0.25


def test_an_inactive_coordinate_has_no_prior_and_stays():
    model = process([[0.5, np.nan], [0.2, 0.5]], [1.0, -1.0])
    start = [[0.4, np.nan]]
    options = {"acquisition": "lcb", "prior": ([0.5, 0.5], [0.0, 9.0])}
    plain = evaluate(*model, start, acquisition="lcb")
    assert evaluate(*model, start, **options) == pytest.approx(plain)
    points, _ = climb(*model, start, [0, 0], **options)
    assert np.isnan(points[0, 1])


def test_the_mean_alone_leads_to_its_minimum():
    """kappa = 0 and one observation below 0: the mean -k is least at the observation."""
    points, values = climb(*ONE, [[0.1], [0.95]], [0], acquisition="lcb", kappa=0.0)
    assert points[:, 0] == pytest.approx([0.5, 0.5], abs=1e-3)
    assert values == pytest.approx([1.0, 1.0], abs=1e-5)


def test_spread_alone_leads_to_the_bounds():
    points, _ = climb(*ONE, [[0.4], [0.6]], [0], acquisition="lcb", kappa=1e3)
    assert points[:, 0].tolist() == [0.0, 1.0]


def test_bounds_hold_numbers_alone():
    """The mean is least at 0.5: bounds end the way there, a level counts when its cell meets them."""
    model = process([[0.5, 0.55, 0.5]], [-1.0], kinds=[0, 0, 1])
    bounds = ([0.6, 0.0, 0.9], [0.8, 0.25, 1.0])
    points, _ = climb(*model, [[0.9, 0.95, 0.1]], [0, 10, 3], acquisition="lcb", kappa=0.0, bounds=bounds)
    assert points[0] == pytest.approx([0.6, 0.25, 0.5])


def test_levels_by_enumeration():
    model = process([[0.125, 0.5], [0.875, 2.5 / 3], [0.375, 0.5 / 3]], [0.3, -1.0, 0.7], kinds=[0, 1])
    grid = np.array(list(itertools.product((np.arange(4) + 0.5) / 4, (np.arange(3) + 0.5) / 3)))
    values = evaluate(*model, grid, acquisition="lcb", kappa=1.0)
    points, reached = climb(*model, grid, [4, 3], acquisition="lcb", kappa=1.0)
    assert reached.max() == pytest.approx(values.max())
    assert (reached >= values - 1e-12).all()
    assert {tuple(point) for point in points} <= {tuple(point) for point in grid}


def test_starts_settle_first_and_held_coordinates_stay():
    model = process([[0.5, 0.5, 0.5]], [0.0])
    points, _ = climb(*model, [[1.7, 0.33, 0.77]], [0, 2, 1], acquisition="lcb", kappa=0.0)
    assert points[0].tolist() == [1.0, 0.25, 0.77]
