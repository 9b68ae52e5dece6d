"""numerics.sampling equals reference.sampling, bit for bit, for every option."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tunewright.numerics import sampling as numerics
from tunewright.reference import sampling as reference

WORDS = st.one_of(st.integers(0, 3), st.integers(0, 2**64 - 1), st.just(2**64 - 1))
WORD_LISTS = st.lists(WORDS, max_size=6)
SEEDS = st.one_of(st.none(), WORDS)
THOROUGH = settings(deadline=None, max_examples=200)


@THOROUGH
@given(seed=WORDS, trials=WORD_LISTS, purposes=WORD_LISTS, attempt=WORDS)
@example(seed=0, trials=[], purposes=[], attempt=0)
def test_uniform(seed, trials, purposes, attempt):
    ours = numerics.uniform(seed, trials, purposes, attempt=attempt)
    assert np.array_equal(ours, reference.uniform(seed, trials, purposes, attempt=attempt))
    assert ours.shape == (len(trials), len(purposes))


@THOROUGH
@given(seed=WORDS, trial=WORDS, purpose=WORDS, count=st.integers(0, 70), attempt=WORDS)
def test_stream(seed, trial, purpose, count, attempt):
    ours = numerics.stream(seed, trial, purpose, count, attempt=attempt)
    assert np.array_equal(ours, reference.stream(seed, trial, purpose, count, attempt=attempt))


@THOROUGH
@given(seed=WORDS, trial=WORDS, purpose=WORDS, attempt=WORDS)
def test_generator(seed, trial, purpose, attempt):
    ours = numerics.generator(seed, trial, purpose, attempt=attempt)
    theirs = reference.generator(seed, trial, purpose, attempt=attempt)
    assert np.array_equal(ours.standard_normal(9), theirs.standard_normal(9))


@given(name=st.text())
def test_purpose(name):
    assert numerics.purpose(name) == reference.purpose(name)


@THOROUGH
@given(first=st.integers(0, 3000), count=st.integers(0, 40), dimension=st.integers(0, 30), seed=SEEDS)
@example(first=0, count=3, dimension=1111, seed=None)
@example(first=500, count=20, dimension=1111, seed=1)
@example(first=2**20 - 2, count=4, dimension=3, seed=1)
def test_sobol(first, count, dimension, seed):
    ours = numerics.sobol(first, count, dimension, seed=seed)
    assert np.array_equal(ours, reference.sobol(first, count, dimension, seed=seed))


@THOROUGH
@given(
    first=st.one_of(st.integers(0, 3000), st.integers(0, 2**53 - 40)),
    count=st.integers(0, 40),
    dimension=st.integers(0, 12),
    seed=SEEDS,
)
@example(first=2**53 - 5, count=5, dimension=9, seed=None)
@example(first=0, count=2, dimension=200, seed=1)
@example(first=7, count=30, dimension=100, seed=1)
def test_halton(first, count, dimension, seed):
    ours = numerics.halton(first, count, dimension, seed=seed)
    assert np.array_equal(ours, reference.halton(first, count, dimension, seed=seed))
