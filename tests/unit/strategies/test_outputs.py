"""Losses made normal, and what becomes of their standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.strategies.gp.outputs import transformed, transformed_with_noise

KINDS = pytest.mark.parametrize("kind", ["yeo-johnson", "standard"])


def test_a_standard_error_is_scaled_like_the_losses():
    y, noise = transformed_with_noise(np.array([10.0, 14.0]), np.array([1.0, math.nan]), "standard")
    assert y == pytest.approx([-1.0, 1.0])
    assert noise == pytest.approx([0.25, 0.0])  # the deviation of 10 and 14 is 2


@KINDS
def test_the_noise_is_that_of_the_slope_between_neighbours(kind):
    losses = np.exp(np.linspace(-3, 3, 2_001))
    y, noise = transformed_with_noise(losses, np.full(2_001, 1e-3), kind)
    between = np.diff(y) / np.diff(losses)
    slopes = np.sqrt(noise) / 1e-3
    np.testing.assert_allclose(between, (slopes[1:] + slopes[:-1]) / 2, rtol=2e-3)


def test_a_large_error_is_what_becomes_of_its_interval():
    """At the lowest of skewed losses the transform is steep: an error as large as their range is not that steep."""
    losses = np.exp(np.linspace(-3, 3, 2_001))
    small = np.sqrt(transformed_with_noise(losses, np.full(2_001, 1e-3), "yeo-johnson")[1][0]) / 1e-3
    y, noise = transformed_with_noise(losses, np.full(2_001, 4.0), "yeo-johnson")
    middle = 1_000  # loss 1, from -3 to 5
    above = np.interp(5.0, losses, y)
    assert np.sqrt(noise[middle]) > (above - y[middle]) / 2
    assert np.sqrt(noise[middle]) < 4.0 * small


def test_a_compressed_outlier_has_little_noise():
    losses = np.append(np.linspace(0, 1, 30), 1e12)
    _, noise = transformed_with_noise(losses, np.full(31, 0.1), "yeo-johnson")
    assert noise[30] < 1e-9 * noise[:30].min()


@KINDS
@pytest.mark.parametrize("sems", [None, np.full(5, math.nan)])
def test_without_standard_errors_nothing_is_different(kind, sems):
    losses = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    y, noise = transformed_with_noise(losses, sems, kind)
    assert noise is None and np.array_equal(y, transformed(losses, kind))


@KINDS
@given(
    rows=st.lists(
        st.tuples(st.floats(-1e150, 1e150), st.one_of(st.just(math.nan), st.floats(0, math.inf))), max_size=30
    )
)
@settings(max_examples=150, deadline=None)
def test_whatever_comes_the_noise_is_a_finite_variance(kind, rows):
    losses, sems = np.array(rows).reshape(-1, 2).T
    y, noise = transformed_with_noise(losses, sems, kind)
    assert np.array_equal(y, transformed(losses, kind))
    assert noise is None or (np.isfinite(noise).all() and (noise >= 0).all() and not noise[np.isnan(sems)].any())
