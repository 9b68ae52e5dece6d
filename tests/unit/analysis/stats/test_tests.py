"""Tests of two configurations, against their definitions."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
import scipy.stats as sps

import tunewright as tw

A = [0.92, 0.91, 0.93, 0.90, 0.92]
B = [0.89, 0.90, 0.88, 0.91, 0.89]


def test_welch_by_hand():
    found = tw.stats.welch([1.0, 2.0, 3.0], [2.0, 4.0, 6.0, 8.0])
    se = np.sqrt(1.0 / 3 + (20.0 / 3) / 4)
    assert found.statistic == pytest.approx((2.0 - 5.0) / se)
    assert found.sizes == (3, 4)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_p_values_are_those_of_scipy(alternative):
    generator = np.random.default_rng(0)
    for n, m in ((2, 2), (3, 9), (30, 5)):
        a, b = generator.normal(0.0, 1.0, n), generator.normal(0.5, 3.0, m)
        wanted = sps.ttest_ind(a, b, equal_var=False, alternative=alternative)
        assert tw.stats.welch(a, b, alternative=alternative).pvalue == pytest.approx(wanted.pvalue)
        wanted = sps.ttest_rel(a[:2], b[:2], alternative=alternative)
        assert tw.stats.paired_t(a[:2], b[:2], alternative=alternative).pvalue == pytest.approx(wanted.pvalue)


def test_the_paired_test_sees_what_seeds_share():
    seeds = np.array([0.0, 10.0, 20.0, 30.0, 40.0])
    a, b = np.add(seeds, [1.0, 1.1, 0.9, 1.05, 0.95]), seeds
    assert tw.stats.welch(a, b).pvalue > 0.9
    assert tw.stats.paired_t(a, b).pvalue < 1e-4


def test_correlation_of_folds_widens_the_paired_test():
    k = 5
    plain, corrected = tw.stats.paired_t(A, B), tw.stats.paired_t(A, B, correlation=1 / k)
    assert corrected.statistic == pytest.approx(plain.statistic * np.sqrt((1 / k) / (1 / k + 1 / (k - 1))))
    assert corrected.pvalue > plain.pvalue


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_permutation_counts_all_rearrangements(alternative):
    a, b = [3.0, 5.0, 4.5], [1.0, 2.0, 4.0, 0.5]
    pool, seen = np.array(a + b), np.mean(a) - np.mean(b)
    all_of_them = []
    for chosen in combinations(range(7), 3):
        rest = [i for i in range(7) if i not in chosen]
        all_of_them.append(pool[list(chosen)].mean() - pool[rest].mean())
    all_of_them = np.array(all_of_them)
    greater, less = (all_of_them >= seen - 1e-12).mean(), (all_of_them <= seen + 1e-12).mean()
    wanted = {"greater": greater, "less": less, "two-sided": min(1.0, 2 * min(greater, less))}[alternative]
    assert tw.stats.permutation(a, b, alternative=alternative).pvalue == pytest.approx(wanted)


def test_paired_permutation_counts_all_signs():
    differences = np.array([1.0, -0.5, 2.0, 0.25])
    flips = np.array([np.mean(differences * signs) for signs in product([1, -1], repeat=4)])
    wanted = (flips >= differences.mean() - 1e-12).mean()
    found = tw.stats.permutation(differences, np.zeros(4), paired=True, alternative="greater")
    assert found.pvalue == pytest.approx(wanted)


def test_drawn_permutations_are_repeatable_and_never_zero():
    a, b = np.arange(20.0) + 100, np.arange(20.0)
    first, again = (tw.stats.permutation(a, b, resamples=99, seed=3).pvalue for _ in range(2))
    assert first == again == pytest.approx(0.02)  # 1 of 100 on each side


def test_wilcoxon_is_exact_and_knows_equal_decimals_as_ties():
    # all five differences positive: 2 of 32 sign patterns are as extreme
    assert tw.stats.wilcoxon([2, 4, 6, 8, 10], [1, 2, 3, 4, 5]).pvalue == pytest.approx(2 / 32)
    # 0.92 - 0.89 and 0.91 - 0.88 differ in the last bit; every sign pattern of (0.03, 0.03, 0.01) by mid-ranks
    found = tw.stats.wilcoxon([0.92, 0.91, 0.93], [0.89, 0.88, 0.92], alternative="greater")
    assert found.pvalue == pytest.approx(1 / 8)


def test_mann_whitney_by_counting():
    assert tw.stats.mann_whitney([4.0, 5.0, 6.0], [1.0, 2.0, 3.0]).pvalue == pytest.approx(2 / 20)


@pytest.mark.parametrize("test", ["welch", "paired_t", "mann_whitney", "wilcoxon", "permutation"])
class TestBadScores:
    @pytest.mark.parametrize(
        ("a", "b"), [([], []), ([1.0], []), ([np.nan] * 3, [1.0, 2.0, 3.0]), ([1.0] * 4, [1.0] * 4), ([1.0, 2.0], [])]
    )
    def test_what_cannot_be_tested_says_why(self, test, a, b):
        found = getattr(tw.stats, test)(a, b)
        assert np.isnan(found.pvalue)
        assert found.note
        assert "cannot tell" in str(found)

    def test_nan_is_left_out_and_told(self, test):
        found = getattr(tw.stats, test)([*A, np.nan], B)
        assert found.pvalue == getattr(tw.stats, test)(A, B).pvalue
        assert "1 of 6 scores of A is not finite" in found.note

    def test_no_numbers(self, test):
        with pytest.raises(TypeError, match="scores of A must be numbers"):
            getattr(tw.stats, test)(["good"], B)
        with pytest.raises(ValueError, match="one list of numbers"):
            getattr(tw.stats, test)([A, B], B)
        with pytest.raises(ValueError, match="alternative must be"):
            getattr(tw.stats, test)(A, B, alternative="larger")


def test_seeds_pair_the_scores():
    a, b = {0: 1.0, 1: 2.5, 2: 3.0, 7: 9.0}, {2: 2.0, 1: 1.0, 0: 0.5}
    found = tw.stats.paired_t(a, b)
    assert found.pvalue == tw.stats.paired_t([1.0, 2.5, 3.0], [0.5, 1.0, 2.0]).pvalue
    assert "1 score without a partner" in found.note
    with pytest.raises(ValueError, match="pairing needs both"):
        tw.stats.paired_t(a, [1.0, 2.0, 3.0])
