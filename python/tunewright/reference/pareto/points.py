"""Points, reference points and directions, as the kernels take them."""

from __future__ import annotations

__all__ = ["minimised", "without_nan"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def minimised(values: ArrayLike, maximize: bool | Sequence[bool]) -> NDArray[np.float64]:  # noqa: FBT001
    """Return the values, with the sign of what is maximised turned."""
    turned: NDArray[np.float64] = np.asarray(values, dtype=np.float64) * np.where(maximize, -1.0, 1.0)
    return turned


def without_nan(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows without a NaN."""
    return points[~np.isnan(points).any(axis=1)]
