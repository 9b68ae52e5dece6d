"""Draws are uniform and independent; low-discrepancy points are more even than that. All at fixed seeds.

Every threshold is stated as the false alarm rate it stands for: about one in ten thousand.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from tunewright.numerics import sampling

RATE = 1e-4
NAMES = ["lr", "dropout", "width", "depth", "sobol", "halton", "a", "b"]
PURPOSES = [sampling.purpose(name) for name in NAMES]


@pytest.mark.parametrize("seed", [0, 1, 2**63, 2**64 - 1])
def test_draws_of_successive_trials_are_uniform_for_every_purpose(seed):
    for column in sampling.uniform(seed, range(20_000), PURPOSES).T:
        assert stats.kstest(column, "uniform").pvalue > RATE


def test_draws_of_successive_purposes_and_seeds_are_uniform():
    assert stats.kstest(sampling.uniform(0, [0], range(20_000))[0], "uniform").pvalue > RATE
    draws = [sampling.uniform(seed, [3], PURPOSES[:1])[0, 0] for seed in range(5_000)]
    assert stats.kstest(draws, "uniform").pvalue > RATE
    assert stats.kstest(sampling.stream(0, 0, 0, 20_000), "uniform").pvalue > RATE


def correlations(columns: np.ndarray) -> np.ndarray:
    """Sample correlations of different columns, in standard errors."""
    n, d = columns.shape
    return np.corrcoef(columns.T)[np.triu_indices(d, 1)] * np.sqrt(n)


def test_purposes_seeds_attempts_and_neighbouring_trials_are_uncorrelated():
    limit = stats.norm.isf(RATE / 2 / 100)  # about 100 correlations in all
    trials = range(20_000)
    first = PURPOSES[:1]
    assert np.abs(correlations(sampling.uniform(0, trials, PURPOSES))).max() < limit
    seeds = np.hstack([sampling.uniform(seed, trials, first) for seed in range(6)])
    assert np.abs(correlations(seeds)).max() < limit
    attempts = np.hstack([sampling.uniform(0, trials, first, attempt=k) for k in range(6)])
    assert np.abs(correlations(attempts)).max() < limit
    draws = sampling.uniform(0, trials, first)[:, 0]
    lagged = np.stack([draws[lag : len(draws) - 6 + lag] for lag in range(6)], axis=1)
    assert np.abs(correlations(lagged)).max() < limit


def test_pairs_of_purposes_fill_the_square():
    pairs = sampling.uniform(4, range(40_000), PURPOSES[:2])
    counts = np.histogram2d(*pairs.T, bins=16, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(counts.ravel()).pvalue > RATE


def test_every_bit_is_a_fair_coin():
    bits = (sampling.stream(1, 1, 1, 40_000) * 2.0**53).astype(np.uint64)
    for k in range(53):
        ones = int((bits >> np.uint64(k) & np.uint64(1)).sum())
        assert stats.binomtest(ones, len(bits)).pvalue > RATE / 53


@pytest.mark.parametrize("seed", [None, 0, 1, 12345])
@pytest.mark.parametrize("first", [0, 256, 3 * 256])
def test_every_aligned_block_of_sobol_is_a_net(seed, first):
    # in two dimensions t = 0: each elementary interval of area 2**-8 holds exactly one of 2**8 points
    points = sampling.sobol(first, 256, 2, seed=seed)
    for k in range(9):
        cells = np.floor(points * [2**k, 2 ** (8 - k)]).astype(int)
        assert len({(x, y) for x, y in cells.tolist()}) == 256


@pytest.mark.parametrize("dimension", [2, 5, 10])
def test_scrambled_points_are_more_even_than_random_ones(dimension):
    random = np.mean([qmc.discrepancy(sampling.uniform(s, range(256), range(dimension))) for s in range(5)])
    for seed in range(5):
        assert qmc.discrepancy(sampling.sobol(0, 256, dimension, seed=seed)) < random / 2
        assert qmc.discrepancy(sampling.halton(0, 256, dimension, seed=seed)) < random / 2


@pytest.mark.parametrize("points", [sampling.sobol, sampling.halton])
@pytest.mark.parametrize("index", [0, 1, 1000])
def test_one_scrambled_point_is_uniform_over_the_seeds(points, index):
    draws = np.vstack([points(index, 1, 4, seed=seed) for seed in range(4_000)])
    for column in draws.T:
        assert stats.kstest(column, "uniform").pvalue > RATE
    assert np.abs(correlations(draws)).max() < stats.norm.isf(RATE / 12)


def test_two_scrambled_points_share_only_what_the_net_asks_for():
    # points 0 and 1 lie in different halves in every dimension, and are independent within them
    pairs = np.hstack([sampling.sobol(0, 2, 1, seed=seed) for seed in range(4_000)]).T
    assert ((pairs[:, 0] < 0.5) != (pairs[:, 1] < 0.5)).all()
    assert np.abs(correlations(pairs * 2 % 1)).max() < stats.norm.isf(RATE / 2)


def test_halton_stratifies_every_base():
    for seed in (None, 0, 1):
        points = sampling.halton(0, 13 * 11 * 7, 6, seed=seed)
        for column, base in zip(points.T, (2, 3, 5, 7, 11, 13), strict=True):
            block = base * (len(column) // base)
            cells = np.floor(column[:block] * base + 1e-9).astype(int).reshape(-1, base)
            assert (np.sort(cells, axis=1) == np.arange(base)).all()
