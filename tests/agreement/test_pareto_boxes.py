"""Constrained dominance, ε-boxes, box decompositions and scales: numerics.pareto equals reference.pareto."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tunewright.numerics import pareto as numerics
from tunewright.reference import pareto as reference

NAN, INF = np.nan, np.inf
ROUGH = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, 3.5, NAN, INF, -INF, 5e-324])
TIED = st.integers(0, 4).map(float)
BRIEF = settings(deadline=None, max_examples=100)


def matrices(elements, rows=20, columns=5):
    return hnp.arrays(np.float64, st.tuples(st.integers(0, rows), st.integers(1, columns)), elements=elements)


@BRIEF
@given(losses=st.one_of(matrices(ROUGH), matrices(TIED)), flip=st.booleans(), data=st.data())
def test_constrained_masks_and_ranks(losses, flip, data):
    amounts = st.sampled_from([0.0, -0.0, 0.0, 1.0, 2.0, 5e-324, NAN, INF])
    violations = data.draw(hnp.arrays(np.float64, len(losses), elements=amounts))
    before = violations.copy()
    given_both = {"maximize": flip, "violations": violations}
    assert np.array_equal(
        numerics.nondominated_rank(losses, **given_both), reference.nondominated_rank(losses, **given_both)
    )
    assert np.array_equal(
        numerics.is_nondominated(losses, **given_both), reference.is_nondominated(losses, **given_both)
    )
    assert np.array_equal(violations, before, equal_nan=True)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # inf - inf in the twin
@BRIEF
@given(losses=st.one_of(matrices(ROUGH), matrices(st.floats(-3, 3, width=16))), data=st.data())
def test_epsilon_boxes(losses, data):
    m = losses.shape[1]
    widths = st.sampled_from([0.25, 0.5, 1.0, 3.0])
    epsilon = data.draw(st.one_of(widths, st.lists(widths, min_size=m, max_size=m)))
    flip = data.draw(st.booleans())
    ours = numerics.epsilon_nondominated(losses, epsilon=epsilon, maximize=flip)
    assert np.array_equal(ours, reference.epsilon_nondominated(losses, epsilon=epsilon, maximize=flip))


@BRIEF
@given(losses=matrices(st.one_of(ROUGH, st.floats(-3, 3, width=16)), 12, 4), flip=st.booleans())
def test_scales(losses, flip):
    if not np.isfinite(losses).all(axis=1).any():
        with pytest.raises(ValueError, match="losses: expected at least one point"):
            numerics.normalise(losses, maximize=flip)
        return
    ours, twin = numerics.normalise(losses, maximize=flip), reference.normalise(losses, maximize=flip)
    assert np.allclose(ours, twin, rtol=1e-12, equal_nan=True)


def held(boxes, y, maximize):
    """How many boxes hold each row of y."""
    sign = np.where(maximize, -1.0, 1.0)
    lower, upper = (np.minimum(*(b * sign for b in boxes)), np.maximum(*(b * sign for b in boxes)))
    inside = (lower <= y[:, None] * sign) & (y[:, None] * sign < upper)
    return inside.all(axis=2).sum(axis=1)


@BRIEF
@given(losses=st.one_of(matrices(TIED, 12), matrices(ROUGH, 8, 4)), data=st.data())
def test_boxes(losses, data):
    """The twins cut in different places: what they cover is compared, at and between all coordinates."""
    m = losses.shape[1]
    corner = data.draw(hnp.arrays(np.float64, m, elements=st.sampled_from([-1.0, 2.0, 3.0, 6.0])))
    maximize = data.draw(st.lists(st.booleans(), min_size=m, max_size=m))
    ours = numerics.box_decomposition(losses, reference=corner, maximize=maximize)
    twin = reference.box_decomposition(losses, reference=corner, maximize=maximize)
    assert ours[0].shape == ours[1].shape == (len(ours[0]), m)
    assert np.all(ours[0] < ours[1])
    y = np.random.default_rng(0).integers(-4, 14, (200, m)) / 2.0
    assert np.array_equal(held(ours, y, maximize), held(twin, y, maximize))
    assert held(ours, y, maximize).max() <= 1


@pytest.mark.parametrize(("m", "most"), [(1, 1), (2, 81), (3, 161), (4, 6400)])
def test_boxes_and_the_hypervolume_make_up_the_whole(m, most):
    losses = np.random.default_rng(m).random((80, m))
    lower, upper = numerics.box_decomposition(losses, reference=1.0)
    assert len(lower) <= most
    volume = np.prod(upper - np.maximum(lower, 0.0), axis=1).sum()
    assert volume == pytest.approx(1 - numerics.hypervolume(losses, reference=1.0))
