"""Every bad domain is refused, and the message says what to do; every bad value too."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest

from tunewright.errors import ConfigError, DomainError
from tunewright.space import Categorical, Constant, Float, Int, LogNormal, Normal, Ordinal, PowerOfTwo, when


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Float(2, 1), "Float: low must not exceed high, got low=2.0 and high=1.0; swap them?"),
        (lambda: Float(0, 1, log=True), "Float: log=True needs low > 0, got low=0.0"),
        (lambda: Float(-1, 1, log=True), "needs low > 0"),
        (lambda: Float(float("nan"), 1), "Float: low must be finite, got nan"),
        (lambda: Float(0, float("inf")), "Float: high must be finite, got inf"),
        (lambda: Float("0", 1), "Float: low must be a number, got '0' (str)"),
        (lambda: Float(True, 2), "Float: low must be a number, got True (bool)"),
        (lambda: Float(np.bool_(True), 2), "must be a number"),
        (lambda: Float(None, 1), "must be a number, got None"),
        (lambda: Float(Decimal(1), 2), "must be a number"),
        (lambda: Float(0, 10**400), "Float: high must fit in a float"),
        (lambda: Float(0, 1, log=1), "Float: log must be True or False, got 1"),
        (lambda: Float(0, 1, step=2), "Float: step must not be larger than the range, got step=2.0 for [0.0, 1.0]"),
        (lambda: Float(0, 1, step=0), "Float: step must be positive, got 0.0"),
        (lambda: Float(0, 1, step=-0.1), "step must be positive"),
        (lambda: Float(0, 1, step="a"), "Float: step must be a number"),
        (lambda: Float(0, 1e300, step=1e-300), "at most 2**53 values"),
        (lambda: Float(0, 1, when="sgd"), "when must be a condition such as when('optimizer', 'sgd'), got 'sgd'"),
        (lambda: Float(0, 1, when=when("a")), "compare it with a value: when('a') == ..."),
        (lambda: Float(0, 1, prior=0.5), "prior must be Normal(mean, std)"),
        (lambda: Float(0, 1, prior=(0.5, "sure")), 'confidence must be "low", "medium" or "high", got \'sure\''),
        (lambda: Float(0, 1, prior=(2, "low")), "prior: center must lie in the domain [0, 1], got 2"),
        (lambda: Float(0, 1, prior=Normal(100, 0.1)), "more than 30 standard deviations outside the domain"),
        (lambda: Float(-1, 0, prior=LogNormal(1, 1)), "needs positive values"),
        (lambda: Normal(0, 0), "Normal: std must be positive, got 0.0"),
        (lambda: LogNormal(-1, 1), "LogNormal: median must be positive, got -1.0"),
        (lambda: LogNormal(1, float("nan")), "LogNormal: sigma must be finite"),
        (lambda: Int(2, 1), "Int: low must not exceed high, got low=2 and high=1"),
        (lambda: Int(0.5, 2), "Int: low must be an integer, got 0.5"),
        (lambda: Int(0, 5, log=True), "Int: log=True needs low >= 1, got low=0"),
        (lambda: Int(0, 2**53 + 1), "must lie within -2**53 and 2**53"),
        (lambda: Int(0, 10**5000), "must lie within -2**53 and 2**53"),
        (lambda: Int(-(2**53), 2**53), "at most 2**53 values"),
        (lambda: Int(0, 5, step=6), "Int: step must not be larger than the range"),
        (lambda: Int(0, 5, step=1.5), "Int: step must be an integer"),
        (lambda: Int(0, 5, step=0), "Int: step must be positive"),
        (lambda: Int(False, 5), "Int: low must be a number, got False"),
        (lambda: PowerOfTwo(20, 512), "PowerOfTwo: low must be a power of two, got 20; the nearest is 16"),
        (lambda: PowerOfTwo(16, 500), "PowerOfTwo: high must be a power of two, got 500; the nearest is 512"),
        (lambda: PowerOfTwo(0, 16), "got 0; the nearest is 1"),
        (lambda: PowerOfTwo(32, 16), "low must not exceed high"),
        (lambda: Categorical(), "Categorical: at least one choice is needed, got none"),
        (lambda: Categorical([]), "at least one choice is needed"),
        (lambda: Categorical("a", {}), "Categorical: choice 1 is not hashable: {} (dict)"),
        (lambda: Categorical("a", (1, [2])), "choice 1 is not hashable"),
        (lambda: Categorical("a", "b", "a"), "Categorical: choices 0 and 2 are the same: 'a'"),
        (lambda: Categorical(float("nan"), float("nan")), "are the same: nan"),
        (lambda: Categorical("a", "b", weights=[1]), "one number a choice, got 1 for 2 choices"),
        (lambda: Categorical("a", "b", weights=[1, -1]), "weights[1] must not be negative, got -1.0"),
        (lambda: Categorical("a", "b", weights=[0, 0]), "must have a positive, finite sum"),
        (lambda: Categorical("a", "b", weights=[1, "x"]), "weights[1] must be a number"),
        (lambda: Categorical("a", "b", weights=3), "weights must be a list of numbers, got 3"),
        (lambda: Ordinal(), "Ordinal: at least one choice is needed"),
        (lambda: Ordinal(1, 1), "Ordinal: choices 0 and 1 are the same"),
        (lambda: Constant(1, when="a"), "when must be a condition"),
    ],
)
def test_bad_domain(make, message):
    with pytest.raises(DomainError, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    ("domain", "value", "message"),
    [
        (Float(0, 1), 1.5, "1.5 is outside [0.0, 1.0]"),
        (Float(0, 1), True, "must be a number, got True"),
        (Float(0, 1), "0.5", "must be a number, got '0.5' (str)"),
        (Float(0, 1), float("nan"), "must be finite, got nan"),
        (Float(0, 1, step=0.1), 0.25, "0.25 is not on the grid from 0.0 by 0.1; the nearest value is 0.2"),
        (Float(0, 1, step=0.1), 1.1, "1.1 is outside [0.0, 1.0]"),
        (Int(1, 5), 2.5, "must be an integer, got 2.5"),
        (Int(1, 5), 6, "6 is outside [1, 5]"),
        (Int(1, 9, step=4), 6, "6 is not on the grid from 1 by 4; the neighbours are 5 and 9"),
        (PowerOfTwo(16, 512), 100, "100 is not a power of two; the nearest is 128"),
        (PowerOfTwo(16, 512), 8, "8 is outside [16, 512]"),
        (Categorical("a", "b"), "c", "'c' (str) is not one of the choices 'a', 'b'"),
        (Categorical(1, 2), 1.0, "1.0 (float) is not one of the choices 1, 2; did you mean 1 (int)?"),
        (Categorical(1, 2), "1", "'1' (str) is not one of the choices 1, 2; did you mean 1 (int)?"),
        (Categorical("a", "b"), ["a"], "is not one of the choices"),
        (Constant(3), 4, "4 is not the constant 3"),
        (Constant(1), True, "True is not the constant 1"),
    ],
)
def test_bad_value(domain, value, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        domain.native(value)
    with pytest.raises(ConfigError, match=re.escape(message)):
        domain.column([value])


def test_numpy_scalars_and_whole_floats_are_numbers():
    domain = Float(np.float32(0.5), np.int64(2))
    assert (domain.low, domain.high) == (0.5, 2.0)
    assert type(domain.low) is float and type(domain.high) is float
    assert type(Int(np.int8(1), 3.0).low) is int
    assert Int(1, 5).native(np.int32(3)) == 3.0 and Int(1, 5).native(3.0) == 3.0
    assert Float(0, 1).native(np.float32(0.25)) == 0.25


def test_choices_are_told_apart_by_type_and_value():
    domain = Categorical(1, True, 1.0, "1", (1,), (True,), None)
    assert [domain.native(value) for value in (1, True, 1.0, "1", (1,), (True,), None)] == [0, 1, 2, 3, 4, 5, 6]
    assert domain.size == 7
    assert Categorical(1, 2) != Categorical(True, 2) != Categorical(1.0, 2)
    assert Categorical(1, 2) == Categorical(1, 2) and hash(Categorical(1, 2)) == hash(Categorical(1, 2))


def test_one_list_stands_for_its_elements_and_a_tuple_does_not():
    assert Categorical(["a", "b"]).choices == ("a", "b")
    assert Categorical(("a", "b")).choices == (("a", "b"),)
    assert Ordinal([1, 2]).choices == (1, 2)


def test_numpy_scalars_do_not_leak_from_choices():
    domain = Categorical(np.float64(0.5), np.str_("a"), np.int64(3), np.bool_(True))
    assert [type(choice) for choice in domain.choices] == [float, str, int, bool]
    assert type(Constant(np.float64(1)).value) is float
    assert domain.native(np.int64(3)) == 2
