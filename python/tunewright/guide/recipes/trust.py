"""Whether the values of the start have earned that the search stays near them."""

from __future__ import annotations

__all__ = ["moved", "told"]

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

_SURE = 0.975  # two-sided 95 %


def moved(first: Sequence[float], best: float) -> bool:
    """Whether training has left the place where it begins, as far as the trainings of one configuration tell.

    It has where ``best`` lies below the 95 % prediction interval of one more first report, mean - t s √(1 + 1/n) with
    Student's t of n - 1 degrees of freedom: seeds alone do not explain it. Losses that stay on a plateau, whatever
    their small changes, do not pass. Where fewer than two seeds are there, nothing speaks against it: true.

    Args:
        first: (n,) the first report of each training of the start, less is better; those not finite do not count.
        best: the lowest value that anything was trained to; NaN if nothing came to an end.
    """
    values = np.array([value for value in first if math.isfinite(value)])
    n = len(values)
    if n < 2:
        return True
    reach = float(stdtrit(n - 1, _SURE)) * float(values.std(ddof=1)) * math.sqrt(1.0 + 1.0 / n)
    return bool(best < float(values.mean()) - reach)


def told(*, reports: bool) -> str:
    """What is done where nothing has moved, in a sentence."""
    look = ", and first looks wait until a third of a training" if reports else ""
    return (
        "nothing trained so far ends clearly below where trainings begin: the start's values say little of where "
        f"good ones are, so that the ranges are searched as a whole and values taken as noisy{look}"
    )
