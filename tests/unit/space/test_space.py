"""The space as a whole: its parameters, configurations, and being a value."""

from __future__ import annotations

import json
import pickle
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.errors import ConfigError, SpaceError
from tunewright.space import (
    Categorical,
    Constant,
    Float,
    Int,
    Linear,
    LogNormal,
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


# ---- what it holds


def test_it_is_a_collection_of_domains_by_name():
    space = design()
    assert space.names == ("lr", "batch_size", "hidden", "dropout", "optimizer", "momentum", "width", "seed")
    assert space.dimension == len(space) == 8 and list(space) == list(space.names)
    assert space["hidden"] == Int(32, 512, log=True) and "hidden" in space and "hiden" not in space
    assert space.domains[1] == PowerOfTwo(16, 512)
    with pytest.raises(SpaceError, match="unknown parameter 'hiden'; did you mean 'hidden'?"):
        space["hiden"]


def test_any_text_is_a_name_and_both_forms_mix():
    space = Space({"learning rate": Float(0, 1), "": Int(0, 1)}, depth=Int(1, 2))
    assert space.names == ("learning rate", "", "depth")
    assert repr(space).startswith("Space({\n    'learning rate': Float(0.0, 1.0),")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Space({1: Int(0, 1)}), "names must be strings, got 1 (int)"),
        (lambda: Space({"a": Int(0, 1)}, a=Int(0, 1)), "parameter 'a' is given twice"),
        (lambda: Space(a=3), "parameter 'a' must be a domain such as Float(0, 1), got 3; use Constant(3)"),
        (lambda: Space(a=["x", "y"]), "use Categorical(...) for choices"),
        (lambda: Space([Int(0, 1)]), "domains must map names to domains"),
    ],
)
def test_bad_space(make, message):
    with pytest.raises(SpaceError, match=re.escape(message)):
        make()


def test_an_empty_space_has_one_configuration():
    space = Space()
    assert (space.dimension, space.size, repr(space)) == (0, 1, "Space()")
    assert space.decode(np.zeros((3, 0))).shape == (3, 0)
    assert space.configs(np.zeros((3, 0))) == [{}, {}, {}]
    assert space.natives([{}, {}]).shape == (2, 0)
    assert space.feasible(np.zeros((3, 0))).tolist() == [True] * 3
    assert Space.from_json(space.to_json()) == space


def test_repr_reads_like_the_constructor():
    names = {"Categorical": Categorical, "Constant": Constant, "Float": Float, "Int": Int, "LogNormal": LogNormal}
    names |= {"Ordinal": Ordinal, "PowerOfTwo": PowerOfTwo, "Space": Space, "Linear": Linear, "when": when}
    assert eval(repr(design()), names) == design()


# ---- configurations


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 30))
def test_units_natives_and_configs_agree(seed, n):
    space = design()
    unit = np.random.default_rng(seed).random((n, 8))
    natives = space.decode(unit)
    configs = space.configs(natives)
    np.testing.assert_array_equal(space.natives(configs), natives)
    np.testing.assert_array_equal(space.decode(space.encode(natives)), natives)
    for row, config in zip(natives, configs, strict=True):
        assert list(config) == [name for name in space.names if name in config]
        assert ("momentum" in config) == (config["optimizer"] == "sgd")
        for name, value in config.items():
            assert type(value) in (int, float, str)
            assert space[name].native(value) == row[space.names.index(name)]
        assert space.config_from_json(json.loads(json.dumps(space.config_to_json(config)))) == config


def test_a_row_alone_has_the_bits_it_has_among_others():
    space = design()
    unit = np.random.default_rng(0).random((64, 8))
    together = space.decode(unit)
    alone = np.concatenate([space.decode(unit[i : i + 1]) for i in range(64)])
    assert together.tobytes() == alone.tobytes()
    assert space.decode(np.asfortranarray(unit)).tobytes() == together.tobytes()
    assert space.decode(unit.tolist()).tobytes() == together.tobytes()


def test_inputs_are_not_changed():
    space = design()
    unit = np.random.default_rng(0).random((5, 8))
    unit.flags.writeable = False
    natives = space.decode(unit)
    natives.flags.writeable = False
    space.encode(natives), space.quantile(unit), space.log_prior(unit), space.configs(natives), space.feasible(natives)
    space.active(natives)


