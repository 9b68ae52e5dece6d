"""Generated sequences: their labels say what they say, and nothing hangs on anything but the arguments."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.training import Dataset, Splits, load_digits, repeated_tokens, sorted_sequences


def tokens_of(dataset):
    one_hot = dataset.inputs.reshape(dataset.size, *dataset.shape)
    assert np.array_equal(np.unique(one_hot), [0.0, 1.0])
    assert (one_hot.sum(axis=2) == 1).all()
    return one_hot.argmax(axis=2)


@pytest.mark.parametrize(("length", "tokens"), [(2, 2), (2, 10), (8, 2), (8, 10), (5, 30)])
def test_sorted_sequences(length, tokens):
    dataset = sorted_sequences(501, length=length, tokens=tokens, seed=3)
    values = tokens_of(dataset)
    assert dataset.shape == (length, tokens)
    assert dataset.labels.tolist() == [row % 2 for row in range(501)]
    assert np.array_equal((np.diff(values, axis=1) >= 0).all(axis=1), dataset.labels == 1)
    # The unsorted are two places away from being sorted.
    assert ((values != np.sort(values, axis=1)).sum(axis=1) == 2 * (dataset.labels == 0)).all()


@pytest.mark.parametrize(("length", "tokens"), [(2, 2), (3, 2), (8, 10), (11, 10)])
def test_repeated_tokens(length, tokens):
    dataset = repeated_tokens(300, length=length, tokens=tokens, seed=3)
    for row, label in zip(tokens_of(dataset), dataset.labels, strict=True):
        counts = np.bincount(row, minlength=tokens)
        assert counts[label] == 2
        assert np.delete(counts, label).max(initial=0) <= 1
    assert dataset.classes == tokens


@pytest.mark.parametrize("make", [sorted_sequences, repeated_tokens])
def test_a_seed_is_all_there_is(make):
    first, again, other = make(50, seed=1), make(50, seed=1), make(50, seed=2)
    assert np.array_equal(first.inputs, again.inputs)
    assert np.array_equal(first.labels, again.labels)
    assert not np.array_equal(first.inputs, other.inputs)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sorted_sequences(length=1), "length must be 2 or more"),
        (lambda: sorted_sequences(tokens=1), "tokens must be 2 or more"),
        (lambda: sorted_sequences(0), "n must be 1 or more"),
        (lambda: repeated_tokens(length=12, tokens=10), "tokens must be 11 or more, got 10"),
        (lambda: load_digits().shaped(7, 9), r"shape must hold the 64 inputs of an example, got \(7, 9\)"),
        (lambda: load_digits().shaped(0, 64), "shape must be 1 or more"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_shapes_go_with_the_examples():
    digits = load_digits()
    assert digits.shape == (8, 8)
    assert digits.shaped(64, 1).take(np.arange(3)).shape == (64, 1)
    assert Dataset(np.ones((2, 6)), np.array([0, 1])).shape == (6,)
    with pytest.raises(ValueError, match=r"validation must have the shape of train, \(8, 8\), got \(64, 1\)"):
        Splits(digits, digits.shaped(64, 1))
