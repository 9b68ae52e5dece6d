"""The twin of the forest room, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tunewright.reference.forest import Forest

NAN = math.nan
PLAIN = {"seed": 1, "purpose": 2, "trees": 1, "bootstrap": False, "min_leaf": 1, "min_split": 2, "thresholds": "middle"}


def grown(x, y, categories, **options):
    return Forest(np.array(x, dtype=float), np.array(y, dtype=float), np.array(categories), **(PLAIN | options))


def test_two_splits_of_a_line():
    """Of y = 0, 0, 4, 10 the cut before 10 takes off 3 * 1 / 4 * (10 - 4/3)^2 = 56.3, the one before 4 only 49."""
    forest = grown([[0.1], [0.2], [0.4], [0.8]], [0, 0, 4, 10], [0])
    feature, threshold, _, _, right, mean, variance, weight = forest.nodes(0)
    assert feature.tolist() == [0, 0, -1, -1, -1]
    assert np.allclose(threshold[:2], [0.6, 0.3])
    assert right.tolist() == [4, 3, 0, 0, 0]
    assert np.allclose(mean, [3.5, 4 / 3, 0, 4, 10])
    assert np.allclose(variance, [16.75, 32 / 9, 0, 0, 0])
    assert weight.tolist() == [4, 3, 2, 1, 1]


def test_leaves_as_large_as_asked_for():
    """With two rows a side only the middle cut is left."""
    forest = grown([[0.1], [0.2], [0.4], [0.8]], [0, 0, 4, 10], [0], min_leaf=2)
    assert np.allclose(forest.nodes(0)[1][0], 0.3)
    assert forest.nodes(0)[7].tolist() == [4, 2, 2]
    assert len(grown([[0.1], [0.2]], [0, 1], [0], min_split=3).nodes(0)[0]) == 1
    assert len(grown([[0.1], [0.2]], [0, 1], [0], depth=0).nodes(0)[0]) == 1


def test_the_law_of_total_variance():
    """A leaf with mean 1 and variance 1 in a tree, mean 5 and variance 1 in another: mean 3, variance 1 + 4."""
    forest = grown([[0.1], [0.2]], [0, 2], [0], depth=0)
    forest.trees.append(grown([[0.1], [0.2]], [4, 6], [0], depth=0).trees[0])
    mean, variance = forest.predict(np.array([[0.5]]))
    assert (mean[0], variance[0]) == (3.0, 5.0)


def test_any_subset_of_categories_goes_left_or_one_alone():
    x, y = [[0.125], [0.375], [0.625], [0.875]], [5.0, 0.0, 6.0, 1.0]
    assert grown(x, y, [4]).nodes(0)[2][0, 0] == 0b1010
    mask = int(grown(x, y, [4], grouping="one").nodes(0)[2][0, 0])
    assert mask == 0b0010  # 3 / 4 * (0 - 4)^2 * ... : 0 and 6 are 3 from the mean, the others less; of those 0 is first


def test_unseen_categories_go_with_the_many():
    forest = grown([[0.1], [0.1], [0.1], [0.5]], [0, 0, 0, 9], [3])
    assert forest.nodes(0)[2][0, 0] == 0b101  # the third was never seen; the first three rows are left
    assert forest.nodes(0)[3][0]


def test_what_is_missing_is_a_side_of_its_own_or_goes_where_it_fits():
    own = grown([[0.1], [0.9], [NAN], [NAN]], [1, 1, 7, 7], [0])
    assert own.nodes(0)[1][0] == math.inf
    assert own.predict(np.array([[0.5], [NAN]]))[0].tolist() == [1.0, 7.0]
    left = grown([[0.1], [0.9], [NAN], [NAN]], [7, 1, 7, 7], [0])
    assert left.nodes(0)[1][0] == 0.5
    assert left.predict(np.array([[0.2], [0.8], [NAN]]))[0].tolist() == [7.0, 1.0, 7.0]
    category = grown([[0.25], [0.75], [NAN], [NAN]], [1, 1, 7, 7], [2])
    assert category.predict(np.array([[0.25], [0.75], [NAN]]))[0].tolist() == [1.0, 1.0, 7.0]


def test_a_tree_without_anything_missing_sends_it_with_the_many():
    forest = grown([[0.1], [0.2], [0.9]], [1, 1, 7], [0])
    assert forest.predict(np.array([[NAN]]))[0].tolist() == [1.0]


def test_thresholds_stand_in_the_gap():
    x, y = [[0.2], [0.6]], [0, 1]
    places = [grown(x, y, [0], thresholds="uniform", first=t).nodes(0)[1][0] for t in range(200)]
    assert 0.2 <= min(places) < 0.22
    assert 0.58 < max(places) < 0.6
    assert np.mean(places) == pytest.approx(0.4, abs=0.03)


def test_random_thresholds_do_not_look_at_the_outputs():
    x, y = [[0.0], [0.1], [1.0]], [0, 9, 9]
    cut = [grown(x, y, [0], thresholds="random", first=t, depth=1).nodes(0)[1][0] for t in range(100)]
    assert 0 < sum(place < 0.1 for place in cut) < 30  # a tenth of the range
    assert max(cut) > 0.8


def test_a_node_looks_at_as_many_coordinates_as_asked_for():
    x, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.1], [1.0, 0.9]], [0, 0, 1, 1]  # the first says all
    assert {grown(x, y, [0, 0], first=t).nodes(0)[0][0] for t in range(20)} == {0}
    assert {grown(x, y, [0, 0], first=t, features=1).nodes(0)[0][0] for t in range(20)} == {0, 1}


def test_the_bootstrap_draws_rows_with_replacement():
    x = np.linspace(0, 1, 200)[:, None]
    forest = Forest(x, x[:, 0], [0], seed=3, purpose=4, trees=20, min_leaf=1, min_split=2)
    seen = [len(np.unique(forest.nodes(t)[5][forest.nodes(t)[0] < 0])) / 200 for t in range(20)]
    assert np.mean(seen) == pytest.approx(1 - 1 / math.e, abs=0.02)
    assert all(forest.nodes(t)[7][0] == 200 for t in range(20))


def test_equal_outputs_are_one_leaf():
    assert len(grown([[0.1], [0.7], [0.9]], [0.1, 0.1, 0.1], [0]).nodes(0)[0]) == 1


def steps():
    """f = 1 for x0 above 0.5, plus 2 for the second of two categories where x1 exists, plus 5 where it does not."""
    x0, x1 = [0.25, 0.75], [0.25, 0.75, NAN]
    x = [[a, b] for a in x0 for b in x1]
    y = [float(a > 0.5) + (5.0 if math.isnan(b) else 2.0 * (b > 0.5)) for a, b in x]
    return grown(x, y, [0, 2])


def test_marginals_are_averages_over_boxes():
    forest = steps()
    mean, spread = forest.marginal(0, [0.0, 0.5, 0.51, 1.0])
    assert np.allclose(mean, [1.0, 1.0, 2.0, 2.0])  # on the average 1 from the categories
    assert np.allclose(spread, 0.0)
    assert np.allclose(forest.marginal(1, [0.25, 0.75, NAN])[0], [0.5, 2.5, 5.5])
    absent = [0.0, 0.5]
    assert np.allclose(forest.marginal(0, [0.1], absent)[0], 0.5 * 1.0 + 0.5 * 5.0)


def test_pairs_are_averages_over_cells():
    forest = steps()
    assert np.allclose(forest.marginal_pair(0, 1, cells=2)[:2], [[0, 2, 5], [1, 3, 6]])
    thirds = forest.marginal_pair(0, 1, cells=3)
    assert np.allclose(thirds[:3, 0], [0, 0.5, 1])  # the middle third is half below, half above
    assert np.allclose(forest.marginal_pair(1, 0, cells=3), thirds.T)


def test_the_spread_is_that_of_the_trees():
    forest = grown([[0.1], [0.2]], [0, 2], [0], depth=0)
    forest.trees.append(grown([[0.1], [0.2]], [4, 6], [0], depth=0).trees[0])
    assert [part.tolist() for part in forest.marginal(0, [0.3])] == [[3.0], [2.0]]
