"""The gradient of one update: of one batch, or averaged over several (gradient accumulation), and clipped."""

from __future__ import annotations

__all__ = ["learn"]

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tunewright.training.clipping import clip_by_norm
from tunewright.training.dataset import Dataset
from tunewright.training.network import Network
from tunewright.training.recipe import Recipe


def learn(
    network: Network,
    dataset: Dataset,
    rows: npt.NDArray[np.intp],
    recipe: Recipe,
    draws: Callable[[int], np.random.Generator],
) -> tuple[float, int]:
    """(mean loss, correct answers) of the examples ``rows``, the clipped slope of that loss left in the network.

    The rows are met in batches of the recipe's size; ``draws(b)`` is the stream of batch b, from 0. Without dropout and
    batch norm the slope is that of one batch of all rows, up to rounding.
    """
    loss_sum, correct = 0.0, 0
    single, total = len(rows) <= recipe.batch_size, np.zeros(0)
    for batch, first in enumerate(range(0, len(rows), recipe.batch_size)):
        part = rows[first : first + recipe.batch_size]
        labels = dataset.labels[part]
        rng = draws(batch) if recipe.draws else None
        loss, logits = network.learn(dataset.inputs[part], labels, smoothing=recipe.label_smoothing, rng=rng)
        loss_sum += loss if single else loss * (len(part) / len(rows))
        correct += int(np.count_nonzero(logits.argmax(axis=1) == labels))
        if not single:
            share = network.gradient * (len(part) / len(rows))
            total = share if batch == 0 else total + share
    if not single:
        network.gradient[...] = total
    if recipe.clip_norm is not None:
        clip_by_norm(network.gradient, recipe.clip_norm)
    return loss_sum, correct
