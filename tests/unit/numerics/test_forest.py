"""What the door of the forest room refuses, and what any forest keeps."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.numerics.forest import Forest

KEY = {"seed": 1, "purpose": 2}


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        (([[0.1]], [1.0], [1]), {}, ValueError, "categories: expected"),
        (([[0.1]], [1.0], [0, 0]), {}, ValueError, "categories: expected an integer for each of 1 columns"),
        (([[0.1]], [1.0, 2.0], [0]), {}, ValueError, "y: expected one output for each of 1 rows"),
        (([], [], [0]), {}, ValueError, "y: expected one output"),
        (([[0.1]], [np.nan], [0]), {}, ValueError, "y: expected finite"),
        (([[0.1]], ["a"], [0]), {}, TypeError, "y: expected real"),
        (([[np.inf]], [1.0], [0]), {}, ValueError, "x: expected finite"),
        (([[0.1]], [1.0], [0]), {"trees": 0}, ValueError, "trees: expected an integer from 1"),
        (([[0.1]], [1.0], [0]), {"features": 0}, ValueError, "features: expected"),
        (([[0.1]], [1.0], [0]), {"thresholds": "best"}, ValueError, "thresholds: expected one of 'middle'"),
        (([[0.1]], [1.0], [0]), {"grouping": "two"}, ValueError, "grouping: expected one of"),
        (([[0.1]], [1.0], [0]), {"depth": -1}, ValueError, "depth: expected"),
    ],
)
def test_refused(arguments, options, error, words):
    with pytest.raises(error, match=words):
        Forest(*arguments, **KEY, **options)


def test_points_with_other_columns_and_trees_that_are_not_there():
    forest = Forest([[0.1], [0.9]], [1.0, 2.0], [0], **KEY)
    with pytest.raises(ValueError, match="points: expected 1 columns, got 2"):
        forest.predict([[0.1, 0.2]])
    with pytest.raises(ValueError, match="bases: expected 1 columns, got 2"):
        forest.predict_near([[0.1, 0.2]], [[0.1]])
    with pytest.raises(ValueError, match="points: expected 1 columns, got 2"):
        forest.predict_near([[0.1]], [[0.1, 0.2]])
    for bases in (np.zeros((2, 1)), np.zeros((0, 1))):
        with pytest.raises(ValueError, match="points: expected as many for each of . bases, got 3 in all"):
            forest.predict_near(bases, np.zeros((3, 1)))
    with pytest.raises(ValueError, match="tree: expected"):
        forest.nodes(10)
    for part in (*forest.predict(np.zeros((0, 1))), *forest.predict_near(np.zeros((2, 1)), np.zeros((0, 1)))):
        assert len(part) == 0


def test_a_tree_does_not_depend_on_how_many_there_are():
    random = np.random.default_rng(0)
    x, y = random.random((50, 3)), random.random(50)
    many = Forest(x, y, [0, 0, 4], trees=5, threads=2, **KEY)
    for t in range(5):
        one = Forest(x, y, [0, 0, 4], trees=1, first=t, **KEY)
        for a, b in zip(one.nodes(0), many.nodes(t), strict=True):
            assert np.array_equal(a, b, equal_nan=True)


def test_a_smooth_function_is_learnt():
    random = np.random.default_rng(1)
    x, q = random.random((2000, 2)), random.random((500, 2))
    truth = lambda p: np.sin(6 * p[:, 0]) + p[:, 1]  # noqa: E731
    mean, variance = Forest(x, truth(x), [0, 0], trees=20, **KEY).predict(q)
    assert np.mean((mean - truth(q)) ** 2) < 0.005 * np.var(truth(q))
    assert (variance >= 0).all()
