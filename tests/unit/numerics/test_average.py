"""Mean and standard error of the mean: by hand, and where sums leave the range of floats."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright.numerics.average import mean, standard_error_of_mean

LARGEST = 1.7976931348623157e308
SMALLEST = 5e-324
finite = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=8)


def test_by_hand():
    assert mean([1.0, 2.0, 6.0]) == 3.0
    # deviations -2, -1, 3: variance 14 / 2, of the mean 7 / 3
    assert standard_error_of_mean([1.0, 2.0, 6.0]) == math.sqrt(7 / 3)
    assert mean([4.0]) == 4.0


@pytest.mark.parametrize(
    ("values", "middle", "error"),
    [
        ([LARGEST, LARGEST], LARGEST, 0.0),
        ([LARGEST, -LARGEST], 0.0, LARGEST),
        ([1e308, 1.5e308], 1.25e308, 0.25e308),
        ([SMALLEST, SMALLEST], SMALLEST, 0.0),
        ([1e-300, 3e-300], 2e-300, 1e-300),
        ([0.0, 0.0], 0.0, 0.0),
    ],
)
def test_the_ends_of_the_range(values, middle, error):
    assert mean(values) == pytest.approx(middle, rel=1e-15)
    assert standard_error_of_mean(values) == pytest.approx(error, rel=1e-15)


@pytest.mark.parametrize(
    ("values", "middle"),
    [
        ([1.0, math.inf], math.inf),
        ([-math.inf, 1.0], -math.inf),
        ([math.inf, -math.inf], math.nan),
        ([math.nan, 1.0], math.nan),
    ],
)
def test_what_is_not_finite_is_as_in_ieee_754(values, middle):
    assert mean(values) == pytest.approx(middle, nan_ok=True)
    assert math.isnan(standard_error_of_mean(values))


@given(finite)
def test_the_mean_is_that_of_fractions(values):
    exact = sum(map(Fraction, values)) / len(values)
    slack = Fraction(max(map(abs, values))) / 2**50 + Fraction(SMALLEST)
    assert abs(Fraction(mean(values)) - exact) <= slack


@given(finite)
def test_the_standard_error_is_that_of_fractions(values):
    exact = [Fraction(value) for value in values]
    middle = sum(exact) / len(exact)
    square = sum((value - middle) ** 2 for value in exact) / (len(exact) - 1) / len(exact)
    found, slack = (
        Fraction(standard_error_of_mean(values)),
        Fraction(max(map(abs, values))) / 2**40 + Fraction(SMALLEST),
    )
    assert max(found - slack, Fraction(0)) ** 2 <= square <= (found + slack) ** 2
