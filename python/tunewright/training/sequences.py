"""Generated sequences of tokens, whose labels follow from the sequence alone.

Each token is a one-hot vector, so that inputs are (n, length · tokens) and the shape is (length, tokens).
"""

from __future__ import annotations

__all__ = ["repeated_tokens", "sorted_sequences"]

import numpy as np
import numpy.typing as npt

from tunewright.training.argument import count, whole
from tunewright.training.dataset import Dataset
from tunewright.training.streams import Purpose, stream

_Tokens = npt.NDArray[np.intp]


def sorted_sequences(n: int = 1000, *, length: int = 8, tokens: int = 10, seed: int = 0) -> Dataset:
    """n sequences of 0 … tokens-1: label 1 where they never descend, 0 where two places of such a one are exchanged.

    The labels alternate, 0 first. Which tokens occur says nothing: the order has to be read.

    Raises:
        ValueError: a length or a number of tokens below 2, in which nothing can be out of order.
    """
    whole("length", length, least=2)
    whole("tokens", tokens, least=2)
    rng = stream(seed, Purpose.SEQUENCES)
    values = np.sort((rng.random((count("n", n), length)) * tokens).astype(np.intp), axis=1)
    # A constant sequence cannot be put out of order: its last token becomes another.
    constant = values[:, 0] == values[:, -1]
    values[constant, -1] = (values[constant, -1] + 1) % tokens
    values.sort(axis=1)
    labels = np.arange(n) % 2
    exchanged = np.flatnonzero(labels == 0)
    # The places to exchange: the best-scored pair (i, j) of all that hold different tokens, i < j.
    scores = rng.random((n, length, length)) * (values[:, :, None] < values[:, None, :])
    i, j = np.divmod(scores.reshape(n, -1).argmax(axis=1)[exchanged], length)
    values[exchanged, i], values[exchanged, j] = values[exchanged, j], values[exchanged, i]
    return _one_hot(values, labels, tokens)


def repeated_tokens(n: int = 1000, *, length: int = 8, tokens: int = 10, seed: int = 0) -> Dataset:
    """n sequences of 0 … tokens-1: one token occurs twice, every other at most once; the label is the one that does.

    Raises:
        ValueError: a length below 2, or tokens too few to fill it (length - 1 are needed, and 2).
    """
    whole("length", length, least=2)
    whole("tokens", tokens, least=max(2, length - 1))
    rng = stream(seed, Purpose.SEQUENCES, step=1)
    values = np.argsort(rng.random((count("n", n), tokens)), axis=1, kind="stable")[:, : length - 1]
    labels = values[:, 0]
    # The first token once more, and all in random order.
    order = np.argsort(rng.random((n, length)), axis=1, kind="stable")
    values = np.take_along_axis(np.concatenate([values, values[:, :1]], axis=1), order, axis=1)
    return _one_hot(values, labels, tokens)


def _one_hot(values: _Tokens, labels: _Tokens, tokens: int) -> Dataset:
    n, length = values.shape
    return Dataset(np.eye(tokens)[values].reshape(n, -1), labels, (length, tokens))
