"""What cheap learners reach on a data set: how hard it is, and in what way (B. Pfahringer et al., ICML 2000).

n  rows        d  columns        k  columns of the target: one a class, 1 for a row's own and else 0; or one of numbers
"""

from __future__ import annotations

import numpy as np

from tunewright.trial.columns import Array

__all__ = ["landmarks"]

_FOLDS = 5
_RIDGE = 1e-3  # of the rows


def landmarks(x: Array, y: Array) -> dict[str, float]:
    """Scores of three learners in five folds (row i is in fold i mod 5), and of knowing nothing.

    ``landmark/neighbour``: the nearest row by Euclidean distance. ``landmark/stump``: one threshold on the one column
    that leaves the least sum of squares, the mean target on either side. ``landmark/linear``: least squares with a
    small ridge. ``landmark/trivial``: the mean target. The score is the share of rows whose class is predicted, or
    1 - mean squared error / variance for numbers, at least -1.

    Args:
        x: (n, d) standardised, no NaN, n >= 5.
        y: (n, k).
    """
    fold = np.arange(len(x)) % _FOLDS
    learners = {"neighbour": _neighbour, "stump": _stump, "linear": _linear, "trivial": _trivial}
    predicted = {name: np.zeros(y.shape) for name in learners}
    for k in range(min(_FOLDS, len(x))):
        train, test = fold != k, fold == k
        for name, learner in learners.items():
            predicted[name][test] = learner(x[train], y[train], x[test])
    return {f"landmark/{name}": _score(y, guess) for name, guess in predicted.items()}


def _score(y: Array, guess: Array) -> float:
    if y.shape[1] > 1:
        return float((guess.argmax(axis=1) == y.argmax(axis=1)).mean())
    return max(-1.0, float(1.0 - ((y - guess) ** 2).mean() / y.var()))


def _neighbour(x: Array, y: Array, queries: Array) -> Array:
    distances = (x**2).sum(axis=1)[None, :] - 2.0 * queries @ x.T
    nearest: Array = y[np.argmin(distances, axis=1)]
    return nearest


def _stump(x: Array, y: Array, queries: Array) -> Array:
    """Of all thresholds between neighbouring numbers of a column the one that explains most."""
    n = len(x)
    best, cut = -np.inf, (0, np.inf)
    for j, column in enumerate(x.T):
        order = np.argsort(column, kind="stable")
        sums = np.cumsum(y[order], axis=0)
        counts = np.arange(1, n)
        left, right = sums[:-1], sums[-1] - sums[:-1]
        gain = (left**2).sum(axis=1) / counts + (right**2).sum(axis=1) / (n - counts)
        gain[column[order][1:] == column[order][:-1]] = -np.inf
        place = int(np.argmax(gain))
        if gain[place] > best:
            best, cut = float(gain[place]), (j, float(column[order][place] + column[order][place + 1]) / 2)
    j, threshold = cut
    low = x[:, j] <= threshold
    if low.all() or not low.any():
        return _trivial(x, y, queries)
    guess: Array = np.where((queries[:, j] <= threshold)[:, None], y[low].mean(axis=0), y[~low].mean(axis=0))
    return guess


def _linear(x: Array, y: Array, queries: Array) -> Array:
    centre, mean = x.mean(axis=0), y.mean(axis=0)
    x = x - centre
    gram = x.T @ x + _RIDGE * len(x) * np.eye(x.shape[1])
    guess: Array = (queries - centre) @ np.linalg.solve(gram, x.T @ (y - mean)) + mean
    return guess


def _trivial(x: Array, y: Array, queries: Array) -> Array:
    return np.tile(y.mean(axis=0), (len(queries), 1))
