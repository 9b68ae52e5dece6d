"""numerics.acquisition equals reference.acquisition, on ugly inputs of every shape.

Tolerance: both compute log F or log h to a few eps of its own size, but where z is rounded the exact value itself moves
by eps z^2, and the twin's 1 + z F/f loses eps z^2 down to z = -50: 5e-13. Logarithms and ratios are compared to 2e-12.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tunewright.numerics import acquisition as numerics
from tunewright.reference import acquisition as reference

NAN, INF = np.nan, np.inf
PAIRS = {
    "log ei": (numerics.log_expected_improvement, reference.log_expected_improvement),
    "ei": (numerics.expected_improvement, reference.expected_improvement),
    "pi": (numerics.probability_of_improvement, reference.probability_of_improvement),
    "log pi": (numerics.log_probability_of_improvement, reference.log_probability_of_improvement),
    "lcb": (numerics.lower_confidence_bound, reference.lower_confidence_bound),
}
UGLY = st.sampled_from([0.0, -0.0, 1.0, -1.0, NAN, INF, -INF, 5e-324, 1.7e308, -1.7e308, 1e-50, 1e50, 1e8, -1e8, 1e-8])
NUMBERS = st.one_of(UGLY, st.floats(-60, 60), st.floats())
FUNCTIONS = st.sampled_from(sorted(PAIRS))


def check(name, mean, std, parameter):
    ours, twin = (function(mean, std, parameter) for function in PAIRS[name])
    for number, expected in zip(ours, twin, strict=True):
        assert number.shape == expected.shape
        assert number.dtype == np.float64
        # EI, PI and densities may leave the normal numbers: below 1e-290 neither has its digits
        np.testing.assert_allclose(number, expected, rtol=2e-12, atol=1e-290)
        if name != "lcb":
            known = ~np.isnan((parameter - mean) + 0 * np.nan_to_num(std, nan=NAN, posinf=0, neginf=0))
            assert np.array_equal(np.isfinite(number), np.broadcast_to(known, number.shape))


@settings(deadline=None, max_examples=300)
@given(name=FUNCTIONS, data=st.data(), parameter=NUMBERS)
def test_any_floats(name, data, parameter):
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4))
    mean, std = (data.draw(hnp.arrays(np.float64, shape, elements=NUMBERS)) for shape in shapes.input_shapes)
    with np.errstate(all="ignore"):  # infinities meet in the twin
        check(name, mean, std, parameter)


@settings(deadline=None, max_examples=200)
@given(name=FUNCTIONS, seed=st.integers(0, 2**32 - 1), power=st.integers(-40, 40))
@example(name="log ei", seed=0, power=16)
def test_every_scale_of_z(name, seed, power):
    random = np.random.default_rng(seed)
    mean, std = random.normal(size=100) * 2.0**power, random.random(100) + 1e-3
    with np.errstate(all="ignore"):
        check(name, mean, std, 0.5)


@pytest.mark.parametrize("name", sorted(PAIRS))
def test_layouts_and_types(name):
    block = np.random.default_rng(0).normal(size=(12, 10))
    for mean in (block[::2, ::3], block.T, block.astype(np.float32), (10 * block).astype(np.int8)):
        before = mean.copy()
        check(name, mean, np.abs(mean) + 0.5, 0.25)
        assert np.array_equal(mean, before)
