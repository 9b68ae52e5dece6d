"""The handwritten digits that ship with tunewright (data/README.md names the source, the donors and the licence)."""

from __future__ import annotations

__all__ = ["load_digits"]

from importlib import resources

import numpy as np

from tunewright.training.dataset import Dataset

_LEVELS = 16.0


def load_digits() -> Dataset:
    """1,797 images of 8×8 pixels, row by row, as inputs (1797, 64) in [0, 1], with labels (1797,) from 0 to 9.

    Their shape is (8, 8): to a transformer a sequence of 8 rows of 8 pixels; ``shaped(64, 1)`` is one of 64 pixels.

    Optical Recognition of Handwritten Digits, test partition: E. Alpaydin and C. Kaynak, UCI Machine Learning
    Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0. Grey levels 0 … 16 are divided by 16.
    """
    packed = resources.files("tunewright.training") / "data" / "digits.npz"
    with packed.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return Dataset(arrays["images"] / _LEVELS, arrays["labels"].astype(np.intp), (8, 8))
