"""The examples of one batch as the network meets them: as they are, or augmented and mixed by the recipe."""

from __future__ import annotations

__all__ = ["Draws", "prepared"]

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tunewright.training.augmentation import augmented
from tunewright.training.dataset import Dataset
from tunewright.training.layers.layer import Array
from tunewright.training.mixup import mixup
from tunewright.training.recipe import Recipe
from tunewright.training.streams import Purpose

Draws: TypeAlias = Callable[[Purpose], np.random.Generator]
"""The streams of one batch: each purpose has its own, so that none moves the numbers of another."""


def prepared(
    dataset: Dataset, rows: npt.NDArray[np.intp], recipe: Recipe, classes: int, draws: Draws
) -> tuple[Array, npt.NDArray[np.intp] | Array]:
    """Inputs (n, d), and labels (n,) or, where they are mixed, targets (n, classes)."""
    inputs, labels = dataset.inputs[rows], dataset.labels[rows]
    if recipe.augmentation_strength > 0.0:
        stream = draws(Purpose.AUGMENTATION)
        inputs = augmented(inputs, dataset.shape, recipe.augmentation_strength, stream)
    if recipe.mixup_alpha > 0.0:
        return mixup(inputs, labels, classes, recipe.mixup_alpha, draws(Purpose.MIXUP))
    return inputs, labels
