"""When the values of the start are near enough to good ones to search around them."""

from __future__ import annotations

import math

import pytest

from tunewright.guide.recipes.trust import moved


def test_by_hand():
    # mean 2, deviation 1; t of 2 degrees of freedom at 97.5 % is 4.30265, times sqrt(4 / 3): 4.96827
    assert not moved([1.0, 2.0, 3.0], 2.0 - 4.9682)
    assert moved([1.0, 2.0, 3.0], 2.0 - 4.9683)


def test_the_unit_of_the_loss_does_not_matter():
    for best in (0.4, 0.6, 0.65, 0.69):
        told = moved([0.70, 0.71, 0.73], best)
        assert moved([70.0 - 100.0, 71.0 - 100.0, 73.0 - 100.0], 100.0 * best - 100.0) is told


def test_two_seeds_have_to_be_clearer_than_three():
    assert moved([0.7, 0.71, 0.72], 0.65)
    assert not moved([0.7, 0.72], 0.65)


@pytest.mark.parametrize("first", [[], [2.0], [2.0, math.nan], [math.inf, math.nan]])
def test_without_seeds_to_compare_nothing_speaks_against_the_start(first):
    assert moved(first, 2.0)


def test_nothing_that_came_to_an_end_has_not_moved():
    assert not moved([2.0, 2.1, 2.2], math.nan)


def test_seeds_that_all_begin_alike_are_left_by_anything_lower():
    assert moved([2.0, 2.0], 1.999)
    assert not moved([2.0, 2.0], 2.0)
