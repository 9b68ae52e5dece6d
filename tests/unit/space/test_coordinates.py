"""Decode and encode of every kind: bounds, monotony, exact round trips."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.space import Categorical, Constant, Domain, Float, Int, Ordinal, PowerOfTwo
from tunewright.space.exponential import grow, log_ratio

quick = settings(max_examples=150, deadline=None)

finite = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=5e-324, max_value=1.7976931348623157e308, allow_nan=False, allow_infinity=False)


@st.composite
def plain_floats(draw):
    low, high = sorted((draw(finite), draw(finite)))
    return Float(low, high)


@st.composite
def log_floats(draw):
    low, high = sorted((draw(positive), draw(positive)))
    return Float(low, high, log=True)


@st.composite
def narrow_floats(draw):
    low = draw(finite.filter(lambda x: abs(x) < 1e300))
    high = low
    for _ in range(draw(st.integers(0, 40))):
        high = math.nextafter(high, math.inf) if hasattr(math, "nextafter") else float(np.nextafter(high, np.inf))
    log = draw(st.booleans()) and low > 0
    return Float(low, high, log=log)


@st.composite
def stepped_floats(draw):
    step = Decimal(draw(st.integers(1, 999))).scaleb(draw(st.integers(-6, 2)))
    low = Decimal(draw(st.integers(1, 10_000))).scaleb(draw(st.integers(-6, 2)))
    high = low + step * draw(st.integers(1, 500)) + step / 3
    return Float(float(low), float(high), step=float(step), log=draw(st.booleans()))


@st.composite
def ints(draw):
    low, high = sorted((draw(st.integers(-(2**52), 2**52)), draw(st.integers(-(2**52), 2**52))))
    step = draw(st.integers(1, max(1, high - low)))
    return Int(low, high, step=step)


@st.composite
def log_ints(draw):
    low, high = sorted((draw(st.integers(1, 2**44)), draw(st.integers(1, 2**44))))
    return Int(low, high, log=True, step=draw(st.integers(1, max(1, high - low))))


@st.composite
def powers(draw):
    low, high = sorted((draw(st.integers(0, 53)), draw(st.integers(0, 53))))
    return PowerOfTwo(2**low, 2**high)


choices = st.lists(st.integers(), min_size=1, max_size=60, unique=True)
all_kinds = st.one_of(
    plain_floats(),
    log_floats(),
    narrow_floats(),
    stepped_floats(),
    ints(),
    log_ints(),
    powers(),
    choices.map(lambda values: Categorical(*values)),
    choices.map(lambda values: Ordinal(*values)),
    st.just(Constant("x")),
)
units = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20).map(np.array)


@quick
@given(all_kinds, units)
def test_what_decode_gives_comes_back(domain: Domain, unit):
    native = domain.decode(unit)
    coordinate = domain.encode(native)
    assert np.all((coordinate >= 0.0) & (coordinate <= 1.0))
    np.testing.assert_array_equal(domain.decode(coordinate), native)


@quick
@given(all_kinds, units)
def test_values_are_plain_and_read_back_to_the_same_natives(domain, unit):
    native = domain.decode(unit)
    values = domain.values(native)
    assert all(type(value) in (int, float, str) for value in values)
    assert [domain.native(value) for value in values] == native.tolist()
    assert domain.column(values).tolist() == native.tolist()


@quick
@given(all_kinds, units)
def test_decode_is_monotone_also_between_neighbouring_floats(domain, unit):
    steps = [unit]
    for _ in range(3):
        steps.append(np.nextafter(steps[-1], 2.0))
    unit = np.sort(np.minimum(np.concatenate(steps), 1.0))
    assert np.all(np.diff(domain.decode(unit)) >= 0.0)


@quick
@given(all_kinds)
def test_ends_are_the_first_and_the_last_value(domain):
    first, last = domain.decode(np.array([0.0, 1.0])).tolist()
    if domain.kind in ("float", "int"):
        assert (first, last) == (domain.low, domain.high)
    else:
        assert (first, last) == (0.0, domain.size - 1.0)
    outside = domain.decode(np.array([-1.0, 2.0, -np.inf, np.inf])).tolist()
    assert outside == [first, last, first, last]


@quick
@given(all_kinds, units)
def test_one_at_a_time_gives_the_same_bits(domain, unit):
    together = domain.decode(unit)
    alone = np.concatenate([domain.decode(unit[i : i + 1]) for i in range(len(unit))])
    assert together.tobytes() == alone.tobytes()
    wide = np.zeros((len(unit), 3))
    wide[:, 1] = unit
    assert domain.decode(wide[:, 1]).tobytes() == together.tobytes()
    coordinates = domain.encode(together)
    alone = np.concatenate([domain.encode(together[i : i + 1]) for i in range(len(unit))])
    assert coordinates.tobytes() == alone.tobytes()


@pytest.mark.parametrize(
    "domain",
    [Float(0, 1), Float(1e-5, 1, log=True), Int(1, 9), PowerOfTwo(1, 8), Categorical("a", "b"), Constant(1)],
)
def test_missing_stays_missing(domain):
    assert np.isnan(domain.decode(np.array([np.nan, 0.5]))).tolist() == [True, False]
    assert np.isnan(domain.encode(np.array([domain.decode(np.array([0.5]))[0], np.nan]))).tolist() == [False, True]


@pytest.mark.parametrize(
    ("low", "high", "log"),
    [
        (1e9, 1e9 + 1e-6, False),
        (1e-300, 1e300, True),
        (5e-324, 1.7976931348623157e308, True),
        (5e-324, 1e-322, False),
        (5e-324, 1e-322, True),
        (-1e308, 1e308, False),
        (-1.7976931348623157e308, 1.7976931348623157e308, False),
        (1.0, 1.0000000000000004, True),
        (0.0, 5e-324, False),
        (3.0, 3.0, False),
        (3.0, 3.0, True),
    ],
)
def test_extreme_ranges_round_trip_without_warnings(low, high, log):
    domain = Float(low, high, log=log)
    unit = np.concatenate([np.linspace(0, 1, 101), np.geomspace(1e-300, 1, 50), 1 - np.geomspace(1e-16, 1, 50)])
    with np.errstate(all="raise", under="ignore"):
        native = domain.decode(unit)
        assert np.all((native >= low) & (native <= high))
        np.testing.assert_array_equal(domain.decode(domain.encode(native)), native)
        np.testing.assert_array_equal(domain.decode(domain.encode(np.array([low, high]))), [low, high])


# ---- values that a person types


@quick
@given(st.decimals(min_value=0, max_value=1, places=4).map(float))
def test_typed_decimals_in_the_unit_interval_are_kept_exactly(value):
    domain = Float(0, 1)
    assert domain.decode(domain.encode(np.array([value]))).item() == value


def reachable(domain, value, around):
    """Whether some float64 near a coordinate decodes to value: by trying a thousand of them."""
    bits = np.array([around]).view(np.int64) + np.arange(-500, 501)
    unit = np.clip(bits, 0, np.array([1.0]).view(np.int64)).view(np.float64)
    return bool((domain.decode(unit) == value).any())


@pytest.mark.parametrize("domain", [Float(0, 10), Float(-3, 7), Float(0.1, 0.7), Float(1e-5, 1e-1, log=True)], ids=repr)
def test_typed_values_are_exact_whenever_a_coordinate_exists_and_else_next_to_it(domain):
    rng = np.random.default_rng(0)
    typed = np.round(rng.uniform(domain.low, domain.high, 300), 4)
    typed = typed[(typed >= domain.low) & (typed <= domain.high)]
    unit = domain.encode(typed)
    back = domain.decode(unit)
    for value, coordinate, result in zip(typed, unit, back, strict=True):
        assert (result == value) == reachable(domain, value, coordinate)
    below, above = domain.decode(np.nextafter(unit, -1)), domain.decode(np.nextafter(unit, 2))
    assert np.all(np.abs(back - typed) <= np.minimum(np.abs(below - typed), np.abs(above - typed)))


@quick
@given(
    st.sampled_from([(0, 1), (0, 10), (-3, 7), (-1e6, 1e6), (1e-5, 1e-1), (1e-12, 1e-6), (1e-10, 1e10), (0.8, 0.99)]),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_numbers_of_up_to_twelve_digits_are_kept_exactly(bounds, log, seed):
    domain = Float(*bounds, log=log and bounds[0] > 0)
    drawn = domain.decode(np.random.default_rng(seed).random(30))
    for digits in (1, 2, 3, 6, 12):
        typed = np.array([float(f"{value:.{digits - 1}e}") for value in drawn])
        typed = typed[(typed >= domain.low) & (typed <= domain.high)]
        np.testing.assert_array_equal(domain.decode(domain.encode(typed)), typed)


def test_a_grid_over_decades_hits_the_decades():
    domain = Float(1e-5, 1e-1, log=True)
    assert domain.points(5).tolist() == [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    assert Float(0, 1).points(11).tolist() == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


def test_the_middle_of_a_symmetric_range_is_zero():
    domain = Float(-1e6, 1e6)
    assert domain.decode(np.array([0.5])).tolist() == [0.0]
    typed = np.array([50.0, 0.1, 1e-3, -7.0, 2.0, 123456.789])
    assert domain.decode(domain.encode(typed)).tolist() == typed.tolist()


def test_ends_are_kept_even_next_to_a_short_number():
    low, high = 0.1 + 2e-16, 0.9 - 2e-16
    for log in (False, True):
        assert Float(low, high, log=log).decode(np.array([0.0, 1.0])).tolist() == [low, high]


def test_drawn_values_keep_their_digits():
    drawn = Float(1e-5, 1e-1, log=True).decode(np.random.default_rng(0).random(10_000))
    assert np.mean([len(repr(value)) > 15 for value in drawn.tolist()]) > 0.97
    assert len(np.unique(drawn)) == 10_000


@quick
@given(log_floats() | plain_floats() | narrow_floats(), st.floats(0, 1), st.integers(1, 12))
def test_monotone_around_short_numbers(domain, unit, digits):
    typed = float(f"{domain.decode(np.array([unit])).item():.{digits - 1}e}")
    if domain.low <= typed <= domain.high:
        bits = domain.encode(np.array([typed])).view(np.int64) + np.arange(-200, 201)
        near = np.clip(bits, 0, np.array([1.0]).view(np.int64)).view(np.float64)
        assert np.all(np.diff(domain.decode(near)) >= 0)


def test_all_integers_up_to_2_53_have_a_coordinate():
    domain = Int(1, 2**53)
    rng = np.random.default_rng(1)
    native = np.concatenate([2.0**53 - np.arange(1000), np.floor(rng.uniform(1, 2**53, 1000)), np.arange(1, 1000)])
    np.testing.assert_array_equal(domain.decode(domain.encode(native)), native)


@pytest.mark.parametrize(("low", "high", "step"), [(1, 3000, 1), (7, 9000, 7), (1, 3000, 50)])
def test_every_integer_of_a_log_range_has_a_coordinate(low, high, step):
    domain = Int(low, high, log=True, step=step)
    native = np.arange(low, domain.high + 1, step, dtype=float)
    np.testing.assert_array_equal(domain.decode(domain.encode(native)), native)
    np.testing.assert_array_equal(domain.points(), native)


def test_log_integers_beyond_the_resolution_get_the_nearest_coordinate():
    domain = Int(1, 2**53, log=True)
    native = np.array([2.0**53 - 1, 2.0**52 + 1, 2.0**46 + 1])
    back = domain.decode(domain.encode(native))
    assert np.all(np.abs(back - native) <= 40)  # a step of u is 37 integers at the top
    assert back[2] == native[2]


# ---- steps


@pytest.mark.parametrize(
    ("domain", "values"),
    [
        (Float(0, 1, step=0.1), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        (Float(0.1, 0.95, step=0.2), [0.1, 0.3, 0.5, 0.7, 0.9]),
        (Float(-0.3, 0.3, step=0.3), [-0.3, 0.0, 0.3]),
        (Float(1e-3, 4e-3, step=1e-3, log=True), [0.001, 0.002, 0.003, 0.004]),
        (Float(1e22, 3e22, step=1e22), [1e22, 2e22, 3e22]),
        (Float(2, 2, step=5), [2.0]),
        (Int(1, 10, step=4), [1, 5, 9]),
        (Int(-5, 5, step=5), [-5, 0, 5]),
        (Int(3, 3, step=9), [3]),
        (PowerOfTwo(16, 128), [16, 32, 64, 128]),
    ],
)
def test_values_of_a_grid_read_as_written(domain, values):
    assert domain.values(domain.points()) == values
    assert domain.size == len(values)
    assert domain.high == values[-1]
    assert list(map(repr, domain.values(domain.points()))) == list(map(repr, values))


def test_a_stepped_float_takes_sums_that_mean_a_grid_value():
    domain = Float(0, 1, step=0.1)
    assert domain.native(0.1 + 0.2) == 0.3
    assert domain.native(1.0000000000000002) == 1.0


def test_log_steps_are_drawn_by_the_logarithmic_density():
    domain = Int(10, 1000, log=True, step=10)
    share = np.mean(domain.decode((np.arange(100_000) + 0.5) / 100_000) == 20)
    assert share == pytest.approx(math.log(25 / 15) / math.log(1005 / 5), abs=1e-4)  # cells [15, 25] of [5, 1005]


def test_discrete_kinds_give_equal_shares_and_centres():
    domain = Categorical("a", "b", "c", "d")
    assert domain.encode(np.arange(4.0)).tolist() == [0.125, 0.375, 0.625, 0.875]
    assert domain.decode(np.array([0.0, 0.2499, 0.25, 0.75, 1.0])).tolist() == [0, 0, 1, 3, 3]
    assert Int(5, 8).encode(np.array([5.0, 8.0])).tolist() == [0.125, 0.875]
    assert PowerOfTwo(16, 128).decode(np.array([0.3])).tolist() == [32]


def test_log_float_is_the_exponential_of_the_design():
    domain = Float(1e-5, 1e-1, log=True)
    unit = np.linspace(0, 1, 1001)
    np.testing.assert_allclose(domain.decode(unit), 1e-5 * np.exp(unit * np.log(1e4)), rtol=1e-14)


# ---- the exponential underneath


def test_the_exponential_is_right_and_monotone():
    t = np.sort(np.concatenate([np.linspace(0, 700, 20_001), np.random.default_rng(0).uniform(0, 1, 10_000)]))
    np.testing.assert_allclose(grow(0.5, 1, t), np.exp(t), rtol=5e-16)
    fine = np.cumsum(np.full(200_000, 2.0**-53)) + 0.6931471805599  # across the end of a cell, ulp by ulp
    assert np.all(np.diff(grow(0.5, 1, fine)) >= 0)
    ends = np.arange(1, 3000)[:, None] * (math.log(2) / 256)  # the last bits before and the first after every cell
    around = (ends.view(np.int64) + np.arange(-40, 41)).view(np.float64)
    assert np.all(np.diff(grow(0.5, 1, around.ravel()).reshape(around.shape), axis=1) >= 0)
    assert log_ratio(1.0, math.e) == pytest.approx(1.0, abs=1e-16)
    assert log_ratio(5e-324, 1.7976931348623157e308) == pytest.approx(2098 * math.log(2), rel=1e-15)


# ---- points


@pytest.mark.parametrize(
    ("domain", "n", "points"),
    [
        (Float(0, 1), 3, [0.0, 0.5, 1.0]),
        (Float(0, 1), 1, [0.5]),
        (Float(0.01, 1, log=True), 3, [0.01, 0.1, 1.0]),
        (Int(1, 3), None, [1, 2, 3]),
        (Int(1, 3), 10, [1, 2, 3]),
        (Int(0, 100), 3, [0, 50, 100]),
        (Categorical("a", "b"), None, [0, 1]),
        (Constant(7), None, [0]),
        (Float(2, 2), None, [2]),
    ],
)
def test_points(domain, n, points):
    np.testing.assert_allclose(domain.points(n), points, rtol=1e-15)


def test_points_need_a_number_where_there_is_no_end():
    with pytest.raises(ValueError, match="say how many points"):
        Float(0, 1).points()
    with pytest.raises(ValueError, match="too many to list"):
        Int(0, 2**50).points()
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        Int(0, 3).points(0)
