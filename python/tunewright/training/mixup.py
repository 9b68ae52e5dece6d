"""Mixup: pairs of examples and of their labels, mixed in one share (Zhang, Cissé, Dauphin & Lopez-Paz, ICLR 2018)."""

from __future__ import annotations

__all__ = ["mixed", "mixup"]

import numpy as np
import numpy.typing as npt

from tunewright.training.argument import positive
from tunewright.training.streams import permutation

_Array = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.intp]


def mixup(
    inputs: _Array, labels: _Labels, classes: int, alpha: float, rng: np.random.Generator
) -> tuple[_Array, _Array]:
    """A batch mixed with itself in another order: inputs (n, d) and targets (n, classes).

    The share λ is drawn once for the batch from Beta(α, α), as the authors' code has it. The larger of λ and 1 - λ
    falls to the example in its own place: that gives the same pairs, and its label is the one that weighs more.

    Raises:
        ValueError: an α that is not above 0.
    """
    share = float(rng.beta(positive("alpha", alpha), alpha))
    return mixed(inputs, labels, classes, max(share, 1.0 - share), permutation(rng, len(labels)))


def mixed(inputs: _Array, labels: _Labels, classes: int, share: float, partners: _Labels) -> tuple[_Array, _Array]:
    """x̃ = λ x + (1 - λ) x', ỹ = λ y + (1 - λ) y', with λ = ``share``, x' in the order of ``partners`` and y one-hot."""
    onehot = np.eye(classes)[labels]
    x: _Array = share * inputs + (1.0 - share) * inputs[partners]
    y: _Array = share * onehot + (1.0 - share) * onehot[partners]
    return x, y
