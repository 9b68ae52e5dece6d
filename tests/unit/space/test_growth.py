"""Spaces that grow, and how many configurations they have."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.errors import SpaceError
from tunewright.space import (
    Categorical,
    Constant,
    Float,
    Int,
    Normal,
    Ordinal,
    PowerOfTwo,
    Space,
    when,
)


def test_a_new_parameter_goes_to_the_end():
    space = Space(a=Int(0, 1))
    grown = space.extended("b", Float(0, 1, when=when("a", 1)))
    assert grown.names == ("a", "b") and space.names == ("a",)
    assert grown.configs(np.array([[1.0, np.nan]])) == [{"a": 1}]


@pytest.mark.parametrize(
    ("old", "new", "union"),
    [
        (Float(0, 1), Float(0.5, 2), Float(0, 2)),
        (Float(1e-3, 1, log=True), Float(1e-5, 1e-2, log=True), Float(1e-5, 1, log=True)),
        (Float(0, 1, step=0.1), Float(-0.2, 0.5, step=0.1), Float(-0.2, 1, step=0.1)),
        (Int(1, 5), Int(3, 9), Int(1, 9)),
        (Int(1, 9, step=2), Int(5, 13, step=2), Int(1, 13, step=2)),
        (PowerOfTwo(16, 64), PowerOfTwo(8, 32), PowerOfTwo(8, 64)),
        (Categorical("a", "b"), Categorical("c", "a"), Categorical("a", "b", "c")),
        (Categorical("a", "b", weights=[1, 3]), Categorical("c"), Categorical("a", "b", "c", weights=[1, 3, 2])),
        (Categorical("a", "b"), Categorical("a", weights=[2]), Categorical("a", "b", weights=[2, 2])),
        (Ordinal(1, 2), Ordinal(1, 2, 4), Ordinal(1, 2, 4)),
        (Ordinal(1, 2, 4), Ordinal(1, 2), Ordinal(1, 2, 4)),
        (Constant("x"), Constant("x"), Constant("x")),
        (Float(0, 1, prior=Normal(0, 1)), Float(0, 2), Float(0, 2, prior=Normal(0, 1))),
    ],
)
def test_union(old, new, union):
    space = Space(p=old, q=Int(0, 1))
    grown = space.extended("p", new)
    assert grown["p"] == union and grown.names == ("p", "q")
    for native, value in [(n, old.values(np.array([n]))[0]) for n in old.points(5)]:
        assert union.values(np.array([native])) == [value]
    assert grown.extended("p", new) is grown and grown.extended("p", old) is grown


def test_a_condition_survives_a_union():
    space = Space(a=Int(0, 1), p=Int(0, 5, when=when("a", 1)))
    assert space.extended("p", Int(0, 9))["p"] == Int(0, 9, when=when("a", 1))
    with pytest.raises(SpaceError, match="has two conditions"):
        space.extended("p", Int(0, 9, when=when("a", 0)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Float(0, 1), Int(0, 1)),
        (Int(0, 1), Float(0, 1)),
        (Int(1, 8), PowerOfTwo(1, 8)),
        (Float(0.1, 1), Float(0.1, 1, log=True)),
        (Float(0, 1), Float(0, 1, step=0.1)),
        (Float(0, 1, step=0.1), Float(0.05, 1.05, step=0.1)),
        (Int(0, 8, step=2), Int(1, 9, step=2)),
        (Categorical("a"), Ordinal("a")),
        (Ordinal(1, 2), Ordinal(2, 1)),
        (Ordinal(1, 2, 3), Ordinal(2, 3)),
        (Constant(1), Constant(2)),
        (Constant(1), Constant(True)),
    ],
)
def test_no_union(old, new):
    with pytest.raises(SpaceError, match="parameter 'p': cannot hold both"):
        Space(p=old).extended("p", new)


# ---- size


def brute(space):
    """The number of distinct configurations, by listing the whole product."""
    grids = np.meshgrid(*(domain.points() for domain in space.domains), indexing="ij")
    unit = space.encode(np.column_stack([grid.ravel() for grid in grids]))
    return len({tuple(config.items()) for config in space.configs(space.decode(unit))})


@pytest.mark.parametrize(
    "space",
    [
        Space(a=Int(0, 3), b=Categorical("x", "y"), c=Constant(1), d=PowerOfTwo(1, 4)),
        Space(a=Int(0, 3), b=Int(0, 4, when=when("a") > 1)),
        Space(a=Int(0, 3), b=Int(0, 4, when=when("a") > 1), c=Int(0, 2, when=(when("b") == 2) | when("a", 0))),
        Space(c=Int(0, 2, when=when("b") != 2), b=Int(0, 4, when=when("a", [1, 2])), a=Int(0, 3)),
        Space(a=Int(0, 3), b=Int(0, 3), c=Int(0, 5, when=(when("a") > 1) & (when("b") > 0)), d=Int(0, 1)),
        Space(w=Ordinal(1, 2, 4), x=Float(0, 1, step=0.25, when=when("w") >= 2)),
    ],
    ids=lambda space: "-".join(space.names),
)
def test_size_counts_configurations(space):
    assert space.size == brute(space)


def test_size_of_large_spaces():
    assert Space({str(i): Int(1, 1000) for i in range(50)}).size == 1000**50
    assert Space(n=Int(1, 10**6), x=Int(1, 10, when=when("n") > 10)).size == 10 + (10**6 - 10) * 10
    assert Space(n=Int(1, 10**9), x=Int(1, 10, when=when("n") > 10)).size is None  # too many values to list
    assert Space(a=Float(0, 1)).size is None
    assert Space(a=Int(0, 1), b=Float(0, 1, when=when("a", 1))).size is None
    assert Space(a=Float(0, 1), b=Int(0, 1, when=when("a") > 0.5)).size is None
    assert Space(a=Float(2, 2), b=Int(0, 1)).size == 2
