"""The twins of the acquisitions against tables, integrals and differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from tunewright.reference import acquisition
from tunewright.reference.acquisition import (
    expected_improvement,
    log_expected_improvement,
    log_probability_of_improvement,
    lower_confidence_bound,
    probability_of_improvement,
)

# log h(z) = log(f(z) + z F(z)) in 60-digit arithmetic
KNOWN = [(5.0, 1.6094379231264314), (0.0, -0.91893853320467274), (-1.0, -2.4851210257126413),
         (-5.0, -16.74430116266099), (-40.0, -808.29856835661996), (-1000.0, -500014.73445209116)]  # fmt: skip


@pytest.mark.parametrize(("z", "expected"), KNOWN)
def test_known_logarithms(z, expected):
    value, *_ = log_expected_improvement(-z, 1.0, 0.0)
    assert value == pytest.approx(expected, rel=1e-14)
    assert log_expected_improvement(-2 * z, 2.0, 0.0)[0] == pytest.approx(expected + np.log(2), rel=1e-14)


@pytest.mark.parametrize(("mean", "std", "best"), [(0.3, 1.0, 0.0), (-1.0, 0.5, 0.2), (2.0, 0.7, -1.0)])
def test_values_are_integrals(mean, std, best):
    def integral(gain):
        return quad(lambda y: gain(best - y) * norm.pdf(y, mean, std), mean - 12 * std, best, epsabs=0, epsrel=1e-11)[0]

    assert expected_improvement(mean, std, best)[0] == pytest.approx(integral(lambda gain: gain), rel=1e-9)
    assert np.exp(log_expected_improvement(mean, std, best)[0]) == pytest.approx(integral(lambda gain: gain), rel=1e-9)
    assert probability_of_improvement(mean, std, best)[0] == pytest.approx(integral(lambda _: 1.0), rel=1e-9)
    assert np.exp(log_probability_of_improvement(mean, std, best)[0]) == pytest.approx(
        integral(lambda _: 1.0), rel=1e-9
    )


@pytest.mark.parametrize("name", acquisition.__all__)
@pytest.mark.parametrize("mean", [-3.0, 0.0, 0.6, 1.2, 5.0, 24.9, 26.0])
def test_derivatives_are_central_differences(name, mean):
    function, std, best, step = getattr(acquisition, name), 0.5, 0.1, 1e-5
    _, d_mean, d_std = function(mean, std, best)
    by_mean = (function(mean + step, std, best)[0] - function(mean - step, std, best)[0]) / (2 * step)
    by_std = (function(mean, std + step, best)[0] - function(mean, std - step, best)[0]) / (2 * step)
    assert d_mean == pytest.approx(by_mean, rel=1e-6, abs=1e-9)
    assert d_std == pytest.approx(by_std, rel=1e-6, abs=1e-8)


def test_a_coin_toss():
    """At mean = best: EI = std / sqrt(2 pi), PI = 1/2."""
    for std in (0.5, 4.0):
        assert expected_improvement(1.0, std, 1.0)[0] == pytest.approx(std / np.sqrt(2 * np.pi), rel=1e-15)
        assert probability_of_improvement(1.0, std, 1.0)[0] == 0.5
        assert log_probability_of_improvement(1.0, std, 1.0)[0] == pytest.approx(np.log(0.5), rel=1e-15)


def test_certainty_and_the_ends():
    assert expected_improvement([-2.0, 2.0], 0.0, 0.0)[0].tolist() == pytest.approx([2.0, 0.0])
    assert probability_of_improvement([-2.0, 2.0], 0.0, 0.0)[0].tolist() == [1.0, 0.0]
    value, d_mean, d_std = log_expected_improvement([1e8, np.inf, 3.0], [1.0, 1.0, 0.0], 0.0)
    assert np.isfinite([value, d_mean, d_std]).all()
    assert value[0] == pytest.approx(-5e15)
    assert d_mean[0] == pytest.approx(-1e8)


def test_the_bound():
    value, d_mean, d_std = lower_confidence_bound([1.0, np.nan], 0.5, 2.0)
    assert (value[0], d_mean[0], d_std[0]) == (0.0, 1.0, -2.0)
    assert np.isnan([value[1], d_mean[1], d_std[1]]).all()
