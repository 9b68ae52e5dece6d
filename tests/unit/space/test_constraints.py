"""Constraints on the inputs: vectorised as row by row, and only where the parameters exist."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.errors import SpaceError
from tunewright.space import Categorical, Constant, Float, Int, Linear, Ordinal, PowerOfTwo, Space, when


def make():
    return Space(
        batch_size=PowerOfTwo(16, 512),
        hidden=Int(32, 512, log=True),
        optimizer=Categorical("sgd", "adam", None),
        momentum=Float(0.8, 0.99, when=when("optimizer", "sgd")),
        norm=Categorical(True, False),
        width=Ordinal(1, 2, 4),
        scale=Constant(2),
    )


SAMPLE = make().decode(np.random.default_rng(0).random((300, 7)))

PAIRS = [
    ("batch_size * hidden > 2**15", lambda c: c["batch_size"] * c["hidden"] > 2**15),
    ("optimizer == 'adam' and batch_size < 64", lambda c: c["optimizer"] == "adam" and c["batch_size"] < 64),
    ("optimizer in ['adam', None]", lambda c: c["optimizer"] in ["adam", None]),
    ("optimizer == None", lambda c: c["optimizer"] is None),
    ("norm and width == 4", lambda c: c["norm"] and c["width"] == 4),
    ("norm", lambda c: c["norm"]),
    ("not norm or width * scale > 4", lambda c: not c["norm"] or c["width"] * c["scale"] > 4),
    ("momentum > 0.9 and hidden > 100", lambda c: "momentum" in c and c["momentum"] > 0.9 and c["hidden"] > 100),
    ("momentum > 0.9 or hidden > 100", lambda c: "momentum" in c and (c["momentum"] > 0.9 or c["hidden"] > 100)),
]


@pytest.mark.parametrize(("text", "function"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_columns_say_what_rows_say(text, function):
    forbidden = np.array([bool(function(config)) for config in make().configs(SAMPLE)])
    assert 0 < forbidden.sum() < len(forbidden)
    np.testing.assert_array_equal(make().forbid(text).feasible(SAMPLE), ~forbidden)
    np.testing.assert_array_equal(make().forbid(function).feasible(SAMPLE), ~forbidden)


def test_several_constraints_all_count_and_calls_chain():
    space = make().forbid("hidden > 400").forbid("hidden < 40", lambda config: config["batch_size"] == 16)
    expected = [
        not (config["hidden"] > 400 or config["hidden"] < 40 or config["batch_size"] == 16)
        for config in space.configs(SAMPLE)
    ]
    assert space.feasible(SAMPLE).tolist() == expected
    assert len(space.constraints) == 3
    assert make().feasible(SAMPLE).all()
    assert space.feasible(SAMPLE[:0]).shape == (0,)


@settings(max_examples=100, deadline=None)
@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-5, 5), st.integers(0, 2**32))
def test_linear_is_a_limit_that_is_kept(a, b, upper, seed):
    space = Space(a=Float(0, 1), b=Int(0, 5), c=Float(0, 1, when=when("b") > 2))
    space.forbid(Linear(coefficients={"a": a, "b": b}, upper=upper), Linear({"c": 1, "a": -1}, upper=0))
    natives = space.decode(np.random.default_rng(seed).random((50, 3)))
    for config, allowed in zip(space.configs(natives), space.feasible(natives), strict=True):
        kept = a * config["a"] + b * config["b"] <= upper
        assert allowed == (kept and ("c" not in config or config["c"] <= config["a"]))


def test_a_function_that_asks_for_what_does_not_exist_does_not_apply():
    space = make().forbid(lambda config: config["momentum"] > 0.9)
    expected = ["momentum" not in c or c["momentum"] <= 0.9 for c in space.configs(SAMPLE)]
    assert space.feasible(SAMPLE).tolist() == expected
    with pytest.raises(KeyError, match="momentun"):
        make().forbid(lambda config: config["momentun"] > 0.9).feasible(SAMPLE)


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ("batchsize > 3", "unknown name 'batchsize'; did you mean 'batch_size'?"),
        ("batch_size * 2", "forbid: 'batch_size * 2' is not true or false; compare it with something"),
        ("optimizer * 2 > 3", "this is not a number: it can only be compared by == != in"),
        ("optimizer > 'a'", "text and None can only be compared"),
        ("optimizer", "is not true or false"),
        (Linear({"optimizer": 1}, 0), "Linear: 'optimizer' is not a number"),
        (Linear({"hiden": 1}, 0), "Linear: unknown parameter 'hiden'; did you mean 'hidden'?"),
        (3, "forbid takes an expression such as"),
        (None, "forbid takes an expression such as"),
    ],
)
def test_refused_when_it_is_given(constraint, message):
    space = make()
    with pytest.raises(SpaceError, match=re.escape(message)):
        space.forbid(constraint)
    assert space.constraints == ()


def test_bad_linear_and_bad_answer():
    for wrong in ({}, [("a", 1)], {"a": "x"}, {"a": float("nan")}):
        with pytest.raises(SpaceError, match="Linear: coefficient"):
            Linear(wrong, 0)
    with pytest.raises(SpaceError, match="Linear: upper must be finite"):
        Linear({"a": 1}, float("inf"))
    with pytest.raises(SpaceError, match="must return True or False, got 'yes'"):
        make().forbid(lambda config: "yes").feasible(SAMPLE)


def test_a_space_in_use_takes_no_more_constraints():
    space = make().forbid("hidden > 400").freeze()
    assert space.frozen
    with pytest.raises(SpaceError, match="a study uses this space"):
        space.forbid("hidden > 300")
    grown = space.extended("extra", Int(0, 1))
    assert grown.frozen and grown.constraints == space.constraints
