"""Labelled examples, and their parts for training, validation and test."""

from __future__ import annotations

__all__ = ["Dataset", "Splits"]

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tunewright.training.argument import count


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Inputs (n, d), float64 and finite, and labels (n,), integers from 0.

    ``shape`` says what the d numbers of an example are, in C order: (d,) (the default), (length, features) of a
    sequence, (height, width) or (height, width, channels) of an image.

    Raises:
        ValueError: shapes that do not match, no examples, an input that is not finite, a negative label.
        TypeError: labels that are not integers.
    """

    inputs: npt.NDArray[np.float64]
    labels: npt.NDArray[np.intp]
    shape: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        inputs = np.ascontiguousarray(self.inputs, dtype=np.float64)
        labels = np.asarray(self.labels)
        if inputs.ndim != 2 or inputs.size == 0:
            raise ValueError(f"inputs must be a table of at least one example (n, d), got shape {inputs.shape}")
        if labels.shape != inputs.shape[:1]:
            raise ValueError(f"labels must have shape {inputs.shape[:1]}, one for each input, got {labels.shape}")
        if not np.issubdtype(labels.dtype, np.integer):
            raise TypeError(f"labels must be integers (the index of the class), got {labels.dtype}")
        if not np.isfinite(inputs).all():
            raise ValueError("inputs must be finite; remove or fill the NaN and infinite entries")
        if labels.min() < 0:
            raise ValueError(f"labels must be 0 or more, got {labels.min()}")
        shape = tuple(count("shape", side) for side in self.shape) or inputs.shape[1:]
        if math.prod(shape) != inputs.shape[1]:
            raise ValueError(f"shape must hold the {inputs.shape[1]} inputs of an example, got {shape}")
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "labels", labels.astype(np.intp))
        object.__setattr__(self, "shape", shape)

    @property
    def size(self) -> int:
        """Number of examples n."""
        return int(self.labels.shape[0])

    @property
    def features(self) -> int:
        """Number of inputs d."""
        return int(self.inputs.shape[1])

    @property
    def classes(self) -> int:
        """One more than the largest label."""
        return int(self.labels.max()) + 1

    def take(self, rows: npt.NDArray[np.intp]) -> Dataset:
        """The examples of ``rows``, in that order."""
        return Dataset(self.inputs[rows], self.labels[rows], self.shape)

    def shaped(self, *shape: int) -> Dataset:
        """The same examples, read as of another shape: the digits' (8, 8) as 64 pixels is ``shaped(64, 1)``.

        Raises:
            ValueError: a shape that does not hold the d inputs.
        """
        return Dataset(self.inputs, self.labels, shape)


@dataclass(frozen=True, slots=True, eq=False)
class Splits:
    """Parts of one dataset: to fit on, to choose by, and (held back, maybe absent) to judge with."""

    train: Dataset
    validation: Dataset
    test: Dataset | None = None

    def __post_init__(self) -> None:
        for name, part in (("validation", self.validation), ("test", self.test)):
            if part is not None and part.features != self.train.features:
                raise ValueError(f"{name} must have {self.train.features} inputs as train has, got {part.features}")
            if part is not None and part.shape != self.train.shape:
                raise ValueError(f"{name} must have the shape of train, {self.train.shape}, got {part.shape}")

    @property
    def classes(self) -> int:
        """Classes over all parts."""
        return max(part.classes for part in (self.train, self.validation, self.test) if part is not None)
