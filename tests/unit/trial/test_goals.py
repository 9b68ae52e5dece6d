"""Goals: constraints as slacks, thresholds as losses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright.errors import ReportError, StudyError
from tunewright.space.expression import Expression
from tunewright.trial import Goals, Measured

BOTH = {"accuracy": "maximize", "latency": "minimize"}


def slacks(text, **columns):
    goals = Goals({"loss": "minimize"}, (text,))
    rows = np.array([columns.get(name, [0.0]) for name in goals.outputs]).T
    return goals.slacks(rows).tolist()


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("memory <= 2048", {"memory": [2048.0, 2050.0, 2000.0]}, [[0.0], [2.0], [-48.0]]),
        ("memory < 2048", {"memory": [2048.0]}, [[0.0]]),
        ("accuracy >= 0.5", {"accuracy": [0.25, 1.0]}, [[0.25], [-0.5]]),
        ("3 > a + 2 * b", {"a": [1.0], "b": [4.0]}, [[6.0]]),
        ("1 <= a <= 3", {"a": [0.0, 2.0, 5.0]}, [[1.0, -3.0], [-1.0, -1.0], [-4.0, 2.0]]),
        ("a < 1 and b > 2 and a < b", {"a": [1.0], "b": [2.0]}, [[0.0, 0.0, -1.0]]),
        ("a - (b - 1) <= 0 - b", {"a": [1.0], "b": [4.0]}, [[2.0]]),
        ("log(a) <= 0", {"a": [-1.0, 1.0]}, [[math.nan], [0.0]]),
        ("a <= 1", {"a": [math.inf, -math.inf, math.nan]}, [[math.inf], [-math.inf], [math.nan]]),
    ],
)
def test_slacks(text, values, expected):
    assert np.array_equal(slacks(text, **{"loss": [0.0] * len(expected), **values}), expected, equal_nan=True)


@pytest.mark.parametrize(
    ("constraints", "problem"),
    [
        (["memory == 3"], "only < <= > >="),
        (["memory in [1, 2]"], "only < <= > >="),
        (["a < 1 or b < 2"], "joined by 'and'"),
        (["not a < 1"], "joined by 'and'"),
        (["memory"], "joined by 'and'"),
        (["memory <="], "not an expression"),
        (["1 < 2"], "names no parameter"),
        (["a < 1 and 1 < 2"], "names no parameter"),
        ([3], "must be texts"),
        ({"memory": 3}, "must be texts"),
    ],
)
def test_what_is_no_constraint(constraints, problem):
    with pytest.raises(StudyError, match=problem):
        Goals({"loss": "minimize"}, constraints)


FINITE = st.floats(-1e3, 1e3)


@given(FINITE, FINITE, FINITE, st.sampled_from(["a {} b", "a + 1 {} b * c", "a {} b {} c", "a {} 2 and b {} c"]),
       st.lists(st.sampled_from(["<=", ">="]), min_size=2, max_size=2))  # fmt: skip
def test_a_constraint_is_kept_exactly_where_its_comparisons_hold(a, b, c, text, signs):
    text = text.format(*signs)
    columns = {name: np.array([value]) for name, value in {"a": a, "b": b, "c": c}.items()}
    goals = Goals({"a": "minimize", "b": "minimize", "c": "minimize"}, (text,))
    assert goals.keeps([a, b, c]) == Expression(text)(columns).all()


def test_outputs_are_the_objectives_and_what_constraints_read():
    goals = Goals(BOTH, ("memory <= 9", "latency + size < 3", "memory + size > 1"))
    assert goals.metrics == ("accuracy", "latency")
    assert goals.outputs == ("accuracy", "latency", "memory", "size")
    assert goals == Goals(BOTH, ["memory <=  9", "latency + size < 3", "memory + size > 1"])


def test_a_row_is_kept_only_if_every_slack_is_known_and_not_positive():
    goals = Goals({"loss": "minimize"}, ("a <= 1", "b <= 1"))
    assert goals.keeps([9.0, 1.0, 1.0])
    assert not goals.keeps([9.0, 1.0, 1.5])
    assert not goals.keeps([9.0, math.nan, 0.0])
    assert Goals({"loss": "minimize"}).keeps([math.nan])


def test_thresholds_are_losses():
    assert Goals(BOTH, (), {"accuracy": 0.75}).threshold_losses.tolist() == [-0.75, math.inf]
    assert Goals(BOTH, (), {"latency": 20}).threshold_losses.tolist() == [math.inf, 20.0]


@pytest.mark.parametrize(
    ("directions", "thresholds", "problem"),
    [
        (BOTH, {"size": 1.0}, "'size', which is no objective"),
        (BOTH, {"latency": math.nan}, "finite number"),
        (BOTH, {"latency": "fast"}, "finite number"),
        (BOTH, [1.0], "must map"),
        ({"loss": "minimize"}, {"loss": 1.0}, r"constraints=\['loss <= ...'\]"),
        ({"accuracy": "maximize"}, {"accuracy": 1.0}, r"constraints=\['accuracy >= ...'\]"),
    ],
)
def test_what_is_no_threshold(directions, thresholds, problem):
    with pytest.raises(StudyError, match=problem):
        Goals(directions, (), thresholds)


def test_the_mean_of_folds():
    folds = Measured.mean([0.0, 1.0, 2.0, 3.0])
    assert folds.value == 1.5
    assert folds.sem == pytest.approx(math.sqrt(5.0 / 3.0 / 4.0))
    assert Measured.mean(np.array([2.0, 2.0])) == Measured(2.0, 0.0)
    for wrong in ([1.0], [], [1.0, math.nan]):
        with pytest.raises(ReportError):
            Measured.mean(wrong)


@pytest.mark.parametrize("sem", [-1.0, math.nan, math.inf, "x", None])
def test_no_standard_error(sem):
    with pytest.raises(ReportError, match="standard error"):
        Measured(1.0, sem)
