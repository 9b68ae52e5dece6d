"""The NumPy Parzen densities against hand-worked values and what a density is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import truncnorm

from tunewright.reference.parzen import Estimator, Mixture
from tunewright.reference.sampling import stream


def density(mixture, points, **options):
    return np.exp(mixture.log_density(np.array(points, dtype=float).reshape(-1, 1), **options))


def truncated(x, mean, width):
    return truncnorm.pdf(x, -mean / width, (1 - mean) / width, loc=mean, scale=width)


def test_without_components_there_is_the_prior():
    empty = Mixture([0, -3], [0.0, 0.0])
    points = np.array([[0.2, 0.5], [np.nan, 1 / 6]])
    assert_allclose(empty.log_density(points), 0.0)
    assert_allclose(empty.log_density(points, log_prior=np.array([[1.0, 2.0], [4.0, 0.5]])), [3.0, 0.5])
    drawn = empty.sample(np.array([[0.0, 0.3, 0.3]]), np.array([[0.9, 0.6]]))
    assert_allclose(drawn, [[0.9, 0.5]])  # the prior, at a category


def test_a_single_number_has_the_distance_to_the_farther_face_as_its_bandwidth():
    one = Mixture([0], [0.0])
    one.insert([7], np.array([[0.25]]))
    expected = (truncated(np.array([0.1, 0.25, 1.0]), 0.25, 0.75) + 1.0) / 2.0
    assert_allclose(density(one, [0.1, 0.25, 1.0]), expected)


def test_bandwidths_are_the_larger_gaps_and_no_less_than_the_bound():
    some = Mixture([0], [0.0], prior_weight=2.0)
    some.insert([5, 1, 3], np.array([[0.9], [0.1], [0.2]]))  # gaps 0.1 and 0.7; at least 1 / 5
    expected = (truncated(0.3, 0.1, 0.2) + truncated(0.3, 0.2, 0.7) + truncated(0.3, 0.9, 0.7) + 2.0) / 5.0
    assert_allclose(density(some, [0.3]), expected)
    floor = Mixture([0], [0.4], prior_weight=2.0)
    floor.insert([1, 3, 5], np.array([[0.1], [0.2], [0.9]]))
    expected = (truncated(0.3, 0.1, 0.4) + truncated(0.3, 0.2, 0.7) + truncated(0.3, 0.9, 0.7) + 2.0) / 5.0
    assert_allclose(density(floor, [0.3]), expected)
    some.remove([5, 99])
    assert some.trials().tolist() == [1, 3]
    expected = (2 * (truncated(0.3, 0.1, 0.25) + truncated(0.3, 0.2, 0.25)) / 2 + 2.0) / 4.0
    assert_allclose(density(some, [0.3]), expected)


def test_of_many_components_the_bound_stops_at_a_hundredth():
    many = Mixture([0], [0.0], prior_weight=1e-9, fresh=1000)
    many.insert(range(200), np.full((200, 1), 0.5))
    assert_allclose(density(many, [0.51]), truncated(0.51, 0.5, 0.01), rtol=1e-6)


def test_categories_are_smoothed_by_the_prior():
    some = Mixture([-3], [0.0])
    some.insert([0, 1], np.array([[1 / 6], [0.5]]))
    b = 3 / (2 + 1 + 3)
    first, second = (1 - b) * 3 + b, b  # relative to the uniform density
    assert_allclose(density(some, [1 / 6, 0.5, 5 / 6]), [(first + second + 1) / 3] * 2 + [(2 * second + 1) / 3])
    heavy = np.log([[3.0]])
    assert_allclose(density(some, [5 / 6], log_prior=heavy), (2 * b * 3 + 3) / 3)


def test_what_an_observation_lacks_counts_as_the_prior_and_what_a_point_lacks_counts_nothing():
    some = Mixture([0, 0], [0.0, 0.0], prior_weight=1.0)
    some.insert([0], np.array([[0.25, np.nan]]))
    kernel = truncated(0.5, 0.25, 0.75)
    logs = some.log_density(np.array([[0.5, 0.3], [0.5, np.nan]]), log_prior=np.array([[0.0, 2.0], [0.0, 7.0]]))
    assert_allclose(np.exp(logs), [(kernel * np.exp(2.0) + np.exp(2.0)) / 2, (kernel + 1) / 2])


def test_older_components_fade():
    some = Mixture([-2], [0.0], prior_weight=0.0, fresh=2)
    some.insert(range(5), np.array([[0.25], [0.25], [0.25], [0.75], [0.75]]))  # weights 1/5, 3/5, 1; 1, 1
    b = 2 / (5 + 1 + 2)
    share = 1.8 / 3.8
    assert_allclose(density(some, [0.25]), share * ((1 - b) * 2 + b) + (1 - share) * b)
    weights = np.array([0.0, 0.0, 0.0, 1.0, 2.0])
    assert_allclose(density(some, [0.25], weights=weights), b)


@pytest.mark.parametrize("n", [0, 1, 2, 30])
def test_the_density_of_a_mixed_space_is_one_on_the_whole(n):
    rng = np.random.default_rng(n)
    some = Mixture([0, -4], [0.02, 0.0])
    some.insert(range(n), np.column_stack([rng.random(n), (rng.integers(0, 4, n) + 0.5) / 4]))
    grid = (np.arange(4000) + 0.5) / 4000
    values = [np.exp(some.log_density(np.column_stack([grid, np.full(4000, (c + 0.5) / 4)]))).mean() for c in range(4)]
    assert np.mean(values) == pytest.approx(1.0, abs=1e-4)


def test_samples_are_of_the_chosen_component():
    some = Mixture([0, -2, 4], [0.0, 0.0, 0.0], prior_weight=1.0)
    some.insert([3, 8], np.array([[0.2, 0.25, 0.125], [0.8, 0.75, np.nan]]))
    fallback = np.array([[0.6, 0.75, 0.875]] * 3)
    b = 2 / (2 + 1 + 2)
    draws = np.array([[0.3, 0.5, b + 0.01, 0.5], [0.34, 0.5, b - 0.01, 0.5], [0.7, 0.5, 0.5, 0.5]])
    points = some.sample(draws, fallback)
    middle = truncnorm.ppf(0.5, -0.2 / 0.6, 0.8 / 0.6, loc=0.2, scale=0.6)
    last = truncnorm.ppf(0.5, -0.125 / 0.875, 1.0, loc=0.125, scale=0.875)
    assert_allclose(points[0], [middle, 0.25, (int(last * 4) + 0.5) / 4])
    assert_allclose(points[1], [1 - middle, 0.75, 0.875])  # a smoothed category, and a number it does not have
    assert_allclose(points[2], fallback[0])  # the prior
    assert points[1, 0] == pytest.approx(1 - middle)


def test_samples_follow_the_density():
    rng = np.random.default_rng(0)
    some = Mixture([0], [0.0])
    some.insert(range(6), rng.random((6, 1)))
    points = some.sample(rng.random((20_000, 2)), rng.random((20_000, 1)))[:, 0]
    edges = np.linspace(0, 1, 11)
    grid = (np.arange(1000) + 0.5) / 1000
    expected = density(some, grid).reshape(10, 100).mean(axis=1) / 10
    found = np.histogram(points, edges)[0] / len(points)
    assert_allclose(found, expected, atol=0.015)


def test_wrong_lengths_are_refused():
    with pytest.raises(ValueError, match="cells: expected 1 elements, got 0"):
        Mixture([], [])
    with pytest.raises(ValueError, match="least: expected 2 elements, got 1"):
        Mixture([0, 0], [0.0])
    some = Mixture([0, 0], [0.0, 0.0])
    with pytest.raises(ValueError, match="rows: expected 4 elements, got 2"):
        some.insert([1, 2], np.zeros((1, 2)))
    with pytest.raises(ValueError, match="weights: expected 0 elements, got 1"):
        some.log_density(np.zeros((1, 2)), weights=np.ones(1))


def test_candidates_are_ranked_by_the_ratio_of_the_densities():
    def made(components):
        estimator = Estimator([0], [0.0], [[0]], prior_weight=1e-9)
        estimator.split([0, 1])
        estimator.place(list(range(len(components))), np.array(components)[:, None])
        return estimator

    # both middles, by a choice of the component and the median of each
    draws = np.array([0.0, 0.0, 0.75, 0.5, 0.25, 0.5])
    low, high = np.sort(made([0.2, 0.8]).sample(draws)[:, 0])
    assert low < 0.5 < high
    assert_allclose(made([0.2, 0.8, 0.9]).candidates(draws), [[low], [high]])  # first where the others are not
    assert_allclose(made([0.2, 0.8, 0.1]).candidates(draws), [[high], [low]])


def test_the_candidate_is_the_first_of_those_by_its_stream():
    estimator = Estimator([0, 0], [0.0, 0.0], [[0], [1]])
    estimator.split([0, 2])
    estimator.place([0, 1, 2], np.array([[0.2, 0.7], [0.4, 0.4], [0.3, 0.6]]))
    draws = stream(7, 3, 11, 5 * 6)  # of five points: two for the fallback, two each for the groups
    assert_allclose(estimator.candidate(7, 3, 11, 5), estimator.candidates(draws)[:1])
    assert not np.allclose(estimator.candidate(7, 3, 12, 5), estimator.candidate(7, 3, 11, 5))


def test_each_group_has_the_trials_with_a_coordinate_of_its_own():
    estimator = Estimator([0, 0, -2], [0.0, 0.0, 0.0], [[0, 2], [1]])
    estimator.place([3, 4, 7], np.array([[0.5, np.nan, np.nan], [np.nan, 0.5, np.nan], [0.1, 0.2, 0.25]]))
    estimator.split([7, 9])
    assert [members.tolist() for members in estimator.members(0)] == [[7], [3]]
    assert [members.tolist() for members in estimator.members(1)] == [[7], [4]]
    estimator.forget([3, 7])  # a good one stays
    assert [members.tolist() for members in estimator.members(0)] == [[7], []]
    assert estimator.good().tolist() == [7, 9]


def test_a_prior_counts_as_often_as_it_is_believed():
    estimator, points = Estimator([0], [0.0], [[0]]), np.array([[0.3], [0.6]])
    log_prior = np.array([[0.0], [1.0]])
    assert np.array_equal(estimator.ranked(points), points)  # two densities that are the prior alone
    assert np.array_equal(estimator.ranked(points, log_prior=log_prior), points)
    assert np.array_equal(estimator.ranked(points, log_prior=log_prior, belief=0.1), points[::-1])