def test_natives_missing_from_older_records_are_left_out():
    assert Space(a=Int(0, 3), b=Float(0, 1)).configs(np.array([[2.0, np.nan], [1.0, 0.5]])) == [
        {"a": 2},
        {"a": 1, "b": 0.5},
    ]


BASE = {"opt": "sgd", "momentum": 0.9, "n": 3}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({**BASE, "mommentum": 1}, "unknown parameter 'mommentum'; did you mean 'momentum'?"),
        ({**BASE, 3: 1}, "unknown parameter 3"),
        ({"opt": "sgd", "n": 3}, "parameter 'momentum' is missing; give a value of Float(0.0, 1.0, when="),
        ({"momentum": 0.9, "n": 3}, "parameter 'opt' is missing"),
        ({**BASE, "opt": "adam"}, "parameter 'momentum' = 0.9 does not exist here, because when('opt') == 'sgd'"),
        ({**BASE, "n": 11}, "parameter 'n': 11 is outside [0, 10]"),
        ({**BASE, "n": None}, "parameter 'n': the value must be a number, got None"),
        ({**BASE, "momentum": float("nan")}, "parameter 'momentum': the value must be finite, got nan"),
        ({**BASE, "opt": ["sgd"]}, "parameter 'opt': ['sgd'] (list) is not one of the choices"),
        (3, "must map names to values, got 3"),
    ],
)
def test_bad_configurations_are_named(config, message):
    space = Space(momentum=Float(0, 1, when=when("opt", "sgd")), opt=Categorical("sgd", "adam"), n=Int(0, 10))
    with pytest.raises(ConfigError, match="^" + re.escape(message)):
        space.natives([config])
    with pytest.raises(ConfigError, match="^configuration 2: " + re.escape(message)):
        space.natives([BASE, {"opt": "adam", "n": 1}, config])
    assert space.natives([BASE]).tolist() == [[0.9, 0.0, 3.0]]


def test_shapes_are_checked():
    space = design()
    for call in (space.decode, space.encode, space.configs, space.quantile, space.log_prior, space.feasible):
        with pytest.raises(SpaceError, match=re.escape("must have shape (n, 8), got (8,)")):
            call(np.zeros(8))
        with pytest.raises(SpaceError, match=re.escape("must have shape (n, 8), got (2, 7)")):
            call(np.zeros((2, 7)))
    with pytest.raises(ConfigError, match="put a single one in brackets"):
        space.natives({"lr": 0.1})


def test_quantile_and_log_prior_go_column_by_column():
    space = design()
    p = np.random.default_rng(0).random((50, 8))
    unit = space.quantile(p)
    for j, domain in enumerate(space.domains):
        np.testing.assert_array_equal(unit[:, j], domain.quantile(p[:, j]))
    total = sum(domain.log_prior(unit[:, j]) for j, domain in enumerate(space.domains))
    np.testing.assert_allclose(space.log_prior(unit), total)
    unit[:, 0] = np.nan
    np.testing.assert_allclose(space.log_prior(unit), space["optimizer"].log_prior(unit[:, 4]))


def test_ten_thousand_configurations_in_an_instant():
    space = Space({f"x{i}": Float(0, 1) for i in range(5)})
    natives = space.decode(np.random.default_rng(0).random((10_000, 5)))
    times = []
    for _ in range(5):
        start = time.perf_counter()
        space.configs(natives)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.06  # 4 ms on a quiet core: ten times that means the fast path is lost


# ---- being a value


def test_pickle_equality_and_hash():
    space = design()
    copy = pickle.loads(pickle.dumps(space))
    assert copy == space and hash(copy) == hash(space) and not copy.frozen
    assert pickle.loads(pickle.dumps(space.freeze())).frozen
    assert design() != Space() and design() != design().forbid("hidden > 500")
    assert Space(a=Int(0, 1), b=Int(0, 1)) != Space(b=Int(0, 1), a=Int(0, 1))
    assert Space(a=Int(0, 1)) != "space"
    hash(Space(k=Constant([1, 2])))


def test_domains_cannot_be_changed():
    for domain in design().domains:
        with pytest.raises((AttributeError, TypeError)):
            domain.when = None
