"""The twin of the Pareto kernels on fronts that fit on a napkin."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.reference.pareto import (
    box_decomposition,
    crowding_distance,
    epsilon_indicator,
    hypervolume,
    hypervolume_contributions,
    hypervolume_subset,
    igd_plus,
    is_nondominated,
    is_pareto_optimal,
    nadir_reference,
    nondominated_rank,
)

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        pytest.param([[1, 3], [2, 2], [3, 1], [3, 3]], [1, 1, 1, 0], id="a front and a dominated point"),
        pytest.param([[1, 2], [1, 2], [1, 3]], [1, 1, 0], id="equal points are all kept"),
        pytest.param([[1, 2], [1, 1], [2, 1]], [0, 1, 0], id="a tie in one objective dominates"),
        pytest.param([[2], [1], [3], [1]], [0, 1, 0, 1], id="one objective: all minima"),
        pytest.param([[NAN, 0], [1, 1], [2, 2]], [0, 1, 0], id="NaN is never on the front and dominates nothing"),
        pytest.param([[NAN, NAN]], [0], id="NaN alone"),
        pytest.param([[-INF, 5], [0, INF], [0, 4], [INF, INF]], [1, 0, 1, 0], id="infinities are ordinary values"),
        pytest.param([[INF, INF], [INF, INF]], [1, 1], id="the worst point alone is on the front"),
        pytest.param([[0.0, 1.0], [-0.0, 1.0]], [1, 1], id="zeros are equal"),
        pytest.param([[1, 1, 9], [2, 2, 2], [1, 2, 9], [2, 2, 3]], [1, 1, 0, 0], id="three objectives"),
        pytest.param(np.empty((0, 3)), [], id="no point"),
        pytest.param([[7, 7]], [1], id="one point"),
    ],
)
def test_small_fronts(losses, expected):
    assert is_nondominated(losses).tolist() == [bool(kept) for kept in expected]


@pytest.mark.parametrize(
    ("maximize", "expected"),
    [(False, [1, 0, 0, 0]), (True, [0, 0, 0, 1]), ([True, False], [0, 1, 0, 0]), ([False, True], [0, 0, 1, 0])],
)
def test_each_objective_has_its_direction(maximize, expected):
    square = [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert is_nondominated(square, maximize=maximize).tolist() == [bool(kept) for kept in expected]


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        pytest.param([[1, 3], [2, 2], [3, 1], [3, 3], [4, 4]], [0, 0, 0, 1, 2], id="three fronts"),
        pytest.param([[1, 1], [2, 2], [1, 1], [2, 2]], [0, 1, 0, 1], id="equal points share a rank"),
        pytest.param([[3], [1], [2], [1]], [2, 0, 1, 0], id="one objective: the values in order"),
        pytest.param([[NAN, 0], [1, 1], [2, 2]], [-1, 0, 1], id="NaN has no rank"),
        pytest.param([[INF, INF], [-INF, 0], [0, INF]], [2, 0, 1], id="infinities are ordinary values"),
        pytest.param(np.empty((0, 2)), [], id="no point"),
    ],
)
def test_small_ranks(losses, expected):
    assert nondominated_rank(losses).tolist() == expected


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        pytest.param([[0, 4], [1, 2], [4, 0]], [INF, 2.0, INF], id="a front of three: 4/4 + 4/4"),
        pytest.param([[0, 8], [1, 4], [2, 2], [8, 0]], [INF, 2 / 8 + 6 / 8, 7 / 8 + 4 / 8, INF], id="a front of four"),
        pytest.param([[0, 5], [1, 5], [4, 5]], [INF, 1.0, INF], id="an objective with one value says nothing"),
        pytest.param([[1, 1], [1, 1], [1, 1]], [0, 0, 0], id="all equal"),
        pytest.param([[1, 1], [2, 2]], [INF, INF], id="two points"),
        pytest.param([[1, 1]], [INF], id="one point"),
        pytest.param([[0], [0], [0], [1]], [INF, 0, 1, INF], id="equal values in the order of their rows"),
        pytest.param([[0], [NAN], [1], [4]], [INF, 0, 1, INF], id="NaN is nobody's neighbour"),
        pytest.param([[0], [1], [2], [INF]], [INF, 1, INF, INF], id="infinity is far from its neighbour"),
    ],
)
def test_small_crowding(losses, expected):
    assert crowding_distance(losses).tolist() == expected


@pytest.mark.parametrize(
    ("losses", "corner", "expected"),
    [
        pytest.param([[1, 3], [2, 2], [3, 1]], [4, 4], 3 + 2 + 1, id="stairs"),
        pytest.param([[1, 3], [2, 2], [3, 1], [3, 3], [2, 2]], 4, 6, id="dominated and equal points add nothing"),
        pytest.param([[1, 3], [2, 2], [3, 1]], [3, 3], 1, id="a reference inside the front"),
        pytest.param([[4, 0], [5, 5]], [4, 4], 0, id="points not below the reference"),
        pytest.param([[2], [3]], [10], 8, id="one objective"),
        pytest.param([[0, 0, 0]], [2, 3, 4], 24, id="a box"),
        pytest.param([[0, 1, 1], [1, 0, 1], [1, 1, 0]], [2, 2, 2], 4, id="three boxes of 2 that share one of 1"),
        pytest.param([[0, 1, 1, 1], [1, 1, 1, 0]], [2, 2, 2, 2], 3, id="four objectives"),
        pytest.param([[NAN, 0], [1, 1]], [2, 2], 1, id="NaN adds nothing"),
        pytest.param([[-INF, 0], [1, 1]], [2, 2], INF, id="infinitely good"),
        pytest.param([[INF, 0], [1, 1]], [2, 2], 1, id="infinitely bad"),
        pytest.param(np.empty((0, 2)), [2, 2], 0, id="no point"),
    ],
)
def test_small_volumes(losses, corner, expected):
    assert hypervolume(losses, reference=corner) == expected


def test_a_volume_above_the_reference_when_maximising():
    assert hypervolume([[3, 1], [1, 3]], reference=0, maximize=True) == 5
    assert hypervolume([[3, 1], [1, 3]], reference=[0, 4], maximize=[True, False]) == 9


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        pytest.param([[1, 3], [2, 2], [3, 1]], [1, 1, 1], id="stairs"),
        pytest.param([[1, 3], [2, 2], [3, 3]], [1, 4 - 2 + 0, 0], id="a dominated point takes no part"),
        pytest.param([[1, 3], [1, 3], [3, 1]], [0, 0, 2], id="one of two equal points is enough"),
        pytest.param([[1, 3], [9, 0], [NAN, 1]], [3, 0, 0], id="not below the reference"),
    ],
)
def test_small_contributions(losses, expected):
    assert hypervolume_contributions(losses, reference=[4, 4]).tolist() == expected


def test_a_subset_in_the_plane_is_the_largest():
    losses = [[1, 9], [5, 5], [9, 1], [4.5, 6], [9, 9]]  # boxes of 9, 25, 9, 22 and 1 below 10
    assert hypervolume_subset(losses, 1, reference=10).tolist() == [1]
    assert hypervolume_subset(losses, 3, reference=10).tolist() == [0, 1, 2]  # 25 + 4 + 4
    assert hypervolume_subset(losses, 5, reference=10).tolist() == [0, 3, 1, 2, 4]
    assert hypervolume_subset(losses, 0, reference=10).tolist() == []
    ends = [[0, 5], [3, 3], [5, 0]]  # 24, 25 and 24 below 8: the ends have 39, the middle and an end 34
    assert hypervolume_subset(ends, 2, reference=8).tolist() == [0, 2]
    assert hypervolume_subset([[1, 0], [6, 9]], 2, reference=[0, 10], maximize=[True, False]).tolist() == [1, 0]


def test_a_subset_in_space_is_chosen_by_what_each_adds():
    losses = [[1, 9, 0], [5, 5, 0], [9, 1, 0], [4, 6, 0], [9, 9, 0]]
    assert hypervolume_subset(losses, 3, reference=[10, 10, 1]).tolist() == [1, 0, 2]  # then 4, 4 and 4
    assert hypervolume_subset(losses, 5, reference=[10, 10, 1]).tolist() == [1, 0, 2, 3, 4]


def test_only_being_worse_counts_in_igd_plus():
    assert igd_plus([[3, 0], [9, 9]], reference=[[0, 4]]) == 3.0  # worse by 3 in the first only
    assert igd_plus([[3, 4]], reference=[[0, 0], [5, 5]]) == 2.5  # (5 + 0) / 2
    assert igd_plus([[3, 4]], reference=[[4, 5]], maximize=True) == pytest.approx(2**0.5)
    assert igd_plus(np.empty((0, 2)), reference=[[1, 1]]) == INF


def test_epsilon_is_what_is_missing_in_the_worst_objective():
    assert epsilon_indicator([[3, 1], [1, 4]], reference=[[1, 1]]) == 2
    assert epsilon_indicator([[3, 1], [1, 4]], reference=[[1, 1]], multiplicative=True) == 3
    assert epsilon_indicator([[1, 1]], reference=[[2, 4]]) == -1
    assert epsilon_indicator([[1, 1]], reference=[[2, 4]], maximize=True) == 3
    assert epsilon_indicator([[1, 1]], reference=[[2, 4]], maximize=True, multiplicative=True) == 4


def test_a_reference_point_lies_behind_the_nadir():
    losses = [[0, 10], [10, 0], [10, 10], [NAN, 50]]  # the third is dominated
    assert nadir_reference(losses).tolist() == [11, 11]
    assert nadir_reference(losses, margin=0.5, maximize=[False, False]).tolist() == [15, 15]
    assert nadir_reference([[4, 0]]).tolist() == pytest.approx([4.4, 0.1])
    assert nadir_reference([[4, -2]], maximize=True).tolist() == pytest.approx([3.6, -2.2])


def test_the_name_that_guides_use():
    assert is_pareto_optimal([[0.9, 5], [0.8, 9], [0.9, 5], [0.7, 1]]).tolist() == [True, False, True, True]
    assert is_pareto_optimal([[1, 2], [2, 3]], [True, True]).tolist() == [False, True]


def test_boxes_without_points_and_of_one_objective():
    lower, upper = box_decomposition(np.empty((0, 3)), reference=[1.0, 2.0, 3.0])
    assert (lower.tolist(), upper.tolist()) == ([[-INF] * 3], [[1.0, 2.0, 3.0]])
    assert box_decomposition([[3.0], [2.0], [np.nan]], reference=9.0)[1].tolist() == [[2.0]]
