"""Where a range test's curve says that the learning rate belongs.

u     log of the rates, ascending, (s,)
y     the loss there, smoothed, (s,)
Every rule looks at what lies before the lowest point alone: beyond it training falls apart.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tunewright.trial.columns import Array, Ints

__all__ = ["RULES", "smoothed"]

_SHARE = 2.0 / 3.0  # of a descent: where it is under way, and its end is not near


def smoothed(losses: Array, width: float) -> Array:
    """(s,) losses averaged over their neighbours with normal weights; ``width`` is the deviation, in steps.

    Centred, so that no point of the curve is moved to a higher rate, as a running mean moves it.
    """
    if width == 0.0:
        unsmoothed: Array = losses.copy()
        return unsmoothed
    steps = np.arange(len(losses))
    weights = np.exp(-0.5 * ((steps[:, None] - steps) / width) ** 2)
    mean: Array = weights @ losses / weights.sum(axis=1)
    return mean


def steepest(u: Array, y: Array) -> float | None:
    """Where the loss falls fastest by log rate (Smith, WACV 2017, read as fast.ai's finder first did)."""
    end = int(np.argmin(y)) + 1
    if end < 3:
        return None
    slope = np.gradient(y[:end], u[:end])
    best = int(np.argmin(slope))
    return float(u[best]) if slope[best] < 0.0 else None


def minimum(u: Array, y: Array) -> float | None:
    """A tenth of the rate with the lowest loss."""
    lowest = int(np.argmin(y))
    return float(u[lowest] - np.log(10.0)) if lowest > 0 else None


def valley(u: Array, y: Array) -> float | None:
    """Two thirds down the longest falling subsequence of the losses."""
    rows = _longest_fall(y[: int(np.argmin(y)) + 1])
    return _share_of(u, rows)


def longest_slope(u: Array, y: Array) -> float | None:
    """Two thirds, in log rate, along the longest unbroken descent."""
    end = int(np.argmin(y)) + 1
    falls = np.diff(y[:end]) < 0.0
    best = run = start = 0
    for i, fall in enumerate(falls.tolist()):
        run = run + 1 if fall else 0
        if run > best:
            best, start = run, i - run + 1
    return _share_of(u, np.arange(start, start + best + 1))


def _share_of(u: Array, rows: Ints) -> float | None:
    if len(rows) < 3:
        return None
    return float(u[rows[round(_SHARE * (len(rows) - 1))]])


def _longest_fall(y: Array) -> Ints:
    """Rows of the longest strictly falling subsequence of y (s,); the lexicographically first of equal length."""
    length = np.ones(len(y), dtype=np.int64)
    for i in range(len(y) - 2, -1, -1):  # the longest that begins at i
        later = length[i + 1 :][y[i + 1 :] < y[i]]
        length[i] = 1 + (int(later.max()) if len(later) else 0)
    rows = [int(np.argmax(length))]
    while length[rows[-1]] > 1:
        i = rows[-1]
        follow = np.flatnonzero((y[i + 1 :] < y[i]) & (length[i + 1 :] == length[i] - 1))
        rows.append(i + 1 + int(follow[0]))
    return np.array(rows)


RULES: dict[str, Callable[[Array, Array], float | None]] = {
    "steepest": steepest,
    "valley": valley,
    "minimum": minimum,
    "longest_slope": longest_slope,
}
