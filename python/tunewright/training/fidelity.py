"""Less of a training: a part of the data, images of fewer pixels, a narrower network.

What ``ASHA(fidelities=...)`` and its kin let grow has to cost less on low rungs and still say who wins on high ones.
"""

from __future__ import annotations

__all__ = ["narrowed", "part_rows", "pooled", "reduced"]

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tunewright.training.argument import count, positive
from tunewright.training.augmentation import check_image
from tunewright.training.dataset import Dataset, Splits
from tunewright.training.recipe import Recipe
from tunewright.training.splitting import dealt_rows


def reduced(splits: Splits, *, data: float = 1.0, resolution: int | None = None, seed: int = 0) -> Splits:
    """The splits with less to learn from.

    Args:
        splits: in full.
        data: fraction of the training part, in (0, 1]: see ``part_rows``. Validation and test keep all their examples.
        resolution: height of the images of all parts, in pixels (None: as they are): see ``pooled``.
        seed: which examples come first.

    Raises:
        ValueError: a fraction or a resolution out of range, or data that are no images.
    """
    train = splits.train
    if data != 1.0:
        train = train.take(part_rows(train.labels, data, seed=seed))
    if resolution is None:
        return Splits(train, splits.validation, splits.test)
    test = None if splits.test is None else pooled(splits.test, resolution)
    return Splits(pooled(train, resolution), pooled(splits.validation, resolution), test)


def part_rows(labels: npt.NDArray[np.intp], fraction: float, *, seed: int = 0) -> npt.NDArray[np.intp]:
    """round(fraction · n) rows and at least one, ascending, with nearly the mix of classes of all.

    The rows of a smaller fraction are among those of a larger one, for the same labels and seed: all are the beginning
    of one order.

    Raises:
        ValueError: a fraction outside (0, 1].
    """
    if positive("fraction", fraction) > 1.0:
        raise ValueError(f"fraction must be at most 1, got {fraction!r}")
    return np.sort(dealt_rows(labels, seed=seed)[: max(1, round(fraction * len(labels)))])


def pooled(dataset: Dataset, resolution: int) -> Dataset:
    """The images ``resolution`` pixels high, the width in proportion: each new pixel the mean of the area it covers.

    Where the old height is a multiple of the new one these are the means of squares of pixels.

    Raises:
        ValueError: data that are no images, or a resolution below 1 or above the height.
    """
    height, width, channels = check_image(dataset.shape)
    if count("resolution", resolution) > height:
        raise ValueError(f"resolution must be at most the height of the images, {height}, got {resolution}")
    breadth = max(1, round(width * resolution / height))
    images = dataset.inputs.reshape(-1, height, width, channels)
    means = np.einsum("ih,nhwc,jw->nijc", _areas(height, resolution), images, _areas(width, breadth), optimize=True)
    sides = (resolution, breadth, channels)[: len(dataset.shape)]
    return Dataset(means.reshape(dataset.size, -1), dataset.labels, sides)


def narrowed(recipe: Recipe, width: float) -> Recipe:
    """The recipe with ``width`` times its units, at least one; of a transformer whose head size
    follows from it a multiple of its heads.

    With ``parametrization="mup"`` the learning rate means the same at every width, and a narrow network says more about
    a wide one.

    Raises:
        ValueError: a multiplier that is not above 0.
    """
    step = recipe.heads if recipe.model == "transformer" and recipe.head_size is None else 1
    units = max(1, round(positive("width", width) * recipe.width / step))
    return replace(recipe, width=step * units)


def _areas(old: int, new: int) -> npt.NDArray[np.float64]:
    """(new, old): which share of each new interval of a line each old one is."""
    edges = np.arange(new + 1) * (old / new)
    cells = np.arange(old)
    overlap = np.minimum(edges[1:, None], cells + 1.0) - np.maximum(edges[:-1, None], cells)
    areas: npt.NDArray[np.float64] = np.maximum(overlap, 0.0) * (new / old)
    return areas
