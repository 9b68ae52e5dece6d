"""Constrained dominance, ε-boxes, box decompositions and scales of the twin, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.reference.pareto import (
    box_decomposition,
    epsilon_nondominated,
    is_nondominated,
    nondominated_rank,
    normalise,
)

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("violations", "ranks"),
    [
        pytest.param([0, 0, 0, 0], [0, 0, 1, -1], id="all feasible"),
        pytest.param([2, 0, 0, 0], [2, 0, 1, -1], id="feasible before infeasible, whatever the losses"),
        pytest.param([2, 1, 2, 0], [1, 0, 1, -1], id="by violation, equal ones together"),
        pytest.param([NAN, 3, INF, 0], [-1, 0, 1, -1], id="NaN has no rank, inf is an ordinary violation"),
    ],
)
def test_violations(violations, ranks):
    losses = [[1, 3], [3, 1], [4, 4], [NAN, 0]]
    assert nondominated_rank(losses, violations=violations).tolist() == ranks
    assert is_nondominated(losses, violations=violations).tolist() == [rank == 0 for rank in ranks]


def test_one_point_a_box_is_kept():
    losses = [[0.1, 2.9], [0.2, 2.1], [1.5, 1.5], [2.9, 0.9], [1.9, 1.1]]  # boxes 0,2  0,2  1,1  2,0  1,1
    assert epsilon_nondominated(losses, epsilon=1.0).tolist() == [False, True, True, True, False]
    assert epsilon_nondominated(losses, epsilon=[4.0, 4.0]).tolist() == [False, True, False, False, False]
    assert epsilon_nondominated([[1, 1], [1, 1]], epsilon=0.5).tolist() == [True, False]
    assert epsilon_nondominated([[-INF, 1], [NAN, 0], [0, 0.2]], epsilon=1).tolist() == [True, False, True]


def test_strips_of_a_staircase():
    lower, upper = box_decomposition([[1, 3], [2, 2], [9, 0]], reference=[4, 4])
    assert sorted(zip(lower.tolist(), upper.tolist(), strict=True)) == [
        ([-INF, -INF], [1, 4]),
        ([1, -INF], [2, 3]),
        ([2, -INF], [4, 2]),
    ]
    lower, upper = box_decomposition(np.empty((0, 2)), reference=5, maximize=[True, False])
    assert (lower.tolist(), upper.tolist()) == ([[5, -INF]], [[INF, 5]])


def test_the_front_lies_between_0_and_1():
    assert normalise([[0, 10], [10, 0], [20, 5]]).tolist() == [[0, 1], [1, 0], [2, 0.5]]
    assert normalise([[3, 1], [3, 2]], maximize=[False, True]).tolist() == [[0, 1], [0, 0]]
