"""What the Gaussian process believes of several objectives."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp.front import _image, front_of
from tunewright.strategies.gp.model import Fitting
from tunewright.strategies.gp.record import evidence
from tunewright.strategies.parego import weights

FITTING = Fitting("matern52", "standard", -4.0, 1)
SPACE = tw.Space(x=tw.Float(0, 1))


def told(points, rows, **options):
    study = tw.Study(SPACE, minimize=["a", "b"], seed=0, **options)
    study.enqueue([{"x": float(x)} for x in points])
    for row in rows:
        trial = study.ask()
        if row is None:
            study.tell(trial, state="failed")
        else:
            study.tell(trial, dict(zip("abc", row, strict=False)))
    return study


def believed(study, points=5_000):
    history, space = study.history, coordinates(SPACE)
    return front_of(history, space, [evidence(history, space, j) for j in range(2)], points, FITTING)


def smooth(n=9):
    x = np.linspace(0, 1, n)
    return x, np.stack([x**2, (x - 0.6) ** 2], axis=1)


def test_the_front_is_that_of_the_means_and_lies_below_the_references():
    x, y = smooth()
    front = believed(told(x, y))
    assert (front.x[:, 0] <= 0.7).all()
    assert len(front.outputs) == len(front.x) >= 5
    assert (front.outputs < front.references[0]).all()
    assert (front.references[0] < front.references[1]).all()


def test_a_lucky_measurement_does_not_stand_out():
    x = np.repeat(np.linspace(0, 1, 5), 8)
    noise = np.random.default_rng(0).normal(size=(40, 2)) * 0.5
    y = np.stack([x, 1 - x], axis=1) + noise
    y[3] = [-3.0, -3.0]
    front = believed(told(0.99 * x + 1e-6 * np.arange(40), y))
    standardised = (y[3] - y.mean(axis=0)) / y.std(axis=0)
    assert (front.outputs.min(axis=0) > standardised + 1.0).all()


def test_thresholds_are_the_reference_on_the_scale_of_the_losses():
    x, y = smooth()
    front = believed(told(x, y, thresholds={"b": 0.05}))
    assert front.references[:, 1] == pytest.approx([(0.05 - y[:, 1].mean()) / y[:, 1].std()] * 2, rel=1e-3)
    assert front.references[0, 0] < front.references[1, 0]


def test_images_of_limits():
    losses, y = np.array([3.0, 1.0, 1.0, 2.0]), np.array([9.0, 1.0, 1.0, 4.0])
    assert [_image(limit, losses, y) for limit in (1.0, 1.5, 2.5, 3.0, 4.0, 0.0)] == [1.0, 2.5, 6.5, 9.0, 14.0, -2.0]
    assert _image(1e9, np.array([0.0, 1e-300]), np.array([-1.0, 1.0])) == 1e6
    assert _image(np.inf, losses, y) == _image(1.0, losses[1:3], y[1:3]) == np.inf


def test_infeasible_trials_are_not_on_the_front_but_show_where_to_look_when_all_are():
    x, y = smooth(5)
    rows = [(*row, float(k)) for k, row in enumerate(y)]
    front = believed(told(x, rows, constraints=["c >= 2"]))
    assert (front.x[:, 0] >= 0.5).all()
    nowhere = believed(told(x, rows, constraints=["c >= 7"]))
    assert len(nowhere.outputs) == 0
    assert nowhere.x[0, 0] == 1.0


def test_an_objective_that_is_missing_leaves_the_other_to_its_process():
    x, y = smooth()
    y[2, 0] = np.nan
    front = believed(told(x, y))
    assert [len(model.y) for model in front.models] == [8, 9]
    assert not np.isclose(front.x[:, 0], x[2]).any()


def test_trials_under_way_are_on_the_front_unless_they_may_be_infeasible():
    x, y = smooth()
    pending = np.array([[0.33]])
    front = believed(told(x, y))
    after = front.with_pending(pending)
    assert len(after.outputs) == len(front.outputs) + 1
    assert after.outputs[-1] == pytest.approx([model.mean_at(pending)[0] for model in front.models])
    assert len(after.models[0].x) == len(front.models[0].x) + 1
    constrained = believed(told(x, [(*row, 0.0) for row in y], constraints=["c <= 1"]))
    assert len(constrained.with_pending(pending).outputs) == len(constrained.outputs)


def test_boxes_fill_what_is_not_dominated():
    x, y = smooth()
    front = believed(told(x, y))
    for number in (0, 1):
        lower, upper = front.boxes(number)
        floor, reference = front.outputs.min() - 1.0, front.references[number]
        volume = np.prod(upper - np.maximum(lower, floor), axis=1).sum()
        dominated = tw.pareto.hypervolume(front.outputs, reference=reference)
        assert volume == pytest.approx(np.prod(reference - floor) - dominated)


def test_of_many_trials_a_part_near_the_front_is_seen():
    x, y = smooth(200)
    front = believed(told(x, y), points=64)
    assert len(front.models[0].y) == len(front.models[1].y) < 80
    assert len(front.outputs) >= 5


def test_weights_are_spread_over_the_simplex():
    for m in (2, 3, 6):
        rows = np.array([weights(7, number, m) for number in range(256)])
        assert (rows >= 0).all()
        assert rows.sum(axis=1) == pytest.approx(np.ones(256))
        assert rows.mean(axis=0) == pytest.approx(np.full(m, 1 / m), abs=0.02)
    assert weights(7, 3, 2).tolist() != weights(8, 3, 2).tolist()
