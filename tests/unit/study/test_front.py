"""The front of a study: who is on it, what it dominates, and which trial to pick."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import StudyError

TWO = {"accuracy": "maximize", "latency": "minimize"}


def study(*rows, **how):
    s = tw.Study(tw.Space(x=tw.Float(0.0, 1.0)), seed=1, **({"directions": TWO} | how))
    for row in rows:
        s.tell(s.ask(), dict(zip(s.goals.outputs, row, strict=True)))
    return s


def numbers(trials):
    return [trial.number for trial in trials]


CURVE = [(0.5, 1.0), (0.8, 2.0), (0.9, 5.0), (0.7, 4.0), (1.0, 11.0)]


def test_hypervolume_by_hand():
    s = study(*CURVE)
    corner = {"accuracy": 0.0, "latency": 12.0}
    assert s.hypervolume(corner) == pytest.approx(0.5 * 11 + 0.3 * 10 + 0.1 * 7 + 0.1 * 1)
    assert s.hypervolume({"accuracy": 0.85, "latency": 12.0}) == pytest.approx(0.05 * 7 + 0.1 * 1)
    assert study().hypervolume() == 0.0


def test_the_default_reference_is_a_tenth_behind_the_front():
    s = study(*CURVE)
    assert s.hypervolume() == s.hypervolume({"accuracy": 0.45, "latency": 12.0})


def test_thresholds_are_the_reference():
    s = study(*CURVE, thresholds={"latency": 6.0})
    assert numbers(s.pareto_front) == [0, 1, 2]
    assert s.hypervolume() == pytest.approx(s.hypervolume({"accuracy": 0.46, "latency": 6.0}))
    both = study(*CURVE, thresholds={"latency": 6.0, "accuracy": 0.6})
    assert both.hypervolume() == pytest.approx(0.2 * 4.0 + 0.1 * 1.0)


def test_the_history_of_the_hypervolume():
    s = study(*CURVE)
    corner = {"accuracy": 0.0, "latency": 12.0}
    assert s.hypervolume_history(corner).tolist() == pytest.approx([5.5, 8.5, 9.2, 9.2, 9.3])
    assert s.hypervolume_history()[-1] == pytest.approx(s.hypervolume())
    assert study().hypervolume_history().tolist() == []


def test_the_history_follows_the_order_of_the_ends():
    s = study()
    first, second, third = s.ask(3)
    s.tell(third, state="failed")
    s.tell(second, (0.5, 1.0))
    s.tell(first, (0.25, 2.0))
    assert s.hypervolume_history({"accuracy": 0.0, "latency": 3.0}).tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize("m", [2, 3, 4])
def test_the_history_is_the_hypervolume_of_every_prefix(m):
    rng = np.random.default_rng(m)
    names = [f"f{i}" for i in range(m)]
    rows = np.round(rng.uniform(size=(60, m)), 1)  # with ties
    s = study(*rows.tolist(), directions=dict.fromkeys(names, "minimize"), constraints=["f0 <= 0.8"])
    corner = dict.fromkeys(names, 0.9)
    curve = s.hypervolume_history(corner)
    for k in range(1, len(rows) + 1):
        kept = rows[:k][rows[:k, 0] <= 0.8]
        assert curve[k - 1] == pytest.approx(tw.pareto.hypervolume(kept.reshape(-1, m), reference=0.9))
    assert curve[-1] == pytest.approx(s.hypervolume(corner)) and (np.diff(curve) >= 0.0).all()


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ({"latency": 3.0}, "accuracy is missing"),
        ({"latency": 3.0, "accuracy": math.inf}, "finite number"),
        ({"latency": 3.0, "size": 1.0}, "'size', which is no objective"),
    ],
)
def test_what_is_no_reference(reference, problem):
    for what in (study(*CURVE).hypervolume, study(*CURVE).hypervolume_history):
        with pytest.raises(StudyError, match=problem):
            what(reference)


class TestChoose:
    def test_the_knee(self):
        # scaled: (1, 0), (0.4, 0.1), (0.2, 0.4), (0, 1)
        assert study(*CURVE).choose().number == 1

    def test_weights(self):
        s = study(*CURVE)
        assert s.choose(weights={"accuracy": 1}).number == 4
        assert s.choose(weights={"latency": 1}).number == 0
        assert s.choose(weights={"accuracy": 1, "latency": 1}).number == 1
        assert s.choose(weights={"accuracy": 3, "latency": 1}).number == 2

    def test_weights_find_trials_in_a_hollow(self):
        s = study((0.0, 0.0), (0.45, 0.55), (1.0, 1.0))  # no weighted sum finds the second
        assert s.choose(weights={"accuracy": 1, "latency": 1}).number == 1

    def test_within(self):
        s = study(*CURVE)
        assert s.choose(within={"latency": 5.0}).number == 2
        assert s.choose(within={"latency": 4.9}).number == 1
        assert s.choose(within={"accuracy": 0.85}).number == 2
        assert s.choose(within={"accuracy": 0.5, "latency": 11.0}).number == 1
        assert s.choose(within={"latency": 5.0}, weights={"latency": 1}).number == 0

    def test_within_leaves_the_knee_of_the_rest(self):
        rows = [(0.0, 1.0, 0.0), (0.2, 0.2, 0.5), (1.0, 0.0, 0.2), (0.0, 0.0, 1.0)]
        s = study(*rows, directions=dict.fromkeys("abc", "minimize"))
        assert s.choose(within={"c": 0.5}).number == 1

    def test_one_trial_and_equal_trials(self):
        assert study((0.5, 1.0)).choose().number == 0
        assert study((0.5, 1.0), (0.5, 1.0)).choose(weights={"latency": 2}).number == 0

    @pytest.mark.parametrize(
        ("how", "problem"),
        [
            ({"weights": {"size": 1.0}}, "'size', which is no objective"),
            ({"weights": {"latency": -1.0}}, "0 or more"),
            ({"weights": {"latency": 0.0}}, "one of them positive"),
            ({"weights": {}}, "one of them positive"),
            ({"weights": {"latency": "much"}}, "finite number"),
            ({"within": {"latency": 0.5}}, "latency: the front reaches 1"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_chosen(self, how, problem):
        with pytest.raises(StudyError, match=problem):
            study(*CURVE).choose(**how)

    def test_limits_that_no_trial_keeps_together(self):
        s = study(*CURVE)
        with pytest.raises(StudyError, match=r"accuracy: the front reaches 1; latency: the front reaches 1\): widen"):
            s.choose(within={"latency": 1.5, "accuracy": 0.9})

    def test_an_empty_front(self):
        with pytest.raises(StudyError, match="front is empty"):
            study().choose()


def test_the_table_has_it_all():
    s = study((0.5, 1.0, 3.0), (0.4, 2.0, 9.0), constraints=["memory <= 4"])
    s.tell(s.ask(), {"accuracy": tw.Measured(0.6, 0.25), "latency": 0.5, "memory": 1.0})
    s.ask()
    from tunewright.study.frame import columns

    table = columns(s.history)
    assert list(table)[2:8] == ["accuracy", "latency", "memory", "sem.accuracy", "violation", "front"]
    assert table["memory"] == [3.0, 9.0, 1.0, None]
    assert table["sem.accuracy"] == [None, None, 0.25, None]
    assert table["violation"] == [0.0, 5.0, 0.0, None]
    assert table["front"] == [False, False, True, False]


def test_the_bar_shows_the_front(capsys):
    def objective(trial):
        return {"accuracy": trial["x"], "latency": 1.0 + trial["x"]}

    study().optimize(objective, trials=5, progress=True)
    assert re.search(r"5 on the front", capsys.readouterr().err)


def test_the_bar_says_when_nothing_keeps_the_constraints(capsys):
    s = tw.Study(tw.Space(x=tw.Float(0.0, 1.0)), minimize="loss", constraints=["loss < 0"], seed=0)
    s.optimize(lambda trial: trial["x"], trials=3, progress=True)
    assert "none keeps the constraints yet" in capsys.readouterr().err
