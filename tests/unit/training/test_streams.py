"""Streams: the same key gives the same numbers, another key others."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tunewright.training.streams import Purpose, permutation, stream


def test_a_stream_depends_on_its_key_alone():
    first = stream(7, Purpose.SHUFFLE, epoch=3, step=2).random(100)
    stream(8, Purpose.SHUFFLE).random(5)
    assert np.array_equal(first, stream(7, Purpose.SHUFFLE, epoch=3, step=2).random(100))


def test_different_keys_share_no_number():
    keys = itertools.product([0, 1], [Purpose.SHUFFLE, Purpose.DROPOUT], [0, 1, 2], [0, 1, 2])
    draws = [stream(seed, purpose, epoch=epoch, step=step).random(1000) for seed, purpose, epoch, step in keys]
    assert np.unique(np.concatenate(draws)).size == 36 * 1000


@pytest.mark.parametrize("n", [0, 1, 2, 1000])
def test_permutation(n):
    assert sorted(permutation(stream(0, Purpose.SHUFFLE), n).tolist()) == list(range(n))


def test_seeds_may_be_any_64_bit_integer_and_nothing_else():
    stream(2**64 - 1, Purpose.SPLIT).random()
    with pytest.raises(TypeError, match=r"seed must be an integer, got 0\.5"):
        stream(0.5, Purpose.SPLIT)  # type: ignore[arg-type]
