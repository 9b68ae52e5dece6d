"""The twin of the Pareto kernels on fronts that fit on a napkin."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.reference.pareto import is_nondominated

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
