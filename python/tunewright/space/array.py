"""The array types of this room: every column is float64, every mask is bool."""

from __future__ import annotations

__all__ = ["Array", "Column", "Mask"]

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Column: TypeAlias = NDArray[Any]
