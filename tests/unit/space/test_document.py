"""The JSON form of spaces and configurations."""

from __future__ import annotations

import enum
import json
import math
import re

import pytest

from tunewright.errors import ConfigError, SpaceError
from tunewright.space import (
    Categorical,
    Constant,
    Float,
    Int,
    Linear,
    LogNormal,
    Normal,
    Ordinal,
    PowerOfTwo,
    Space,
    when,
)


def design():
    return Space(
        lr=Float(1e-5, 1e-1, log=True, prior=LogNormal(1e-3, 1.0)),
        batch_size=PowerOfTwo(16, 512),
        hidden=Int(32, 512, log=True),
        dropout=Float(0.0, 0.5, step=0.1),
        optimizer=Categorical("sgd", "adam", "adamw", weights=[1, 2, 2]),
        momentum=Float(0.8, 0.99, when=when("optimizer", "sgd")),
        width=Ordinal(1, 2, 4),
        seed=Constant(7),
    ).forbid("batch_size * hidden > 2**17", Linear({"lr": 1, "dropout": -1}, 0.5))


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Block:
    """A choice that JSON cannot hold."""


class Named:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"Named({self.name})"


def test_round_trip_of_every_kind():
    space = design()
    document = json.loads(space.to_json())
    assert document["format"] == "tunewright-space" and document["version"] == 1
    again = Space.from_json(space.to_json())
    assert again == space and again.to_json() == space.to_json()
    assert again.constraints == space.constraints and repr(again) == repr(space)


def test_floats_keep_their_bits():
    awkward = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, math.pi, 1 / 3]
    space = Space({str(i): Float(-x, x, prior=Normal(x, x)) for i, x in enumerate(awkward) if x < 1e308})
    space = space.extended("c", Constant(tuple(awkward)))
    assert Space.from_json(space.to_json()) == space


def test_choices_that_json_holds_in_disguise():
    values = [None, True, 1, 1.0, "1", (1, (2, "x")), float("nan"), float("inf"), -float("inf")]
    space = Space(c=Categorical(*values), k=Constant({"a": [1, (2,)], "b": None}))
    again = Space.from_json(space.to_json())
    assert again == space
    assert [type(choice) for choice in again["c"].choices] == [type(value) for value in values]
    assert again["k"].value == {"a": [1, (2,)], "b": None}
    for value in values[:6]:
        config = {"c": value, "k": {"a": [1, (2,)], "b": None}}
        assert again.config_from_json(json.loads(json.dumps(space.config_to_json(config)))) == config


def test_opaque_choices_need_the_space_they_came_from():
    block = Named("one")
    space = Space(
        c=Categorical(Colour.RED, Colour.BLUE, Block, math.sqrt, block, "plain"),
        x=Float(0, 1, when=when("c", Colour.RED) | when("c", [Block, block])),
    )
    text = space.to_json()
    with pytest.raises(SpaceError, match=re.escape("Space.from_json(text, like=space)")):
        Space.from_json(text)
    again = Space.from_json(text, like=space)
    assert again == space and again["c"].choices[2] is Block and again["c"].choices[4] is block
    config = {"c": block, "x": 0.5}
    assert again.config_from_json(json.loads(json.dumps(space.config_to_json(config))))["c"] is block


def test_opaque_choices_that_read_the_same_are_refused():
    space = Space(c=Categorical(Named("same"), Named("same")))
    with pytest.raises(SpaceError, match=re.escape("two choices read Named(same)")):
        space.to_json()


def test_functions_cannot_be_written():
    with pytest.raises(SpaceError, match="is a function and cannot be written to JSON"):
        Space(a=Int(0, 1)).forbid(lambda config: False).to_json()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: {**d, "version": 2}, "written in format version 2 and this tunewright reads up to 1; upgrade"),
        (lambda d: {**d, "version": "x"}, '"version" must be a positive integer'),
        (lambda d: {**d, "format": "other"}, 'not the JSON text of a space: "format"'),
        (lambda d: [d], "not the JSON text of a space"),
        (lambda d: {**d, "parameters": [{"name": "a", "type": "Complex"}]}, "not a domain this version"),
        (lambda d: {**d, "parameters": [{"name": "a", "type": "Float", "low": 1, "high": 0}]}, "damaged"),
        (lambda d: {**d, "parameters": [{"name": "a", "type": "Float"}]}, "damaged"),
        (lambda d: {**d, "constraints": [{"type": "Magic"}]}, "not a constraint this version"),
        (lambda d: {"format": d["format"], "version": 1}, "damaged"),
    ],
)
def test_other_documents_are_refused(change, message):
    document = json.loads(Space(a=Int(0, 1)).to_json())
    with pytest.raises(SpaceError, match=re.escape(message)):
        Space.from_json(json.dumps(change(document)))


@pytest.mark.parametrize("text", ["", "{", "null", None, 3])
def test_other_texts_are_refused(text):
    with pytest.raises(SpaceError, match="not the JSON text of a space"):
        Space.from_json(text)


def test_config_json_is_checked():
    space = Space(a=Int(0, 1), c=Categorical(Block, "x"))
    for data, message in [
        ({"b": 1}, "unknown parameter 'b'"),
        ({"a": 5}, "outside"),
        ({"c": {"opaque": "y"}}, "not one"),
    ]:
        with pytest.raises(ConfigError, match=message):
            space.config_from_json(data)
