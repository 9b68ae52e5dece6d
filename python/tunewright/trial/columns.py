"""Arrays that grow: room is doubled, so that appending n rows costs O(n) altogether."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Ints", "grown"]

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_FIRST = 64


def grown(column: npt.NDArray[Any], rows: int, fill: float) -> npt.NDArray[Any]:
    """``column`` if it has room for ``rows``, else a copy of at least twice its length, filled up with ``fill``."""
    if len(column) >= rows:
        return column
    larger = np.full((max(rows, 2 * len(column), _FIRST), *column.shape[1:]), fill, dtype=column.dtype)
    larger[: len(column)] = column
    return larger
