"""Stratified parts: every part has nearly the mix of classes that the whole has.

Both functions shuffle within each class, then deal: ``split`` by the place of an example within its class,
``folds`` like cards around a table.
"""

from __future__ import annotations

__all__ = ["dealt_rows", "fold_rows", "folds", "split", "split_rows"]

import numpy as np
import numpy.typing as npt

from tunewright.training.argument import fraction, whole
from tunewright.training.dataset import Dataset, Splits
from tunewright.training.streams import Purpose, permutation, stream

Rows = npt.NDArray[np.intp]


def split_rows(
    labels: Rows, *, train: float = 0.6, validation: float = 0.2, test: float = 0.2, seed: int = 0
) -> tuple[Rows, Rows, Rows]:
    """Rows of the three parts, each ascending, disjoint, together all rows.

    The cuts are at round(train · n) and round((train + validation) · n); a class of n_c examples is cut to within one
    example of its own share where classes are of like size. Cost O(n log n).

    Raises:
        ValueError: shares that do not add up to 1, or a train or validation part that would be empty.
    """
    for name, share in (("train", train), ("validation", validation), ("test", test)):
        fraction(name, share)
    if abs(train + validation + test - 1.0) > 1e-9:
        raise ValueError(f"train, validation and test must add up to 1, got {train} + {validation} + {test}")
    n = len(labels)
    first, second = round(train * n), round((train + validation) * n)
    if first == 0 or second == first:
        raise ValueError(
            f"train={train} and validation={validation} of {n} examples leave one of them empty; enlarge the share"
        )
    dealt = dealt_rows(labels, seed=seed)
    return np.sort(dealt[:first]), np.sort(dealt[first:second]), np.sort(dealt[second:])


def dealt_rows(labels: Rows, *, seed: int = 0) -> Rows:
    """All rows in an order whose every beginning has nearly the mix of classes of the whole. Cost O(n log n)."""
    rng = stream(seed, Purpose.SPLIT)
    order, n = _by_class(labels, rng), len(labels)
    _, starts, sizes = np.unique(labels[order], return_index=True, return_counts=True)
    place = (np.arange(n) - np.repeat(starts, sizes) + 0.5) / np.repeat(sizes, sizes)
    ties = rng.random(n)
    return order[np.lexsort((ties, place))]


def fold_rows(labels: Rows, *, k: int = 5, seed: int = 0) -> tuple[Rows, ...]:
    """Rows of k disjoint folds, each ascending, together all rows.

    Sizes differ by one at most, and so do the examples of any one class. Cost O(n log n).

    Raises:
        ValueError: k below 2 or above the number of examples.
    """
    if whole("k", k, least=2) > len(labels):
        raise ValueError(f"k must be at most the number of examples, {len(labels)}, got {k}")
    order = _by_class(labels, stream(seed, Purpose.FOLDS))
    return tuple(np.sort(order[first::k]) for first in range(k))


def split(dataset: Dataset, *, train: float = 0.6, validation: float = 0.2, test: float = 0.2, seed: int = 0) -> Splits:
    """The dataset in three stratified parts (see ``split_rows``); ``test`` is None when its share is nothing."""
    rows = split_rows(dataset.labels, train=train, validation=validation, test=test, seed=seed)
    return Splits(dataset.take(rows[0]), dataset.take(rows[1]), dataset.take(rows[2]) if rows[2].size else None)


def folds(dataset: Dataset, *, k: int = 5, seed: int = 0) -> tuple[Splits, ...]:
    """k stratified splits (see ``fold_rows``): each fold is the validation part once, the others are trained on."""
    rows = fold_rows(dataset.labels, k=k, seed=seed)
    everything = np.arange(dataset.size)
    return tuple(Splits(dataset.take(np.setdiff1d(everything, held)), dataset.take(held)) for held in rows)


def _by_class(labels: Rows, rng: np.random.Generator) -> Rows:
    """All rows, class after class, in random order within each class."""
    shuffled = permutation(rng, len(labels))
    return shuffled[np.argsort(labels[shuffled], kind="stable")]
