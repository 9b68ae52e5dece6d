"""How sure a figure is: what becomes of it on trials drawn anew from the trials."""

from __future__ import annotations

__all__ = ["Interval", "around", "resamples"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunewright.numerics.sampling import generator, purpose

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

_DRAWS = purpose("importance/bootstrap")
_MOST = 2_000


@dataclass(frozen=True, eq=False)
class Interval:
    """Lower and upper ends, an array each."""

    low: Array
    high: Array


def resamples(n: int, count: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """``count`` times the rows drawn with replacement, min(n, 2,000) of them, and the rows that were not drawn."""
    size = min(n, _MOST)
    for number in range(count):
        drawn = (generator(seed, number, _DRAWS).random(size) * n).astype(np.intp)
        left = np.ones(n, dtype=bool)
        left[drawn] = False
        yield drawn, np.flatnonzero(left)


def around(estimate: Array, repeated: Any, n: int, *, floor: float = -np.inf) -> Interval:
    """The interval of 90 % around ``estimate`` (k,): how far the ``repeated`` (b, k) figures lie from their mean.

    They are centred, because a figure of drawn trials is biased, and narrowed by the root of the share of trials
    drawn where that is below 1 (P. Bickel, F. Götze & W. van Zwet, Statistica Sinica 7, 1997).
    """
    draws = np.asarray(repeated, dtype=np.float64)
    if len(draws) < 2:
        missing = np.full(np.shape(estimate), np.nan)
        return Interval(missing, missing)
    apart = (draws - draws.mean(axis=0)) * np.sqrt(min(n, _MOST) / n)
    low, high = np.quantile(apart, [0.05, 0.95], axis=0)
    return Interval(np.maximum(estimate + low, floor), np.maximum(estimate + high, floor))
