"""Conditions: truth tables worked by hand, nesting, and what is refused when the space is made."""

from __future__ import annotations

import pickle
import re

import numpy as np
import pytest

from tunewright.errors import SpaceError
from tunewright.space import Categorical, Constant, Float, Int, Ordinal, Space, when

A = Categorical("x", "y", "z")
B = Int(1, 3)


def truth(condition, **domains):
    """Where a child under ``condition`` exists, for every combination of the parents in order."""
    space = Space(domains, child=Constant(0, when=condition))
    grids = np.meshgrid(*(domain.points() for domain in domains.values()), indexing="ij")
    natives = np.column_stack([*(grid.ravel() for grid in grids), np.zeros(grids[0].size)])
    return "".join("1" if there else "0" for there in space.active(natives)[:, -1])


@pytest.mark.parametrize(
    ("condition", "expected"),  # a = x y z, for each b = 1 2 3
    [
        (when("a", "x"), "111 000 000"),
        (when("a") == "x", "111 000 000"),
        (when("a") != "x", "000 111 111"),
        (when("a", ["x", "z"]), "111 000 111"),
        (when("a").is_in("x", "z"), "111 000 111"),
        (when("b") > 1, "011 011 011"),
        (when("b") >= 2, "011 011 011"),
        (when("b") > 1.5, "011 011 011"),
        (when("b") < 2, "100 100 100"),
        (when("b") <= 2, "110 110 110"),
        (when("b") == 2, "010 010 010"),
        (when("b", [1, 3]), "101 101 101"),
        (when("a", "y") & (when("b") > 1), "000 011 000"),
        (when("a", "y") | (when("b") > 1), "011 111 011"),
        ((when("a", "x") & when("b", 1)) | (when("a", "z") & when("b", 3)), "100 000 001"),
        ((when("a", "x") | when("a", "y")) & (when("b") != 2), "101 101 000"),
    ],
)
def test_truth_table(condition, expected):
    assert truth(condition, a=A, b=B) == expected.replace(" ", "")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (when("size") > "small", "011"),
        (when("size") <= "medium", "110"),
        (when("size") != "large", "110"),
    ],
)
def test_an_order_is_compared_by_place(condition, expected):
    assert truth(condition, size=Ordinal("small", "medium", "large")) == expected


def nested():
    return Space(  # the children come first, so that the order of evaluation is not the order of the names
        dampening=Float(0, 1, when=when("momentum") > 0.5),
        momentum=Float(0, 1, when=when("optimizer") == "sgd"),
        rho=Float(0, 1, when=when("momentum") != 0.25),
        either=Int(1, 2, when=(when("momentum") > 0.9) | when("optimizer", "adam")),
        optimizer=Categorical("sgd", "adam"),
    )


def test_a_parameter_without_its_parent_does_not_exist_and_neither_do_its_children():
    space = nested()
    natives = np.array([[0.1, 0.7, 0.1, 1, 0], [0.1, 0.2, 0.1, 1, 0], [0.1, 0.7, 0.1, 1, 1], [0.1, 0.95, 0.1, 1, 0]])
    assert space.active(natives).astype(int).tolist() == [
        [1, 1, 1, 0, 1],
        [0, 1, 1, 0, 1],
        [0, 0, 0, 1, 1],  # != is false too when the parent does not exist; the other half of | still holds
        [1, 1, 1, 1, 1],
    ]


def test_decode_and_configs_leave_out_what_does_not_exist():
    space = nested()
    unit = np.random.default_rng(0).random((200, 5))
    natives = space.decode(unit)
    for config in space.configs(natives):
        expected = {"optimizer"}
        if config["optimizer"] == "sgd":
            expected |= {"momentum", "rho"}
            if config["momentum"] > 0.5:
                expected.add("dampening")
        if config["optimizer"] == "adam" or config["momentum"] > 0.9:
            expected.add("either")
        assert set(config) == expected
        assert list(config) == [name for name in space.names if name in expected]
    np.testing.assert_array_equal(space.natives(space.configs(natives)), natives)
    np.testing.assert_array_equal(np.isnan(space.encode(natives)), np.isnan(natives))
    np.testing.assert_array_equal(space.decode(space.encode(natives)), natives)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (when("optimiser", "sgd"), "condition of 'child': when('optimiser') == 'sgd': unknown parameter 'optimiser'"),
        (when("child", 1), "go round in a circle: child -> child"),
        (when("a") > "x", "'a' has no order"),
        (when("a", "w"), "compares with a value the parameter never has: 'w' (str) is not one of the choices"),
        (when("a") != "w", "compares with a value the parameter never has"),
        (when("a", ["x", "w"]), "compares with a value the parameter never has"),
        (when("b", True), "must be a number, got True"),
        (when("b", 7), "7 is outside [1, 3]"),
        (when("b") > 3, "when('b') > 3 can never hold: 'b' is Int(1, 3)"),
        (when("b") < 1, "can never hold"),
        (when("b") > "x", "must be a number, got 'x'"),
        (when("b") > float("nan"), "must be finite"),
        ((when("a", "x") & (when("b") > 3)), "can never hold"),
    ],
)
def test_refused_when_the_space_is_made(condition, message):
    with pytest.raises(SpaceError, match=re.escape(message)):
        Space(a=A, b=B, child=Int(0, 1, when=condition))


def test_a_circle_is_named():
    with pytest.raises(SpaceError, match="circle: a -> b -> c -> a"):
        Space(a=Int(0, 1, when=when("b", 1)), b=Int(0, 1, when=when("c", 1)), c=Int(0, 1, when=when("a", 1)))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: when("a", "x") and when("b", 1),
        lambda: 1 < when("b") < 3,
        lambda: not when("a", "x"),
        lambda: when("a", "x") & "b",
        lambda: when("b") > 1 & when("b") < 3,
        lambda: when("a").is_in(),
        lambda: when(3),
        lambda: when("a", {}),
    ],
)
def test_refused_where_it_is_written(wrong):
    with pytest.raises((SpaceError, TypeError)):
        wrong()


def test_conditions_are_values():
    first, second = when("a", "x") & (when("b") > 1), (when("a") == "x") & (when("b") > 1)
    assert first == second and hash(first) == hash(second)
    assert first != (when("a", "x") | (when("b") > 1))
    assert when("a", 1) != when("a", True)
    assert pickle.loads(pickle.dumps(first)) == first
    assert repr(first) == "(when('a') == 'x') & (when('b') > 1)"
    assert repr(when("a", ["x", "y"])) == "when('a').is_in('x', 'y')"
    assert (when("a", "x") & when("b", 1) & when("b", 2)).parents == ("a", "b")
