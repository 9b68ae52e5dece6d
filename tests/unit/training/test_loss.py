"""Cross-entropy and clipping from their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tunewright.training import clip_by_norm, cross_entropy, global_norm


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes():
    assert cross_entropy(np.zeros((3, 10)), np.array([0, 5, 9]))[0] == pytest.approx(math.log(10))


def test_by_hand():
    # p = (1/4, 3/4)
    logits, labels = np.array([[0.0, math.log(3.0)]]), np.array([1])
    loss, slope = cross_entropy(logits, labels)
    assert loss == pytest.approx(-math.log(0.75))
    assert slope[0] == pytest.approx([0.25, -0.25])
    # q = (0.1, 0.9) with a smoothing of 0.2 over two classes
    loss, slope = cross_entropy(logits, labels, smoothing=0.2)
    assert loss == pytest.approx(-0.1 * math.log(0.25) - 0.9 * math.log(0.75))
    assert slope[0] == pytest.approx([0.15, -0.15])


def test_targets_in_place_of_labels():
    logits = np.array([[0.0, math.log(3.0)]])
    loss, slope = cross_entropy(logits, np.array([[0.4, 0.6]]))
    assert loss == pytest.approx(-0.4 * math.log(0.25) - 0.6 * math.log(0.75))
    assert slope[0] == pytest.approx([-0.15, 0.15])
    # smoothed by 0.5: q = (0.45, 0.55)
    assert cross_entropy(logits, np.array([[0.4, 0.6]]), smoothing=0.5)[1][0] == pytest.approx([-0.2, 0.2])
    onehot = cross_entropy(logits, np.array([[0.0, 1.0]]), smoothing=0.1)
    assert onehot[0] == pytest.approx(cross_entropy(logits, np.array([1]), smoothing=0.1)[0])


def test_huge_logits_stay_finite():
    loss, slope = cross_entropy(np.array([[1e300, -1e300], [-700.0, 800.0]]), np.array([0, 0]))
    assert loss == pytest.approx(750.0)
    assert np.isfinite(slope).all()


LOGITS = arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 6)), elements=st.floats(-50, 50))


@given(LOGITS, st.floats(0, 0.99))
def test_is_never_negative_and_does_not_see_a_common_shift(logits, smoothing):
    labels = np.zeros(len(logits), dtype=np.intp)
    before = logits.copy()
    loss, _ = cross_entropy(logits, labels, smoothing=smoothing)
    assert loss >= -1e-12
    assert np.array_equal(logits, before)
    assert cross_entropy(logits + 7.0, labels, smoothing=smoothing)[0] == pytest.approx(loss, abs=1e-10)


def test_a_long_gradient_is_scaled_to_the_limit():
    gradient = np.array([3.0, 4.0])
    assert clip_by_norm(gradient, 1.0) == 5.0
    assert gradient == pytest.approx([0.6, 0.8])


def test_a_short_gradient_is_left_alone():
    gradient = np.array([0.3, 0.4])
    assert clip_by_norm(gradient, 1.0) == pytest.approx(0.5)
    assert gradient.tolist() == [0.3, 0.4]


def test_squares_that_overflow_do_not_hide_the_direction():
    gradient = np.array([3e200, 4e200])
    assert clip_by_norm(gradient, 1.0) == pytest.approx(5e200)
    assert gradient == pytest.approx([0.6, 0.8])


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_gradient_that_is_not_finite_stays_so(value):
    gradient = np.array([value, 1.0])
    assert not math.isfinite(clip_by_norm(gradient, 1.0))
    assert not np.isfinite(gradient).all()


def test_norm_of_nothing_is_zero():
    assert global_norm(np.zeros(3)) == 0.0


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan])
def test_bad_limits(limit):
    with pytest.raises(ValueError, match="limit must be"):
        clip_by_norm(np.ones(2), limit)
