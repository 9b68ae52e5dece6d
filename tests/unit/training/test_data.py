"""The digits, the datasets and their stratified parts."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright.training import Dataset, Splits, fold_rows, folds, load_digits, split, split_rows


def test_digits_are_what_the_source_describes():
    digits = load_digits()
    assert digits.inputs.shape == (1797, 64)
    assert digits.inputs.dtype == np.float64
    assert digits.inputs.min() == 0.0
    assert digits.inputs.max() == 1.0
    assert np.array_equal(digits.inputs * 16, np.round(digits.inputs * 16))
    # The class distribution that the source states for its test partition.
    assert np.bincount(digits.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # Its first image, a nought.
    assert digits.labels[0] == 0
    assert (digits.inputs[0, :16] * 16).tolist() == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]


def test_digits_are_small_and_name_their_licence():
    folder = resources.files("tunewright.training") / "data"
    assert len((folder / "digits.npz").read_bytes()) < 100_000
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for words in ("Optical Recognition of Handwritten Digits", "Alpaydin", "Kaynak", "10.24432/C50P49", "CC BY 4.0"):
        assert words in readme


def test_every_load_is_a_fresh_copy():
    first = load_digits()
    first.inputs[:] = 0.0
    assert load_digits().inputs.max() == 1.0


def test_split_of_the_digits_is_stratified():
    labels = load_digits().labels
    parts = split_rows(labels, seed=3)
    assert [len(part) for part in parts] == [1078, 360, 359]
    for part, share in zip(parts, (0.6, 0.2, 0.2), strict=True):
        counts = np.bincount(labels[part], minlength=10)
        assert np.abs(counts - share * np.bincount(labels)).max() <= 1.0


LABELS = st.lists(st.integers(0, 4), min_size=5, max_size=200).map(np.array)


@given(LABELS, st.integers(0, 2**64 - 1))
def test_split_parts_are_disjoint_and_exhaustive(labels, seed):
    parts = split_rows(labels, seed=seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    assert len(parts[0]) == round(0.6 * len(labels))
    again = split_rows(labels, seed=seed)
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))


@given(LABELS, st.integers(2, 5), st.integers(0, 2**64 - 1))
def test_folds_are_disjoint_exhaustive_and_even_in_every_class(labels, k, seed):
    parts = fold_rows(labels, k=k, seed=seed)
    assert len(parts) == k
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    counts = np.array([np.bincount(labels[part], minlength=5) for part in parts])
    assert (counts.max(axis=0) - counts.min(axis=0)).max() <= 1


def test_seeds_differ_and_repeat():
    labels = load_digits().labels
    assert not np.array_equal(split_rows(labels, seed=0)[0], split_rows(labels, seed=1)[0])
    assert not np.array_equal(fold_rows(labels, seed=0)[0], fold_rows(labels, seed=1)[0])


def test_split_and_folds_of_a_dataset_carry_the_right_rows():
    digits = load_digits()
    parts, rows = split(digits, seed=5), split_rows(digits.labels, seed=5)
    assert parts.test is not None
    for part, own in zip((parts.train, parts.validation, parts.test), rows, strict=True):
        assert np.array_equal(part.inputs, digits.inputs[own])
        assert np.array_equal(part.labels, digits.labels[own])
    held = fold_rows(digits.labels, k=4, seed=5)
    for fold, own in zip(folds(digits, k=4, seed=5), held, strict=True):
        assert np.array_equal(fold.validation.inputs, digits.inputs[own])
        assert fold.train.size + fold.validation.size == digits.size
        assert np.array_equal(fold.train.labels, np.delete(digits.labels, own))
        assert fold.test is None


def test_a_test_share_of_nothing_is_none():
    assert split(load_digits(), train=0.8, validation=0.2, test=0.0).test is None


def test_datasets_take_plain_lists_and_count():
    data = Dataset([[1, 2], [3, 4], [5, 6]], [0, 2, 1])  # type: ignore[arg-type]
    assert (data.size, data.features, data.classes) == (3, 2, 3)
    assert data.take(np.array([2, 0])).labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("inputs", "labels", "words"),
    [
        ([1.0, 2.0], [0, 1], r"inputs must be a table .* got shape \(2,\)"),
        (np.empty((0, 3)), np.empty(0, dtype=int), "at least one example"),
        ([[1.0], [2.0]], [0], r"labels must have shape \(2,\)"),
        ([[1.0], [np.nan]], [0, 1], "inputs must be finite"),
        ([[1.0], [2.0]], [0, -1], "labels must be 0 or more, got -1"),
    ],
)
def test_bad_datasets(inputs, labels, words):
    with pytest.raises(ValueError, match=words):
        Dataset(inputs, labels)


def test_labels_must_be_integers():
    with pytest.raises(TypeError, match="labels must be integers"):
        Dataset([[1.0], [2.0]], [0.0, 1.0])  # type: ignore[arg-type]


def test_parts_must_agree():
    with pytest.raises(ValueError, match="validation must have 2 inputs as train has, got 1"):
        Splits(Dataset([[1.0, 2.0]], [0]), Dataset([[1.0]], [0]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda y: split_rows(y, train=0.9), "must add up to 1"),
        (lambda y: split_rows(y, train=1.2, validation=-0.2, test=0.0), "train must be between 0 and 1"),
        (lambda y: split_rows(y, train=0.0, validation=0.5, test=0.5), "leave one of them empty"),
        (lambda y: split_rows(y, seed=-1), "seed must be 0 or more"),
        (lambda y: split_rows(y, seed=2**64), r"seed must be less than 2\*\*64"),
        (lambda y: fold_rows(y, k=1), "k must be 2 or more"),
        (lambda y: fold_rows(y, k=11), "k must be at most the number of examples, 10, got 11"),
    ],
)
def test_bad_parts(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.arange(10) % 2)
