"""The door of the expected hypervolume improvement: what it refuses, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.numerics.gp import factorise
from tunewright.numerics.multiobjective import climb_front, evaluate_front, log_expected_hypervolume_improvement

NAN, INF = np.nan, np.inf
BOX = [[-INF, -INF]], [[1.0, 1.0]]


def processes(n=4, m=2, d=2):
    random = np.random.default_rng(0)
    kinds, theta = np.zeros(d, np.uint8), np.log([0.5] * d + [1.0, 1e-4])
    points = [random.random((n + j, d)) for j in range(m)]
    return [(x, theta, *factorise(x, random.normal(size=len(x)), theta, kinds)[:2]) for x in points], kinds


def test_any_number_of_threads_gives_the_same_bits():
    models, kinds = processes(20)
    random = np.random.default_rng(1)
    lower = np.sort(random.normal(size=(50, 2)), axis=0)
    upper, queries = lower + 0.5, random.random((300, 2))
    one = evaluate_front(models, kinds, queries, lower, upper)
    climbed = climb_front(models, kinds, queries[:20], [0, 0], lower, upper)
    for threads in (2, 3):
        assert np.array_equal(one, evaluate_front(models, kinds, queries, lower, upper, threads=threads))
        again = climb_front(models, kinds, queries[:20], [0, 0], lower, upper, threads=threads)
        assert all(np.array_equal(a, b) for a, b in zip(climbed, again, strict=True))
    assert np.array_equal(one[:1], evaluate_front(models, kinds, queries[:1], lower, upper))


def test_a_climb_stays_within_its_bounds_and_never_falls():
    models, kinds = processes(6)
    starts = np.random.default_rng(2).random((10, 2))
    bounds = [0.2, 0.3], [0.6, 0.9]
    points, values = climb_front(models, kinds, starts, [0, 0], *BOX, bounds=bounds)
    assert ((points >= bounds[0]) & (points <= bounds[1])).all()
    assert (values >= evaluate_front(models, kinds, np.clip(starts, *bounds), *BOX)).all()


def test_nothing_asked_nothing_answered():
    models, kinds = processes()
    assert evaluate_front(models, kinds, np.empty((0, 2)), *BOX).shape == (0,)
    assert evaluate_front(models, kinds, [[0.5, 0.5]], np.empty((0, 2)), np.empty((0, 2))).tolist() == [-INF]
    assert [part.shape for part in log_expected_hypervolume_improvement(np.empty((0, 2)), np.empty((0, 2)), *BOX)] == [
        (0,),
        (0, 2),
        (0, 2),
    ]


class TestRefusals:
    @pytest.mark.parametrize(
        ("lower", "upper", "message"),
        [
            ([[0.0]], [[1.0]], r"lower: expected shape \(any, 2\)"),
            ([[0.0, 0.0]], [[1.0, 1.0]] * 2, r"upper: expected shape \(1, 2\)"),
            ([[0.0, NAN]], [[1.0, 1.0]], "lower: expected numbers, got NaN in row 0"),
            ([[0.0, 0.0]], [[1.0, INF]], "upper: expected numbers below infinity"),
        ],
    )
    def test_boxes(self, lower, upper, message):
        models, kinds = processes()
        with pytest.raises(ValueError, match=message):
            evaluate_front(models, kinds, [[0.5, 0.5]], lower, upper)
        with pytest.raises(ValueError, match=message):
            log_expected_hypervolume_improvement([[0.0, 0.0]], [[1.0, 1.0]], lower, upper)

    def test_processes(self):
        models, kinds = processes()
        with pytest.raises(ValueError, match="processes: expected one"):
            evaluate_front([], kinds, [[0.5, 0.5]], *BOX)
        with pytest.raises(ValueError, match="theta: expected shape"):
            evaluate_front([models[0], (models[1][0], [0.0], *models[1][2:])], kinds, [[0.5, 0.5]], *BOX)
        with pytest.raises(TypeError, match="mean: expected real numbers"):
            log_expected_hypervolume_improvement([["a", "b"]], [[1.0, 1.0]], *BOX)
        with pytest.raises(ValueError, match="tolerance: expected"):
            climb_front(models, kinds, [[0.5, 0.5]], [0, 0], *BOX, tolerance=-1.0)
