"""Effect sizes and their intervals, against their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats as sps

import tunewright as tw

A = [0.92, 0.91, 0.93, 0.90, 0.92]
B = [0.89, 0.90, 0.88, 0.91, 0.89]


def test_hedges_g_by_hand():
    a, b = [1.0, 2.0, 3.0], [3.0, 4.0, 5.0]  # d = -2, four degrees of freedom
    unbiased = math.gamma(2.0) / (math.sqrt(2.0) * math.gamma(1.5))
    found = tw.stats.hedges_g(a, b)
    assert found.estimate == pytest.approx(-2.0 * unbiased)
    # the bounds are the noncentralities that put the statistic at the 97.5 and the 2.5 per cent points
    root = math.sqrt(1.5)
    for bound, level in ((found.low, 0.975), (found.high, 0.025)):
        assert sps.nct.cdf(-2.0 * root, 4, bound / unbiased * root) == pytest.approx(level, abs=1e-6)


def test_the_effect_turns_with_the_sides():
    there, back = tw.stats.hedges_g(A, B), tw.stats.hedges_g(B, A)
    assert (there.estimate, there.low) == pytest.approx((-back.estimate, -back.high))
    there, back = tw.stats.cliffs_delta(A, B), tw.stats.cliffs_delta(B, A)
    assert (there.estimate, there.low) == pytest.approx((-back.estimate, -back.high))


def test_cliffs_delta_and_a12_count_pairs():
    a, b = [1.0, 2.0, 2.0], [0.0, 2.0]
    larger = sum(x > y for x in a for y in b)
    smaller = sum(x < y for x in a for y in b)
    assert tw.stats.cliffs_delta(a, b).estimate == pytest.approx((larger - smaller) / 6)
    assert tw.stats.a12(a, b).estimate == pytest.approx((larger + (6 - larger - smaller) / 2) / 6)


def test_no_overlap_is_not_certainty():
    found = tw.stats.cliffs_delta([3.0, 4.0, 5.0], [0.0, 1.0, 2.0])
    assert found.estimate == found.high == 1.0
    assert found.low < 0.0


@pytest.mark.parametrize(("delta", "word"), [(0.1, "negligible"), (-0.2, "small"), (0.4, "medium"), (-1.0, "large")])
def test_magnitudes(delta, word):
    assert tw.stats.magnitude(delta) == word


def test_the_bootstrap_is_repeatable_and_as_wide_as_a_t_interval():
    x = sps.norm.ppf((np.arange(30) + 0.5) / 30)
    found = tw.stats.bootstrap(x, np.zeros(30), seed=1)
    assert found == tw.stats.bootstrap(x, np.zeros(30), seed=1)
    reach = sps.t.ppf(0.975, 29) * x.std(ddof=1) / math.sqrt(30)
    assert (found.low, found.high) == pytest.approx((-reach, reach), rel=0.06)


@pytest.mark.parametrize("measure", ["hedges_g", "cliffs_delta", "a12", "bootstrap"])
def test_what_has_no_interval_says_why(measure):
    found = getattr(tw.stats, measure)([1.0], [2.0])
    assert math.isnan(found.low)
    assert "seeds or more" in found.note
    assert "without an interval" in str(found)


def test_probabilities_sum_to_one_and_equal_the_t_of_pairs():
    found = tw.stats.probability_better(A, B, paired=True, rope=0.01)
    assert found.better + found.equal + found.worse == pytest.approx(1.0)
    d = np.subtract(A, B)
    assert found.better == pytest.approx(sps.t.sf((0.01 - d.mean()) / (d.std(ddof=1) / math.sqrt(5)), 4))
    assert tw.stats.probability_better(A, B, paired=True, maximize=False, rope=0.01).better == pytest.approx(
        found.worse
    )


def test_independent_probability_by_simulation():
    generator = np.random.default_rng(0)
    a, b = np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.5, 1.0, 0.5, 2.5])
    draws = [x.mean() + x.std(ddof=1) / math.sqrt(len(x)) * generator.standard_t(len(x) - 1, 400_000) for x in (a, b)]
    assert tw.stats.probability_better(a, b).better == pytest.approx((draws[0] > draws[1]).mean(), abs=0.003)


def test_power_by_simulation_and_textbook():
    assert tw.stats.power(0.5, 64) == pytest.approx(0.8015, abs=5e-4)  # Cohen 1988, table 2.4.1
    assert tw.stats.seeds_needed(0.5) == 64
    assert tw.stats.seeds_needed(0.8) == 26
    generator = np.random.default_rng(1)
    a, b = generator.normal(1.0, 1.0, (20_000, 8)), generator.normal(0.0, 1.0, (20_000, 8))
    found = (sps.ttest_ind(a, b, axis=1).pvalue < 0.05).mean()
    assert tw.stats.power(1.0, 8) == pytest.approx(found, abs=0.01)


def test_power_refuses_what_cannot_be():
    with pytest.raises(ValueError, match="not there"):
        tw.stats.seeds_needed(0.0)
    with pytest.raises(ValueError, match="too small"):
        tw.stats.seeds_needed(1e-6)
    with pytest.raises(ValueError, match="from 2 upwards"):
        tw.stats.power(1.0, 1)
    assert tw.stats.power(1e6, 2) == 1.0
    assert tw.stats.seeds_needed(0.5, comparisons=10) > 64
