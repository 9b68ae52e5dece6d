"""The sampling door: what it promises and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.numerics import sampling

PURPOSES = [sampling.purpose(name) for name in ("lr", "dropout", "width")]


def test_an_element_is_the_first_draw_of_its_own_stream():
    draws = sampling.uniform(5, range(4), PURPOSES, attempt=2)
    for i in range(4):
        for j, purpose in enumerate(PURPOSES):
            assert draws[i, j] == sampling.stream(5, i, purpose, 1, attempt=2)[0]
            assert draws[i, j] == sampling.generator(5, i, purpose, attempt=2).random()


def test_order_and_company_do_not_matter():
    whole = sampling.uniform(1, range(100), PURPOSES)
    order = np.random.default_rng(0).permutation(100)
    assert np.array_equal(sampling.uniform(1, order, PURPOSES), whole[order])
    assert np.array_equal(sampling.uniform(1, range(100), PURPOSES[::-1]), whole[:, ::-1])


def test_a_longer_stream_begins_with_the_shorter_one():
    long = sampling.stream(1, 2, 3, 50)
    for count in (0, 1, 3, 4, 5, 49):
        assert np.array_equal(sampling.stream(1, 2, 3, count), long[:count])
    assert np.array_equal(sampling.generator(1, 2, 3).random(50), long)


@pytest.mark.parametrize(
    "trials",
    [
        [0, 3, 7],
        (0, 3, 7),
        np.array([0, 3, 7]),
        np.array([0, 3, 7], dtype=np.int8),
        np.array([0, 3, 7], dtype=np.uint64),
        np.array([0, 9, 3, 9, 7, 9], dtype=np.uint64)[::2],
        np.array([0, 3, 7], dtype=">u8"),
        [np.int64(0), np.uint8(3), 7],
    ],
    ids=["list", "tuple", "int64", "int8", "uint64", "strided", "big endian", "scalars"],
)
def test_integers_of_any_kind_mean_the_same(trials):
    assert np.array_equal(sampling.uniform(1, trials, PURPOSES), sampling.uniform(1, range(8), PURPOSES)[[0, 3, 7]])


def test_words_on_both_sides_of_two_to_the_63_are_exact():
    purposes = [1, 2**64 - 1]
    assert sampling.uniform(0, [0], purposes)[0, 1] == sampling.stream(0, 0, 2**64 - 1, 1)[0]
    assert sampling.uniform(0, [2**64 - 1], [1])[0, 0] == sampling.stream(0, 2**64 - 1, 1, 1)[0]


@pytest.mark.parametrize("trials", [range(3, 9, 2), range(9, 3, -2), range(5, 5), range(2**63, 2**63 + 2)])
def test_ranges_are_their_numbers(trials):
    assert np.array_equal(sampling.uniform(1, trials, PURPOSES), sampling.uniform(1, list(trials), PURPOSES))


def test_inputs_are_not_changed_and_may_be_read_only():
    trials = np.arange(5, dtype=np.uint64)
    trials.flags.writeable = False
    assert sampling.uniform(1, trials, PURPOSES).shape == (5, 3)
    assert trials.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((-1, [0], [0]), ValueError, "seed: expected an integer from 0 to 18446744073709551615, got -1"),
        ((2**64, [0], [0]), ValueError, "seed: .*got 18446744073709551616"),
        ((1.0, [0], [0]), TypeError, "seed: expected an integer, got 1.0 of type float"),
        (("1", [0], [0]), TypeError, "seed: expected an integer, got '1' of type str"),
        ((0, [-1], [0]), ValueError, "trials: expected an integer from 0"),
        ((0, np.array([3, -2]), [0]), ValueError, "trials: expected integers from 0 on, got -2"),
        ((0, range(-2, 3), [0]), ValueError, "trials: expected an integer from 0"),
        ((0, [0.5], [0]), TypeError, "trials: expected an integer, got 0.5"),
        ((0, np.array([0.5]), [0]), TypeError, "trials: expected integers, got float64"),
        ((0, 3, [0]), ValueError, r"trials: expected a one-dimensional array, got shape \(\)"),
        ((0, np.zeros((2, 2), int), [0]), ValueError, r"trials: .*got shape \(2, 2\)"),
        ((0, [0], ["lr"]), TypeError, "purposes: expected an integer, got 'lr'"),
        ((0, [0], "lr"), ValueError, "purposes: expected a one-dimensional array"),
        ((0, [0], [2**64]), ValueError, "purposes: "),
    ],
)
def test_uniform_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        sampling.uniform(*arguments)


@pytest.mark.parametrize("points", [sampling.sobol, sampling.halton])
@pytest.mark.parametrize(
    ("arguments", "seed", "error", "message"),
    [
        ((0, 1, 1112), None, ValueError, "dimension: expected at most 1111 dimensions, got 1112"),
        ((0, 1, -1), None, ValueError, "dimension: "),
        ((-1, 1, 2), None, ValueError, "first: "),
        ((0, -1, 2), None, ValueError, "count: "),
        ((0, 1.5, 2), None, TypeError, "count: expected an integer, got 1.5"),
        ((2**53 - 1, 2, 2), None, ValueError, "first \\+ count: "),
        ((0, 1, 2), -1, ValueError, "seed: "),
        ((0, 1, 2), 0.5, TypeError, "seed: "),
    ],
)
def test_points_name_what_is_wrong(points, arguments, seed, error, message):
    with pytest.raises(error, match=message):
        points(*arguments, seed=seed)


def test_a_result_beyond_the_memory_is_a_memory_error():
    with pytest.raises(MemoryError):
        sampling.stream(0, 0, 0, 2**53)
    with pytest.raises(MemoryError):
        sampling.sobol(0, 2**50, 1000, seed=0)


@pytest.mark.parametrize("points", [sampling.sobol, sampling.halton])
@pytest.mark.parametrize("seed", [None, 0, 2**64 - 1])
def test_a_coordinate_depends_on_neither_the_dimension_nor_the_block(points, seed):
    whole = points(0, 40, 6, seed=seed)
    assert np.array_equal(points(0, 40, 2, seed=seed), whole[:, :2])
    assert np.array_equal(points(17, 5, 6, seed=seed), whole[17:22])
    assert np.array_equal(points(39, 1, 6, seed=seed), whole[39:])
    assert points(3, 0, 6, seed=seed).shape == (0, 6)
    assert points(3, 6, 0, seed=seed).shape == (6, 0)


def test_results_own_nothing_shared_and_are_writeable():
    draws = sampling.uniform(0, [1], [2])
    draws[0, 0] = 7.0
    assert sampling.uniform(0, [1], [2])[0, 0] < 1.0
    assert draws.dtype == np.float64
    assert draws.flags.c_contiguous
