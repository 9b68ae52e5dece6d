"""Ranks, volumes and distances behind the Pareto door: invariances and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.numerics import pareto

NAN, INF = np.nan, np.inf


def cloud(n, m, seed=0):
    return np.random.default_rng(seed).random((n, m))


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5, 6, 8])
def test_order_of_points_and_objectives_does_not_matter(m):
    losses = cloud(60, m)
    order = np.random.default_rng(1).permutation(60)
    whole = pareto.hypervolume(losses, reference=0.9)
    assert whole == pytest.approx(pareto.hypervolume(losses[order][:, ::-1], reference=0.9))
    parts = pareto.hypervolume_contributions(losses, reference=0.9)
    turned = pareto.hypervolume_contributions(losses[order][:, ::-1], reference=0.9)
    assert turned == pytest.approx(parts[order], abs=1e-12)
    assert np.array_equal(pareto.nondominated_rank(losses[order][:, ::-1]), pareto.nondominated_rank(losses)[order])


@pytest.mark.parametrize("m", [2, 3, 4, 5])
def test_what_is_dominated_or_beyond_the_reference_changes_nothing(m):
    losses = cloud(50, m)
    more = np.vstack([losses, losses + 0.01, np.full((1, m), 9.0), np.r_[9.0, np.full(m - 1, -9.0)][None]])
    assert pareto.hypervolume(more, reference=0.9) == pytest.approx(pareto.hypervolume(losses, reference=0.9))


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5, 20])
def test_one_point_and_identical_points(m):
    for n in (1, 7):
        losses = np.zeros((n, m))
        assert pareto.hypervolume(losses, reference=2.0) == 2.0**m
        expected = [2.0**m] if n == 1 else [0.0] * n
        assert pareto.hypervolume_contributions(losses, reference=2.0).tolist() == expected
        assert pareto.nondominated_rank(losses).tolist() == [0] * n
        assert pareto.hypervolume_subset(losses, n, reference=2.0).tolist() == list(range(n))
        assert pareto.igd_plus(losses, reference=losses) == 0
        assert pareto.epsilon_indicator(losses, reference=losses) == 0


def test_twenty_objectives():
    losses = cloud(12, 20)
    parts = pareto.hypervolume_contributions(losses, reference=2.0)
    whole = pareto.hypervolume(losses, reference=2.0)
    alone = [whole - pareto.hypervolume(np.delete(losses, i, axis=0), reference=2.0) for i in range(12)]
    assert parts == pytest.approx(alone, rel=1e-6)
    assert pareto.nondominated_rank(losses).tolist() == [0] * 12


@pytest.mark.parametrize("m", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("value", [NAN, INF, -INF, 1.8e308, -1.8e308, 5e-324])
def test_ugly_values_are_right_or_refused_by_name(m, value):
    losses = cloud(30, m)
    losses[::7, 0] = value
    usual = np.delete(losses, np.s_[::7], axis=0)
    volume = pareto.hypervolume(losses, reference=1.0)
    if value in (-INF, -1.8e308):
        assert volume > 1e300
    elif value != 5e-324:
        assert volume == pytest.approx(pareto.hypervolume(usual, reference=1.0))
    if value == -INF:
        with pytest.raises(ValueError, match=r"losses: expected finite distances .*got 0"):
            pareto.hypervolume_contributions(losses, reference=1.0)
        with pytest.raises(ValueError, match="losses: expected finite distances"):
            pareto.hypervolume_subset(losses, 2, reference=1.0)
    assert pareto.crowding_distance(losses).min() >= 0
    assert (pareto.nondominated_rank(losses) == -1).sum() == np.isnan(losses).any(axis=1).sum()


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint16, np.float32, bool])
def test_any_type_and_layout_is_right_and_nothing_is_changed(dtype):
    plain = np.random.default_rng(3).integers(0, 2, (30, 4)).astype(dtype)
    read_only = plain.copy()
    read_only.flags.writeable = False
    spread = np.zeros((60, 8), dtype=dtype)
    spread[::2, ::2] = plain
    calls = [
        pareto.nondominated_rank,
        pareto.crowding_distance,
        pareto.nadir_reference,
        lambda x: pareto.hypervolume(x, reference=2),
        lambda x: pareto.hypervolume_contributions(x, reference=[2, 2, 2, 2]),
        lambda x: pareto.hypervolume_subset(x, 3, reference=np.full(4, 2)),
        lambda x: pareto.igd_plus(x, reference=x),
        lambda x: pareto.epsilon_indicator(x, reference=x[:3]),
    ]
    for call in calls:
        expected = call(plain.astype(np.float64))
        for layout in (plain, np.asfortranarray(plain), spread[::2, ::2], read_only):
            before = layout.copy()
            assert np.array_equal(call(layout), expected)
            assert np.array_equal(before, layout)


def test_no_points():
    for empty in ([], np.empty((0, 3))):
        assert pareto.nondominated_rank(empty).tolist() == []
        assert pareto.crowding_distance(empty).tolist() == []
        assert pareto.hypervolume(empty, reference=[1, 1, 1]) == 0
        assert pareto.hypervolume_contributions(empty, reference=[1, 1, 1]).tolist() == []
        assert pareto.hypervolume_subset(empty, 0, reference=[1, 1, 1]).tolist() == []
        assert pareto.igd_plus(empty, reference=[[1, 1, 1]]) == INF
        assert pareto.epsilon_indicator(empty, reference=[[1, 1, 1]]) == INF


def test_a_greedy_subset_is_nearly_the_best():
    losses = cloud(40, 3)
    chosen = pareto.hypervolume_subset(losses, 5, reference=1.0)
    best = max(
        pareto.hypervolume(losses[np.random.default_rng(i).choice(40, 5, replace=False)], reference=1.0)
        for i in range(300)
    )
    assert pareto.hypervolume(losses[chosen], reference=1.0) >= best


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: pareto.hypervolume([[1, 2]], reference=[1, 2, 3]),
            ValueError,
            "reference: expected one number for each",
        ),
        (lambda: pareto.hypervolume([[1, 2]], reference=[1, INF]), ValueError, "reference: expected finite numbers"),
        (lambda: pareto.hypervolume([[1, 2]], reference=NAN), ValueError, "reference: expected finite numbers"),
        (lambda: pareto.hypervolume([[1, 2]], reference="a"), TypeError, "reference: expected real numbers"),
        (lambda: pareto.hypervolume([1, 2], reference=1), ValueError, "losses: expected shape"),
        (
            lambda: pareto.hypervolume([[1]], reference=1, maximize=[True] * 2),
            ValueError,
            "maximize: expected one bool",
        ),
        (
            lambda: pareto.hypervolume_subset([[1]], 2, reference=1),
            ValueError,
            "k: expected an integer from 0 to 1, got 2",
        ),
        (lambda: pareto.hypervolume_subset([[1]], 1.0, reference=1), TypeError, "k: expected an integer"),
        (lambda: pareto.igd_plus([[1, 2]], reference=[[1]]), ValueError, r"reference: expected shape \(1 or more, 2\)"),
        (lambda: pareto.igd_plus([[1, 2]], reference=np.empty((0, 2))), ValueError, "reference: expected shape"),
        (lambda: pareto.igd_plus([[1]], reference=[[NAN]]), ValueError, "reference: expected finite numbers"),
        (
            lambda: pareto.epsilon_indicator([[0]], reference=[[1]], multiplicative=True),
            ValueError,
            "losses: expected positive numbers for a factor, got 0",
        ),
        (lambda: pareto.nadir_reference([[NAN, 1]]), ValueError, "losses: expected at least one point"),
        (lambda: pareto.nadir_reference([[1]], margin=-1), ValueError, "margin: expected a finite number"),
        (lambda: pareto.nondominated_rank([["a"]]), TypeError, "losses: expected real numbers"),
        (lambda: pareto.crowding_distance(3), ValueError, "losses: expected shape"),
    ],
)
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
