"""The gradient of one update: of one batch, or averaged over several (gradient accumulation), and clipped."""

from __future__ import annotations

__all__ = ["learn"]

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from tunewright.training.batch import prepared
from tunewright.training.clipping import clip_by_norm
from tunewright.training.dataset import Dataset
from tunewright.training.network import Network
from tunewright.training.recipe import Recipe
from tunewright.training.streams import Purpose


def learn(
    network: Network,
    dataset: Dataset,
    rows: npt.NDArray[np.intp],
    recipe: Recipe,
    classes: int,
    draws: Callable[[int, Purpose], np.random.Generator],
) -> tuple[float, int]:
    """(mean loss, correct answers) of the examples ``rows``, the clipped slope of that loss left in the network.

    The rows are met in batches of the recipe's size; ``draws(b, purpose)`` is a stream of batch b, from 0. Without
    dropout, batch norm, augmentation and mixup the slope is that of one batch of all rows, up to rounding. A mixed
    example is answered correctly by the label that has the larger share in it.
    """
    loss_sum, correct = 0.0, 0
    single = len(rows) <= recipe.batch_size
    total = np.zeros(0 if single else network.gradient.size, network.gradient.dtype)
    for batch, first in enumerate(range(0, len(rows), recipe.batch_size)):
        part = rows[first : first + recipe.batch_size]
        inputs, targets = prepared(dataset, part, recipe, classes, partial(draws, batch))
        rng = draws(batch, Purpose.DROPOUT) if recipe.draws else None
        loss, logits = network.learn(inputs, targets, smoothing=recipe.label_smoothing, rng=rng)
        loss_sum += loss if single else loss * (len(part) / len(rows))
        correct += int(np.count_nonzero(logits.argmax(axis=1) == dataset.labels[part]))
        if not single:
            total += network.gradient * (len(part) / len(rows))
    if not single:
        network.gradient[...] = total
    if recipe.clip_norm is not None:
        clip_by_norm(network.gradient, recipe.clip_norm)
    return loss_sum, correct
