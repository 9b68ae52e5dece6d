"""The twin of the evolution kernels on generations that fit on a napkin."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.reference.evolution import adapted, crowded_survivors, niched_survivors, offspring, steps
from tunewright.reference.sampling import stream

NAN, INF = np.nan, np.inf
FREE = np.zeros(4)


class TestCrowdedSurvivors:
    def test_fronts_come_before_distance_and_ends_are_lonely(self):
        losses = np.array([[5.0, 5.0], [0.0, 2.0], [1.0, 1.0], [2.0, 0.0]])
        assert crowded_survivors(losses, FREE, 4)[0].tolist() == [3, 1, 2, 0]
        assert crowded_survivors(losses, FREE, 2)[0].tolist() == [3, 1]

    def test_distances_are_those_on_the_whole_front(self):
        losses = np.array([[5.0, 5.0], [0.0, 4.0], [1.0, 1.0], [4.0, 0.0]])
        assert crowded_survivors(losses, FREE, 4)[1].tolist() == [INF, INF, 2.0, INF]  # the last is alone
        assert crowded_survivors(losses, FREE, 2)[1].tolist() == [INF, INF]

    def test_violations_come_before_losses(self):
        losses = np.array([[0.0], [1.0], [2.0], [3.0]])
        assert crowded_survivors(losses, np.array([NAN, 0.5, 0.0, 0.5]), 4)[0].tolist() == [2, 1, 3, 0]

    def test_nan_is_last_and_of_equals_the_later_first(self):
        assert crowded_survivors(np.array([[NAN], [1.0], [INF], [1.0]]), FREE, 4)[0].tolist() == [3, 1, 2, 0]


class TestNichedSurvivors:
    WAYS = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])

    def kept(self, losses, count, draws=None):
        losses = np.array(losses)
        draws = np.full(3 + len(losses), 0.5) if draws is None else np.array(draws)
        options = {"directions": self.WAYS, "ideal": np.zeros(2), "draws": draws}
        return niched_survivors(losses, np.zeros(len(losses)), count, **options).tolist()

    def test_each_direction_chooses_its_nearest(self):
        losses = [[1.0, 0.0], [0.98, 0.02], [0.45, 0.55], [0.3, 0.7], [0.0, 1.0]]
        assert sorted(self.kept(losses, 3)) == [0, 2, 4]

    def test_draws_decide_which_direction_is_first_and_which_point_is_second(self):
        losses = [[1.0, 0.0], [0.98, 0.02], [0.97, 0.03], [0.0, 1.0]]
        assert self.kept(losses, 1, [0.9, 0.5, 0.1] + 4 * [0.5]) == [3]
        assert self.kept(losses, 3, [0.1, 0.5, 0.9, 0.5, 0.8, 0.2, 0.5]) == [0, 3, 2]

    def test_scales_of_objectives_do_not_matter(self):
        losses = np.array([[1.0, 0.0], [0.9, 0.1], [0.45, 0.55], [0.1, 0.9], [0.0, 1.0]])
        assert self.kept(losses, 3) == self.kept(losses * [1.0, 1e6], 3)


class TestOffspring:
    def test_the_gene_that_must_change_is_the_one_that_was_drawn(self):
        draws = stream(5, 9, 3, 1)
        child = offspring([[0.5, 0.125]], [0.0], [0, -4], [9], seed=5, purpose=3, crossover=0.0, mutation=0.0)[0]
        changed = int(draws[0] * 2)
        assert child[1 - changed] == [0.5, 0.125][1 - changed]
        assert child[changed] != [0.5, 0.125][changed]

    def test_categories_are_exchanged_and_a_missing_gene_is_the_others(self):
        parents = [[0.25, NAN], [0.75, 0.4]]
        children = offspring(parents, [0.0, 0.0], [-2, 0], range(200), seed=1, purpose=2, crossover=1.0, mutation=0.0)
        assert set(children[:, 0].tolist()) == {0.25, 0.75}
        assert np.nanmin(children[:, 1]) >= 0.0
        assert 0.1 < np.isnan(children[:, 1]).mean() < 0.4

    def test_siblings_share_their_parents_and_what_a_crossover_makes(self):
        parents = [[0.4, 0.6, 0.125], [0.6, 0.4, 0.625]]
        options = {"seed": 1, "purpose": 2, "tournament": 1, "crossover": 1.0, "mutation": 0.0}
        children = offspring(parents, [0.0, 0.0], [0, 0, -4], range(100), **options)
        sums = children[::2] + children[1::2]
        whole = np.all(np.isclose(sums, [1.0, 1.0, 0.75]), axis=1)
        assert whole.mean() > 0.7  # pairs that would be copies have a gene mutated each
        assert np.array_equal(offspring(parents, [0.0, 0.0], [0, 0, -4], [7], **options)[0], children[7])

    def test_every_parent_has_as_many_tournaments(self):
        """Six parents and three pairs a round; a child without a crossover keeps one of the two genes of its parent."""
        genes = np.tile((np.arange(6)[:, None] + 0.5) / 6, (1, 2))
        options = {"seed": 3, "purpose": 1, "crossover": 0.0, "tournament": 1, "mutation": 0.0}
        children = offspring(genes, np.zeros(6), [-6, 1], range(60), **options)
        for block in children.reshape(10, 6, 2):
            assert sorted(block[:, 1]) == sorted(genes[:, 1])

    def test_the_mean_of_crossed_numbers_is_the_parents_mean(self):
        parents = [[0.4], [0.6]]
        children = offspring(parents, [0.0, 0.0], [0], range(2000), seed=1, purpose=2, crossover=1.0, mutation=0.0)
        assert children.mean() == pytest.approx(0.5, abs=0.01)

    def test_ordered_values_move_by_one_at_least(self):
        children = offspring([[0.1]], [0.0], [5], range(50), seed=0, purpose=0, mutation=1.0)
        assert set(np.round(children[:, 0], 9).tolist()) <= {0.3, 0.5, 0.7, 0.9}
        assert np.all(offspring([[0.5]], [0.0], [1], range(5), seed=0, purpose=0, mutation=1.0) == 0.5)


class TestAdapted:
    def after(self, steps, d=2, **options):
        state = (np.zeros(d), 2.0, np.eye(d), np.eye(d), np.zeros(d), np.zeros(d))
        return adapted(*state, steps=np.array(steps), generation=0, **options)

    def test_the_mean_moves_to_the_weighted_better_half(self):
        """Four points: weights ln(2.5 / 1) and ln(2.5 / 2), brought to a sum of 1."""
        steps = [[1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [-1.0, 0.0]]
        a, b = np.log(2.5), np.log(1.25)
        assert np.allclose(self.after(steps)[0], 2.0 * np.array([a, b]) / (a + b))

    def test_the_covariance_grows_along_better_steps_and_shrinks_along_worse_ones(self):
        steps = [[1.5, 0.0], [-1.5, 0.0], [0.0, 1.0], [0.0, -1.0]]
        covariance = self.after(steps)[2]
        assert covariance[0, 0] > 1.0 > covariance[1, 1]
        assert np.array_equal(covariance, covariance.T)

    def test_steps_the_same_way_lengthen_sigma_and_none_shorten_it(self):
        away = [[2.0, 2.0], [1.9, 2.0], [-1.0, -1.0], [-2.0, -2.0]]
        assert self.after(away)[1] > 2.0
        assert self.after([[0.0, 1e-3], [0.0, -1e-3], [1.0, 1.0], [-1.0, -1.0]])[1] < 2.0

    def test_the_factor_is_that_of_the_covariance(self):
        _, _, covariance, factor, *_ = self.after([[1.0, 0.5], [0.2, 1.0], [-0.1, -1.0], [-1.0, 0.0]])
        assert np.allclose(factor @ factor.T, covariance)


def test_steps_have_the_covariance_of_the_factor():
    rows = steps([[2.0, 0.0], [1.0, 0.5]], range(4000), seed=0, purpose=1)
    assert np.allclose(rows.mean(axis=0), 0.0, atol=0.1)
    assert np.allclose(rows.T @ rows / 4000, [[4.0, 2.0], [2.0, 1.25]], atol=0.2)
    assert np.array_equal(rows[7:8], steps([[2.0, 0.0], [1.0, 0.5]], [7], seed=0, purpose=1))
