"""Permutation: how much worse trials are predicted once the values of a parameter are shuffled among them."""

from __future__ import annotations

__all__ = ["permutation"]

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.analysis.importance.advice import advice_of
from tunewright.analysis.importance.bootstrap import Interval
from tunewright.analysis.importance.bootstrap import resamples as drawn
from tunewright.analysis.importance.options import checked
from tunewright.analysis.importance.ranking import ordered
from tunewright.analysis.importance.result import Importance
from tunewright.analysis.importance.table import Table, forest_of, table_of
from tunewright.numerics.sampling import generator, purpose
from tunewright.study import Study

Array = NDArray[np.float64]

_SHUFFLES = purpose("importance/permutation")
_TREES = 16


def permutation(
    data: Study | ArrayLike,
    y: ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
    objective: str | None = None,
    weights: Mapping[str, float] | None = None,
    quantile: float | None = None,
    repeats: int = 5,
    resamples: int = 20,
    seed: int = 0,
    threads: int = 2,
) -> Importance:
    """Return by how much the squared error of a forest grows once a parameter is shuffled, in variances of the losses.

    Each of ``resamples`` forests is fitted to trials drawn with replacement and judged on those that were not drawn, so
    that what merely fits noise counts nothing: such a parameter is near 0, and may be below. The value is the mean of
    the forests, the interval holds nine in ten of them (L. Breiman, Machine Learning 45, 2001, section 10).

    Args:
        data: a study, whose complete trials count; or points (n, d), one row a configuration.
        y: their scores (n,); not for a study.
        names: of the columns of points.
        objective: which, of a study with several.
        weights: of the objectives, each brought to [0, 1], instead of one of them.
        quantile: losses above this quantile count as it, so that differences among the good ones matter.
        repeats: how often each parameter is shuffled.
        resamples: how many forests, 2 at least.
        seed: of all that is random.
        threads: to grow trees with; nothing depends on it.

    Raises:
        StudyError: there is too little to learn from; the message says what is missing.
        TypeError, ValueError: arguments that do not fit.
    """
    checked(repeats=repeats, threads=threads, least=1)
    checked(resamples=resamples, least=2)
    checked(seed=seed)
    table = table_of(data, y, names=names, objective=objective, weights=weights, quantile=quantile)
    figures = np.array(
        [
            _losses(table, rows, left, repeats, seed, number, threads)
            for number, (rows, left) in enumerate(drawn(len(table.y), resamples, seed))
            if len(left)
        ]
    )
    values = figures.mean(axis=0)
    low, high = np.quantile(figures, [0.05, 0.95], axis=0)
    positive = np.maximum(values, 0.0)
    shares = positive / max(positive.sum(), 1e-300)
    ranking = ordered(table, values, Interval(low, high), shares)
    return Importance("permutation", table.metric, **ranking, advice=advice_of(table, shares))


def _losses(
    table: Table, rows: NDArray[np.intp], left: NDArray[np.intp], repeats: int, seed: int, number: int, threads: int
) -> Array:
    """What shuffling each parameter costs one forest on the rows it has not seen, (d,)."""
    forest = forest_of(table.taken(rows), trees=_TREES, seed=seed + number + 1, threads=threads)
    x, y = table.x[left], table.y[left]
    scale = float(np.var(table.y))
    before = np.mean((forest.predict(x)[0] - y) ** 2)
    draws = generator(seed, number, _SHUFFLES)
    costs = np.zeros(x.shape[1])
    for _ in range(repeats):
        order = draws.permutation(len(x))
        for j in range(x.shape[1]):
            shuffled = x.copy()
            shuffled[:, j] = x[order, j]
            costs[j] += np.mean((forest.predict(shuffled)[0] - y) ** 2) - before
    average: Array = costs / (repeats * scale)
    return average
