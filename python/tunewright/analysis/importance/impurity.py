"""Impurity: what the splits on a parameter take off the variance of the losses."""

from __future__ import annotations

__all__ = ["analyze_hyperparameter_importance", "impurity"]

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.analysis.importance.options import checked
from tunewright.analysis.importance.ranking import ranked
from tunewright.analysis.importance.result import Importance
from tunewright.analysis.importance.table import Table, forest_of, table_of
from tunewright.numerics.forest import Forest
from tunewright.study import Study

Array = NDArray[np.float64]

_FEWER = 4  # times fewer trees for each repetition


def impurity(
    data: Study | ArrayLike,
    y: ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
    objective: str | None = None,
    weights: Mapping[str, float] | None = None,
    quantile: float | None = None,
    trees: int = 100,
    resamples: int = 20,
    seed: int = 0,
    threads: int = 2,
) -> Importance:
    """Return the share of each parameter in what all splits of a forest take off the variance (L. Breiman, 2001).

    Quick, but it flatters parameters with many values, and unimportant ones get what fits the noise: for decisions
    take :func:`fanova`.

    Args:
        data: a study, whose complete trials count; or points (n, d), one row a configuration.
        y: their scores (n,); not for a study.
        names: of the columns of points.
        objective: which, of a study with several.
        weights: of the objectives, each brought to [0, 1], instead of one of them.
        quantile: losses above this quantile count as it, so that differences among the good ones matter.
        trees: of the forest.
        resamples: how often all is repeated on trials drawn anew, for the intervals; 0: none.
        seed: of all that is random.
        threads: to grow trees with; nothing depends on it.

    Raises:
        StudyError: there is too little to learn from; the message says what is missing.
        TypeError, ValueError: arguments that do not fit.
    """
    checked(trees=trees, threads=threads, least=1)
    checked(resamples=resamples, seed=seed)
    table = table_of(data, y, names=names, objective=objective, weights=weights, quantile=quantile)

    def figures(part: Table, number: int, left: NDArray[np.intp]) -> Array:
        count = trees if number == 0 else max(1, trees // _FEWER)
        options = {"features": len(part.names), "min_leaf": 1, "min_split": 2, "thresholds": "middle"}
        return _gains(
            forest_of(part, trees=count, seed=seed + number, threads=threads, options=options), len(part.names)
        )

    return ranked("impurity", table, figures, resamples, seed)


def analyze_hyperparameter_importance(
    X_params: ArrayLike,  # noqa: N803  the name the practitioner's guide uses
    y_scores: ArrayLike,
    param_names: Sequence[str] | None = None,
) -> Array:
    """Print the ranking of the columns of ``X_params`` (n, d) by a forest of 100 trees, and return it, (d,).

    The practitioner's guide's function of that name; see :func:`impurity` for one that says how sure it is.
    """
    found = impurity(X_params, y_scores, names=param_names, resamples=0, seed=42)
    print("Hyperparameter Importance Ranking:")  # noqa: T201  it is what the function is for
    for k, (name, value) in enumerate(zip(found.names, found.values, strict=True), 1):
        print(f"{k}. {name}: {value:.3f}")  # noqa: T201
    table = table_of(X_params, y_scores, names=param_names)
    return np.array([found[name] for name in table.names])


def _gains(forest: Forest, d: int) -> Array:
    """The share of each coordinate (d,) in what splits take off the sum of squares, averaged over trees."""
    shares = np.zeros(d)
    for t in range(len(forest)):
        feature, _, _, _, right, _, variance, weight = forest.nodes(t)
        split = np.flatnonzero(feature >= 0)
        squares = variance * weight
        gains = np.bincount(feature[split], squares[split] - squares[split + 1] - squares[right[split]], minlength=d)
        shares += gains / max(gains.sum(), 1e-300)
    average: Array = shares / max(shares.sum(), 1e-300)
    return average
