"""Strategies that look at outcomes suggest after their number is taken: what if that goes wrong?"""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import StudyError


class Slow:
    """Suggests the number of complete trials it can see; fails on demand."""

    prescribed = False

    def __init__(self):
        self.fails = False

    def check(self, space, directions):
        pass

    def horizon(self, history):
        return history.ended

    def suggest(self, history, seed, numbers):
        if self.fails:
            raise ArithmeticError("no luck")
        return np.array([[float(history.complete.sum()), float(number)] for number in numbers])

    def to_json(self, space):
        return {"strategy": "Slow"}


@pytest.mark.parametrize("storage", ["memory", "file"])
def test_a_suggestion_that_fails_costs_nothing(tmp_path, storage):
    strategy = Slow()
    space = tw.Space(done=tw.Float(0, 100), number=tw.Float(0, 100))
    where = "memory" if storage == "memory" else tmp_path / "a.db"
    study = tw.Study(space, minimize="loss", strategy=strategy, storage=where, seed=0)
    study.tell(study.ask(), 1.0)
    strategy.fails = True
    for _ in range(2):
        with pytest.raises(ArithmeticError):
            study.ask()
    strategy.fails = False
    study.tell(study.ask(), 1.0)
    study.tell(study.ask(), 1.0)
    assert [t.config for t in study.trials] == [{"done": float(k), "number": float(k)} for k in range(3)]
    if storage == "file":
        again = tw.Study.load(where, strategy=strategy)
        assert [t.config for t in again.trials] == [t.config for t in study.trials]
        assert again.ask().config == {"done": 3.0, "number": 3.0}


def test_two_processes_worth_of_studies_see_each_others_results(tmp_path):
    space = tw.Space(done=tw.Float(0, 100), number=tw.Float(0, 100))
    one, two = (tw.Study(space, minimize="loss", strategy=Slow(), storage=tmp_path / "a.db", seed=0) for _ in range(2))
    a = one.ask()
    b = two.ask()
    one.tell(a, 1.0)
    c = two.ask()
    assert (b["done"], c["done"], c["number"]) == (0.0, 1.0, 2.0)


def limited():
    space = tw.Space(a=tw.Int(0, 3))
    space.forbid("a > 1")
    return space


SMALL = {
    "categories": tw.Space(a=tw.Categorical(["x", "y"])),
    "table": tw.Table([{"a": 1.0}, {"a": 2.0}]),
    "limited": limited(),
}


@pytest.mark.parametrize("strategy", [tw.GaussianProcess, tw.Auto, tw.RandomForest])
@pytest.mark.parametrize("space", SMALL.values(), ids=SMALL)
def test_a_space_that_has_run_out_takes_no_numbers(tmp_path, space, strategy):
    where = tmp_path / "a.db"
    for _ in range(3):
        study = tw.Study(space, minimize="loss", strategy=strategy(), storage=where, seed=0)
        study.optimize(lambda t: 1.0, trials=5, progress=False)
    assert [trial.state.name for trial in tw.Study.load(where).trials] == ["COMPLETE"] * 2


def test_a_space_that_has_run_out_by_trials_of_others_takes_no_numbers(tmp_path):
    space = SMALL["categories"]
    one, two = (
        tw.Study(space, minimize="loss", strategy=tw.GaussianProcess(), storage=tmp_path / "a.db", seed=0)
        for _ in range(2)
    )
    asked = [one.ask(), two.ask()]
    assert {trial["a"] for trial in asked} == {"x", "y"}
    for study in (one, two):
        with pytest.raises(StudyError):
            study.ask()
    assert len(tw.Study.load(tmp_path / "a.db").trials) == 2


def test_a_batch_larger_than_what_is_left_is_what_is_left(tmp_path):
    space = tw.Space(a=tw.Int(0, 4))
    study = tw.Study(space, minimize="loss", strategy=tw.GaussianProcess(), storage=tmp_path / "a.db", seed=0)
    study.tell(study.ask(), 1.0)
    batch = study.ask(10)
    assert len(batch) == 4
    assert len(study.trials) == 5
