"""The door to the maximiser: what it promises, and what it refuses."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.numerics.maximise import climb, evaluate
from tunewright.reference.gp import factorise

NAN = np.nan


def process(n, d, categories=0, seed=0, gaps=0.0):
    random = np.random.default_rng(seed)
    kinds = np.r_[np.zeros(d - categories, np.uint8), np.ones(categories, np.uint8)]
    x = random.random((n, d))
    x[:, kinds == 1] = (np.floor(x[:, kinds == 1] * 3) + 0.5) / 3
    y = ((np.nan_to_num(x) - 0.3) ** 2).sum(axis=1) + 0.2 * np.sin(9 * x[:, 0])
    x[random.random((n, d)) < gaps] = NAN
    theta = np.r_[np.full(d, np.log(0.5)), 0.0, np.log(1e-4)]
    factor, alpha, _ = factorise(x, y - y.mean(), theta, kinds)
    return x, theta, kinds, factor, alpha


@pytest.mark.parametrize("acquisition", ["log_ei", "ei", "log_pi", "pi", "lcb"])
@pytest.mark.parametrize("levels", [(4, 5, 3), (30, 2, 3), (1, 9, 3)])
def test_small_boxes_by_enumeration(acquisition, levels):
    model, options = process(12, 3, categories=1), {"acquisition": acquisition, "best": -0.2, "kappa": 1.5}
    grid = np.array(list(itertools.product(*[(np.arange(g) + 0.5) / g for g in levels])))
    values = evaluate(*model, grid, **options)
    starts = grid[:: max(1, len(grid) // 12)]
    points, reached = climb(*model, starts, levels, **options)
    assert reached.max() == pytest.approx(values.max(), rel=1e-6)
    assert all((np.abs(grid - point) < 1e-12).all(axis=1).any() for point in points)


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 40), gaps=st.sampled_from([0.0, 0.4]), data=st.data())
def test_climbs_stay_in_the_box_and_never_fall(seed, n, gaps, data):
    model = process(n, 4, categories=1, seed=seed, gaps=gaps)
    levels = [data.draw(st.sampled_from([0, 0, 1, 2, 7, 1000])) for _ in range(3)] + [data.draw(st.integers(1, 4))]
    acquisition = data.draw(st.sampled_from(["log_ei", "log_pi", "lcb"]))
    options = {"acquisition": acquisition, "best": data.draw(st.sampled_from([-1e6, -1.0, 0.0, 1e6]))}
    random = np.random.default_rng(seed)
    starts = random.random((9, 4)) * 1.2 - 0.1
    starts[random.random(starts.shape) < gaps] = NAN
    settled, before = climb(*model, starts, levels, iterations=0, **options)
    points, values = climb(*model, starts, levels, **options)
    assert (values >= before).all()
    assert np.array_equal(values, evaluate(*model, points, **options))
    assert np.array_equal(np.isnan(points), np.isnan(starts))
    free = [j for j in range(4) if levels[j] != 1]
    inside = points[:, free]
    assert ((inside >= 0) & (inside <= 1) | np.isnan(inside)).all()
    for j, g in enumerate(levels):
        if g == 1:
            assert np.array_equal(points[:, j], starts[:, j], equal_nan=True)
        if g >= 2:
            for column in (points[:, j], settled[:, j]):
                assert set(column[~np.isnan(column)]) <= set((np.arange(g) + 0.5) / g)


@pytest.mark.parametrize("n", [5, 310])
def test_the_same_bits_for_any_number_of_threads(n):
    model, random = process(n, 5, categories=2), np.random.default_rng(1)
    starts, candidates = random.random((37, 5)), random.random((1003, 5))
    levels = [0, 0, 6, 3, 3]
    one = climb(*model, starts, levels)
    values = evaluate(*model, candidates)
    for threads in (2, 4, 11):
        points, reached = climb(*model, starts, levels, threads=threads)
        assert points.tobytes() == one[0].tobytes()
        assert reached.tobytes() == one[1].tobytes()
        assert evaluate(*model, candidates, threads=threads).tobytes() == values.tobytes()
    alone = np.concatenate([evaluate(*model, candidates[i : i + 1]) for i in range(50)])
    assert alone.tobytes() == values[:50].tobytes()


def test_a_continuous_maximum_has_no_better_neighbourhood():
    model, random = process(25, 3), np.random.default_rng(2)
    points, values = climb(*model, random.random((8, 3)), [0, 0, 0], best=-0.2)
    around = np.clip(points[:, None] + random.normal(0, 1e-3, (8, 200, 3)), 0, 1)
    nearby = evaluate(*model, around.reshape(-1, 3), best=-0.2).reshape(8, 200)
    assert (nearby.max(axis=1) <= values + 1e-4).all()


def test_nothing_to_start_from_and_no_observation():
    model = process(3, 2)
    assert [part.shape for part in climb(*model, np.empty((0, 2)), [0, 0])] == [(0, 2), (0,)]
    assert evaluate(*model, np.empty((0, 2))).shape == (0,)
    prior = np.empty((0, 2)), model[1], model[2], np.empty((0, 0)), np.empty(0)
    assert evaluate(*prior, [[0.5, 0.5]], acquisition="pi") == pytest.approx([0.5])


def test_arguments_are_not_changed():
    model, starts = process(6, 2), np.array([[1.5, 0.2], [0.1, NAN]])
    copies = [array.copy() for array in (*model, starts)]
    climb(*model, starts, [0, 3])
    assert all(np.array_equal(a, b, equal_nan=a.dtype == float) for a, b in zip((*model, starts), copies, strict=True))


class TestRefusals:
    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"family": "cubic"}, "family: expected one of 'matern52'"),
            ({"acquisition": "ucb"}, "acquisition: expected one of 'log_ei'"),
            ({"tolerance": -1.0}, "tolerance: expected"),
            ({"iterations": -1}, "iterations: expected"),
            ({"prior": ([0.5], [1.0])}, "prior precision: expected shape"),
            ({"prior": ([0.5, 0.5], [1.0, -1.0])}, "prior precision: expected numbers from 0 on"),
            ({"feasibility": [([[0.5, 0.5]], [0.0], [[1.0]], [1.0], 0.0)]}, "theta: expected shape"),
        ],
    )
    def test_options(self, changed, message):
        with pytest.raises(ValueError, match=message):
            climb(*process(3, 2), [[0.5, 0.5]], [0, 0], **changed)

    @pytest.mark.parametrize(
        "bounds", [([0.5], [1.0]), ([0.5, 0.5], [0.4, 1.0]), ([0, np.nan], [1, 1]), ([0, 0], [1, 2])]
    )
    def test_bounds(self, bounds):
        with pytest.raises(ValueError, match="bounds: expected"):
            climb(*process(3, 2), [[0.5, 0.5]], [0, 0], bounds=bounds)

    @pytest.mark.parametrize("levels", [[0], [0, -1], [0.0, 1.0], [0, 0, 0]])
    def test_levels(self, levels):
        with pytest.raises(ValueError, match="levels: expected 2 integers"):
            climb(*process(3, 2), [[0.5, 0.5]], levels)

    def test_several_processes(self):
        model, q = process(3, 2), [[0.5, 0.5]]
        alphas = np.ones((2, 3))
        with pytest.raises(ValueError, match=r"alpha: expected shape \(3,\) for 'lcb', got \(2, 3\)"):
            evaluate(*model[:4], alphas, q, acquisition="lcb", best=[0.0, 0.0])
        with pytest.raises(ValueError, match=r"best: expected shape \(2\), got \(1\,\)"):
            evaluate(*model[:4], alphas, q)
        with pytest.raises(ValueError, match="alpha: expected at least one row"):
            evaluate(*model[:4], alphas[:0], q, best=[])
        with pytest.raises(ValueError, match=r"feasibility: expected alpha of shape \(3,\)"):
            evaluate(*model, q, feasibility=[(model[0], model[1], model[3], alphas, 0.0)])

    def test_a_category_is_not_continuous(self):
        with pytest.raises(ValueError, match="levels: expected 1 or more for each categorical"):
            climb(*process(3, 2, categories=1), [[0.5, 0.5]], [0, 0])

    def test_shapes_and_types(self):
        model = process(3, 2)
        with pytest.raises(ValueError, match=r"candidates: expected shape \(any, 2\), got \(1, 3\)"):
            evaluate(*model, [[0.5, 0.5, 0.5]])
        with pytest.raises(ValueError, match=r"factor: expected shape \(3, 3\)"):
            evaluate(*model[:3], np.eye(2), model[4], [[0.5, 0.5]])
        with pytest.raises(ValueError, match="kinds: expected one 0"):
            evaluate(model[0], model[1], [0, 2], *model[3:], [[0.5, 0.5]])
        with pytest.raises(TypeError, match="starts: expected real numbers"):
            climb(*model, [["a", "b"]], [0, 0])
