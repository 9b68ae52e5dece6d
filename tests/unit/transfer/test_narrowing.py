"""The box that holds what was best."""

from __future__ import annotations

import pytest

import tunewright as tw
from tunewright.transfer import Task, narrowed

SPACE = tw.Space(
    lr=tw.Float(1e-4, 1.0, log=True),
    units=tw.Int(0, 100),
    batch=tw.PowerOfTwo(16, 512),
    net=tw.Categorical("a", "b"),
    other=tw.Float(0.0, 1.0),
)


def task(name, *best, space=SPACE):
    """A task whose best configurations are these; the worst is far from them."""
    worst = {"lr": 1.0, "units": 100, "batch": 512, "net": "b", "other": 1.0}
    configs = [{"net": "a", "other": 0.5} | config for config in [*best, worst]]
    return Task.from_arrays(name, space, configs, list(range(len(configs))))


FIRST = {"lr": 1e-3, "units": 20, "batch": 32}
SECOND = {"lr": 1e-2, "units": 40, "batch": 64}


def test_the_box_holds_the_best_of_every_task():
    small = narrowed(SPACE, [task("one", FIRST), task("two", SECOND)], best=1, margin=0.0)
    assert small["lr"].low == pytest.approx(1e-3) and small["lr"].high == pytest.approx(1e-2) and small["lr"].log
    assert small["units"] == tw.Int(20, 40)
    assert small["batch"] == tw.PowerOfTwo(32, 64)
    assert small["net"] == SPACE["net"]
    assert small["other"] == SPACE["other"]  # one value is no range


def test_a_margin_is_a_share_of_the_whole_range():
    large = narrowed(SPACE, [task("one", FIRST, SECOND)], best=2, margin=0.25)
    assert large["lr"].low == pytest.approx(1e-4) and large["lr"].high == pytest.approx(1e-1)
    assert large["other"] == tw.Float(0.25, 0.75)


def test_conditions_and_constraints_stay():
    space = tw.Space(
        net=tw.Categorical("a", "b"), rate=tw.Float(0.0, 1.0, when=tw.when("net", "b")), x=tw.Float(0.0, 1.0)
    ).forbid("x > 0.9")
    configs = [{"net": "b", "rate": 0.25, "x": 0.5}, {"net": "a", "x": 0.75}]
    small = narrowed(space, [Task.from_arrays("t", space, configs, [0.0, 1.0])], best=2, margin=0.0)
    assert small["x"] == tw.Float(0.5, 0.75) and small["rate"] == space["rate"]
    assert small.constraints == space.constraints


def test_what_cannot_be_narrowed_is_refused():
    with pytest.raises(tw.errors.StudyError, match="at least one task"):
        narrowed(SPACE, [])
    with pytest.raises(tw.errors.StudyError, match="no task has a parameter"):
        narrowed(tw.Space(z=tw.Float(0, 1)), [task("one", FIRST)])
    with pytest.raises(tw.errors.StudyError, match="Table"):
        narrowed(tw.Table({"lr": [0.1, 0.2]}), [task("one", FIRST)])
    for options in ({"best": 0}, {"margin": -0.1}):
        with pytest.raises(ValueError, match=next(iter(options))):
            narrowed(SPACE, [task("one", FIRST)], **options)
