"""The door to the acquisitions: what they mean, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.numerics import acquisition
from tunewright.numerics.acquisition import expected_improvement, log_expected_improvement, lower_confidence_bound


def test_the_logarithm_orders_where_the_value_has_vanished():
    mean = np.array([38.0, 40.0, 1e4, 1e8, 1e40])
    assert np.count_nonzero(expected_improvement(mean, 1.0, 0.0)[0]) <= 1
    value, d_mean, d_std = log_expected_improvement(mean, 1.0, 0.0)
    assert (np.diff(value) < 0).all()
    assert np.isfinite(value).all()
    np.testing.assert_allclose(d_mean[2:], -mean[2:], rtol=1e-7)
    np.testing.assert_allclose(d_std[2:], mean[2:] ** 2, rtol=1e-7)


def test_more_spread_and_a_lower_mean_promise_more():
    mean, std = np.linspace(-5, 5, 101), np.linspace(0, 3, 31)[:, None]
    for name in ("expected_improvement", "log_expected_improvement"):
        value = getattr(acquisition, name)(mean, std, 0.0)[0]
        assert value.shape == (31, 101)
        assert (np.diff(value, axis=0) >= -1e-14).all()  # where it is 5 to the last digit, rounding may take one off
        assert (np.diff(value, axis=1) <= 1e-14).all()


def test_shapes():
    assert expected_improvement(1.0, 2.0, 0.0)[0].shape == ()
    assert [part.shape for part in expected_improvement(np.ones((3, 1)), np.ones(4), 0.0)] == [(3, 4)] * 3
    assert expected_improvement([], [], 0.0)[0].shape == (0,)


@pytest.mark.parametrize("name", acquisition.__all__)
class TestRefusals:
    def test_what_is_no_number(self, name):
        function = getattr(acquisition, name)
        with pytest.raises(TypeError, match="mean: expected real numbers"):
            function(["a"], [1.0], 0.0)
        with pytest.raises(TypeError, match="std: expected real numbers"):
            function([1.0], [1j], 0.0)
        with pytest.raises(TypeError, match="expected a real number, got 'x'"):
            function([1.0], [1.0], "x")

    def test_shapes_that_do_not_broadcast(self, name):
        with pytest.raises(ValueError, match="mean and std: expected shapes that broadcast"):
            getattr(acquisition, name)([1.0, 2.0], [1.0, 2.0, 3.0], 0.0)


def test_the_bound_has_its_own_parameter():
    with pytest.raises(TypeError, match="kappa"):
        lower_confidence_bound(0.0, 1.0, None)
