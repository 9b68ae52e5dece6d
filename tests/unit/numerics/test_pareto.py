"""The Pareto door: its rule, its invariances and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.numerics.pareto import (
    box_decomposition,
    epsilon_nondominated,
    is_nondominated,
    nondominated_rank,
    normalise,
)


@pytest.fixture(params=[1, 2, 3, 4, 6], ids=lambda m: f"m={m}")
def losses(request):
    return np.round(np.random.default_rng(request.param).random((400, request.param)), 1)


def test_nobody_on_the_front_is_dominated_and_everybody_else_is(losses):
    front = losses[is_nondominated(losses)]
    for point, kept in zip(losses, is_nondominated(losses), strict=True):
        dominated = ((front <= point).all(axis=1) & (front < point).any(axis=1)).any()
        assert kept == (not dominated)


def test_order_does_not_matter(losses):
    order = np.random.default_rng(9).permutation(len(losses))
    assert np.array_equal(is_nondominated(losses[order]), is_nondominated(losses)[order])


def test_increasing_maps_change_nothing(losses):
    assert np.array_equal(is_nondominated(np.exp(5 * losses) - 100), is_nondominated(losses))
    assert np.array_equal(is_nondominated(losses[:, ::-1]), is_nondominated(losses))


def test_a_dominated_point_changes_nothing(losses):
    wider = np.vstack([losses, losses.max(axis=0) + 1])
    assert is_nondominated(wider).tolist() == [*is_nondominated(losses).tolist(), False]


def test_repeated_points_share_their_fate(losses):
    mask = is_nondominated(losses)
    assert np.array_equal(is_nondominated(np.vstack([losses, losses])), np.tile(mask, 2))


@pytest.mark.parametrize("n", [0, 1, 2, 500])
def test_maximising_is_minimising_the_negative(n):
    losses = np.random.default_rng(n).random((n, 3))
    assert np.array_equal(is_nondominated(losses, maximize=True), is_nondominated(-losses))
    mixed = is_nondominated(losses, maximize=[True, False, np.True_])
    assert np.array_equal(mixed, is_nondominated(losses * [-1, 1, -1]))


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint16, np.float32, np.float16, np.longdouble, bool, ">f8"])
def test_any_real_type_is_compared_as_float64(dtype):
    losses = np.random.default_rng(3).integers(0, 2, (200, 3)).astype(dtype)
    assert np.array_equal(is_nondominated(losses), is_nondominated(losses.astype(np.float64)))


def test_any_layout_is_right_and_nothing_is_changed():
    losses = np.random.default_rng(4).random((300, 4))
    expected = is_nondominated(losses)
    read_only = losses.copy()
    read_only.flags.writeable = False
    spread = np.zeros((600, 8))
    spread[::2, ::2] = losses
    for layout in (np.asfortranarray(losses), spread[::2, ::2], read_only, losses[::-1][::-1], losses.tolist()):
        before = np.array(layout)
        assert np.array_equal(is_nondominated(layout), expected)
        assert np.array_equal(is_nondominated(layout, maximize=[True] * 4), is_nondominated(-losses))
        assert np.array_equal(before, layout)


def test_no_points_have_an_empty_mask():
    for empty in ([], np.empty((0, 3)), np.empty((0, 0))):
        mask = is_nondominated(empty)
        assert mask.shape == (0,)
        assert mask.dtype == np.bool_


@pytest.mark.parametrize(
    ("losses", "maximize", "error", "message"),
    [
        ([1.0, 2.0], False, ValueError, r"losses: expected shape \(points, objectives\), got \(2,\)"),
        (3.0, False, ValueError, r"losses: expected shape .*got \(\)"),
        (np.zeros((2, 2, 2)), False, ValueError, r"losses: .*got \(2, 2, 2\)"),
        (np.zeros((2, 0)), False, ValueError, r"losses: .*got \(2, 0\)"),
        ([["a", "b"]], False, TypeError, "losses: expected real numbers, got <U1"),
        ([[1, None]], False, TypeError, "losses: expected real numbers, got object"),
        ([[1j, 2]], False, TypeError, "losses: expected real numbers, got complex128"),
        ([[1, 2]], [True], ValueError, "maximize: expected one bool for each of 2 objectives, got 1"),
        ([[1, 2]], [1, 0], TypeError, "maximize: expected True, False or one of them for each objective"),
        ([[1, 2]], "ab", TypeError, "maximize: "),
        ([[1, 2]], None, TypeError, "maximize: "),
    ],
)
def test_what_is_wrong_is_named(losses, maximize, error, message):
    with pytest.raises(error, match=message):
        is_nondominated(losses, maximize=maximize)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: is_nondominated([[1]], violations=[1, 2]),
            ValueError,
            "violations: expected one number for each",
        ),
        (lambda: is_nondominated([[1]], violations=[-1]), ValueError, "violations: expected numbers from 0 on, got -1"),
        (lambda: nondominated_rank([[1]], violations=["a"]), TypeError, "violations: expected real numbers"),
        (lambda: epsilon_nondominated([[1]], epsilon=0), ValueError, "epsilon: expected one positive finite number"),
        (lambda: epsilon_nondominated([[1, 2]], epsilon=[1]), ValueError, "epsilon: expected one positive finite"),
        (lambda: box_decomposition([[1, 2]], reference=[np.nan, 1]), ValueError, "reference: expected finite"),
        (lambda: normalise([[np.nan]]), ValueError, "losses: expected at least one point"),
    ],
)
def test_what_is_wrong_with_the_others_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_twenty_objectives_and_no_points():
    losses = np.random.default_rng(5).random((8, 20))
    lower, upper = box_decomposition(losses[:3], reference=1.0)
    assert np.all(lower < upper)
    assert box_decomposition([], reference=[1, 2])[1].tolist() == [[1, 2]]
    assert nondominated_rank(losses, violations=np.arange(8)).tolist() == list(range(8))
    assert is_nondominated([], violations=[]).tolist() == []
    assert epsilon_nondominated([], epsilon=1).tolist() == []
