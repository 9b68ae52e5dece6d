"""Priors and weights: the distribution that quantile gives, and the density that goes with it."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.space import Around, Categorical, Float, Int, LogNormal, Normal, PowerOfTwo

uniform = (np.arange(20_000) + 0.5) / 20_000


def drawn(domain):
    return domain.decode(domain.quantile(uniform))


def truncated(frozen, low, high):
    """The distribution function of a scipy distribution cut to [low, high]."""
    return lambda x: (frozen.cdf(x) - frozen.cdf(low)) / (frozen.cdf(high) - frozen.cdf(low))


CASES = [
    (Float(0, 1, prior=Normal(0.3, 0.1)), scipy.stats.norm(0.3, 0.1)),
    (Float(0, 1, prior=Normal(-0.5, 0.2)), scipy.stats.norm(-0.5, 0.2)),
    (Float(-10, 10, prior=Normal(0, 100)), scipy.stats.norm(0, 100)),
    (Float(1e-5, 1e-1, log=True, prior=LogNormal(1e-3, 1.0)), scipy.stats.lognorm(1.0, scale=1e-3)),
    (Float(1e-5, 1e-1, log=True, prior=Normal(0.01, 0.02)), scipy.stats.norm(0.01, 0.02)),
    (Float(0, 5, prior=LogNormal(1.0, 0.5)), scipy.stats.lognorm(0.5, scale=1.0)),
    (Float(-5, 5, prior=LogNormal(1.0, 0.5)), scipy.stats.lognorm(0.5, scale=1.0)),
    (Float(0.5, 5, prior=LogNormal(1.0, 0.5)), scipy.stats.lognorm(0.5, scale=1.0)),
    (Float(1, 16, log=True, prior=(4, "high")), scipy.stats.lognorm(np.log(16) / 8, scale=4)),
    (Float(10, 20, prior=(12, "low")), scipy.stats.norm(12, 5)),
    (Float(10, 20, prior=(12, "medium")), scipy.stats.norm(12, 2.5)),
]


@pytest.mark.parametrize(("domain", "frozen"), CASES, ids=lambda case: repr(case)[:60])
def test_quantile_follows_the_prior_cut_to_the_domain(domain, frozen):
    values = drawn(domain)
    assert np.all(np.diff(values) >= 0)
    statistic = scipy.stats.kstest(values, truncated(frozen, domain.low, domain.high)).statistic
    assert statistic < 1e-4  # the midpoints of 20,000 equal shares: exact up to half a share


@pytest.mark.parametrize(("domain", "frozen"), CASES, ids=lambda case: repr(case)[:60])
def test_density_integrates_to_one_and_matches_quantile(domain, frozen):
    edges = domain.quantile(np.linspace(0, 1, 21))
    for share in range(20):
        grid = np.linspace(edges[share], edges[share + 1], 2001)
        mass = scipy.integrate.trapezoid(np.exp(domain.log_prior(grid)), grid)
        assert mass == pytest.approx(0.05, rel=2e-3)


def test_without_prior_quantile_is_the_identity_and_density_one():
    for domain in (Float(0, 1), Int(1, 9), PowerOfTwo(1, 8), Categorical("a", "b")):
        assert domain.quantile(uniform).tolist() == uniform.tolist()
        assert domain.log_prior(uniform).tolist() == [0.0] * len(uniform)
        assert domain.prior is None


def test_integers_get_the_mass_of_their_cells():
    values = drawn(Int(1, 10, prior=Normal(4, 2)))
    frozen = scipy.stats.norm(4, 2)
    whole = frozen.cdf(10.5) - frozen.cdf(0.5)
    for v in range(1, 11):
        assert np.mean(values == v) == pytest.approx((frozen.cdf(v + 0.5) - frozen.cdf(v - 0.5)) / whole, abs=2e-4)


def test_powers_of_two_get_the_mass_of_their_cells():
    values = drawn(PowerOfTwo(16, 512, prior=LogNormal(64, 0.7)))
    z = (np.log2([16, 32, 64, 128, 256, 512]) - 6) * np.log(2) / 0.7
    half = 0.5 * np.log(2) / 0.7
    mass = scipy.stats.norm.cdf(z + half) - scipy.stats.norm.cdf(z - half)
    for v, share in zip([16, 32, 64, 128, 256, 512], mass / mass.sum(), strict=True):
        assert np.mean(values == v) == pytest.approx(share, abs=2e-4)


@settings(max_examples=200, deadline=None)
@given(st.floats(-25, 25), st.floats(1e-3, 1e6), st.lists(st.floats(0, 1), min_size=1, max_size=20), st.booleans())
def test_quantile_stays_inside_and_monotone_for_any_prior(center, std, p, log):
    domain = Float(1e-3, 1, log=log, prior=Normal(center * std, std))
    unit = domain.quantile(np.sort(np.array(p)))
    assert np.all((unit >= 0) & (unit <= 1)) and np.all(np.diff(unit) >= -1e-12)  # the rounding of ndtri_exp
    assert domain.quantile(np.array([0.0, 1.0])).tolist() == [0.0, 1.0]
    assert np.all(np.isfinite(domain.log_prior(unit[(unit > 0) & (unit < 1)])))


def test_far_tail_keeps_its_shape():
    domain = Float(0, 1, prior=Normal(-2.0, 0.1))  # 20 standard deviations away: nearly exponential with rate 200
    assert domain.decode(domain.quantile(np.array([0.5]))).item() == pytest.approx(np.log(2) / 200, rel=0.01)


def test_confidence_is_a_share_of_the_range():
    assert Around.SHARES == {"low": 0.5, "medium": 0.25, "high": 0.125}
    spread = [np.std(drawn(Float(0, 1, prior=(0.5, word)))) for word in ("low", "medium", "high")]
    assert spread[0] > spread[1] > spread[2]
    assert spread[2] == pytest.approx(0.125, rel=0.01)


def test_a_single_value_takes_any_prior():
    domain = Float(3, 3, prior=Normal(0, 1))
    assert domain.decode(domain.quantile(np.array([0.3]))).tolist() == [3.0]
    assert domain.log_prior(np.array([0.3])).tolist() == [0.0]


def test_weights_are_the_frequencies():
    domain = Categorical("a", "b", "c", "d", weights=[1, 0, 2, 1])
    counts = np.bincount(drawn(domain).astype(int), minlength=4)
    assert counts.tolist() == [5000, 0, 10_000, 5000]
    assert drawn(Categorical("a", "b", weights=[0, 1])).min() == 1
    assert drawn(Categorical("a", "b", weights=[1, 0])).max() == 0
    assert domain.decode(domain.quantile(np.array([0.0, 1.0]))).tolist() == [0, 3]
    assert Categorical("a", "b", weights=[1, 0]).decode(Categorical("a", "b", weights=[1, 0]).quantile(np.ones(1))) == 0
    assert domain.decode(domain.quantile(np.array([0.25, 0.75]))).tolist() == [2, 3]  # shares are closed on the left
    assert Categorical("a", "b", weights=[0, 1]).quantile(np.zeros(1)).tolist() == [0.75]  # weight 0: not even at 0
    density = np.exp(domain.log_prior(domain.encode(np.arange(4.0))))
    np.testing.assert_allclose(density, [1, 0, 2, 1])
