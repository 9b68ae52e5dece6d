"""Functional ANOVA: how much of the variance over the whole space is of each parameter, alone and with others.

F. Hutter, H. Hoos & K. Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014. There
each tree is decomposed alone; here it is the mean of all trees, the forest's prediction, which follows the losses more
closely than a single tree and has less noise in it that would pass for interactions.
"""

from __future__ import annotations

__all__ = ["FunctionalAnova", "Pair", "fanova"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.analysis.importance.advice import advice_of
from tunewright.analysis.importance.bootstrap import Interval, around, resamples
from tunewright.analysis.importance.marginal import Marginal, effect_of, marginal_of
from tunewright.analysis.importance.options import checked
from tunewright.analysis.importance.ranking import ordered
from tunewright.analysis.importance.result import Importance, ranked_text
from tunewright.analysis.importance.table import Table, forest_of, table_of
from tunewright.numerics.forest import Forest
from tunewright.study import Study

Array = NDArray[np.float64]

_CELLS = 64
_POINTS = 4_096, 512  # of the space, for the estimate and for each repetition
_FEWER = 4  # times fewer trees for each repetition
_MOST = 12  # parameters all pairs of which are looked at


@dataclass(frozen=True)
class Pair:
    """The interaction of two parameters: the share of the variance that is of both and of neither alone."""

    names: tuple[str, str]
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class FunctionalAnova(Importance):
    """As :class:`~tunewright.analysis.importance.result.Importance`, and what parameters do together.

    The value of a parameter is its total effect: the share of the variance that is gone once the parameter is known
    along with all others, its interactions included. ``main``, ``main_low`` and ``main_high`` in :attr:`extras` are of
    its main effect: the share that its own curve explains.

    Attributes:
        pairs: the interactions, the largest first.
        marginals: the curve of each parameter.
    """

    pairs: tuple[Pair, ...] = ()
    marginals: Mapping[str, Marginal] = field(default_factory=dict)

    def __str__(self) -> str:
        text = super().__str__()
        if not self.pairs:
            return text
        columns: dict[str, list[Any]] = {
            "interaction": [" × ".join(pair.names) for pair in self.pairs],
            "share": [pair.value for pair in self.pairs],
            "low": [pair.low for pair in self.pairs],
            "high": [pair.high for pair in self.pairs],
        }
        return text + "\n" + ranked_text("Interactions", columns, (), ())


def fanova(
    data: Study | ArrayLike,
    y: ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
    objective: str | None = None,
    weights: Mapping[str, float] | None = None,
    quantile: float | None = None,
    pairs: int = 5,
    trees: int = 64,
    resamples: int = 20,
    seed: int = 0,
    threads: int = 2,
) -> FunctionalAnova:
    """Return how much of the variance over the whole space is of each parameter.

    A forest is fitted to the losses. Main effects are exact over the boxes of its leaves, interactions are exact means
    over 64 x 64 cells; total effects and the variance itself are averages over 4,096 quasi-random points (M. Jansen,
    Computer Physics Communications 117, 1999). A conditional parameter counts where it exists: whether it
    does is of the parameters that decide it.

    Args:
        data: a study, whose complete trials count; or points (n, d), one row a configuration.
        y: their scores (n,), less is better; not for a study.
        names: of the columns of points.
        objective: which, of a study with several.
        weights: of the objectives, each brought to [0, 1], instead of one of them.
        quantile: losses above this quantile count as it, so that differences among the good ones matter.
        pairs: how many interactions to tell, the largest; of more than 12 parameters those of the first 12.
        trees: of the forest.
        resamples: how often all is repeated on trials drawn anew, for the intervals; 0: none.
        seed: of all that is random.
        threads: to grow trees with; nothing depends on it.

    Raises:
        StudyError: there is too little to learn from; the message says what is missing.
        TypeError, ValueError: arguments that do not fit.
    """
    checked(trees=trees, threads=threads, least=1)
    checked(pairs=pairs, resamples=resamples, seed=seed)
    table = table_of(data, y, names=names, objective=objective, weights=weights, quantile=quantile)
    forest = forest_of(table, trees=trees, seed=seed, threads=threads)
    total, main = _effects(table, forest, _POINTS[0], seed)
    order = np.argsort(-total, kind="stable")
    together = _strongest(table, forest, order[:_MOST], pairs, seed)
    again: list[tuple[Array, Array, Array]] = []
    for number, (rows, _) in enumerate(_drawn(len(table.y), resamples, seed)):
        part = table.taken(rows)
        small = forest_of(part, trees=max(1, trees // _FEWER), seed=seed + number + 1, threads=threads)
        again.append((*_effects(part, small, _POINTS[1], seed), _shares(part, small, list(together), seed)))
    n = len(table.y)
    ends = [around(np.array(figure), [draw[k] for draw in again], n, floor=0.0) for k, figure in
            enumerate((total, main, list(together.values())))]  # fmt: skip
    shares = total / max(total.sum(), 1e-300)
    ranking = ordered(table, total, ends[0], shares)
    order = np.array([table.names.index(name) for name in ranking["names"]])
    told = {"main": main, "main_low": ends[1].low, "main_high": ends[1].high}
    return FunctionalAnova(
        "functional ANOVA",
        table.metric,
        **ranking,
        advice=advice_of(table, shares),
        extras={name: tuple(column[order].tolist()) for name, column in told.items()},
        pairs=_pairs(table, together, ends[2]),
        marginals={table.names[j]: marginal_of(table, forest, int(j)) for j in order},
    )


def _pairs(table: Table, together: Mapping[tuple[int, int], float], ends: Interval) -> tuple[Pair, ...]:
    edges = zip(ends.low.tolist(), ends.high.tolist(), strict=True)
    rows = zip(together.items(), edges, strict=True)
    return tuple(Pair((table.names[i], table.names[j]), value, *edge) for ((i, j), value), edge in rows)


_drawn = resamples


def _effects(table: Table, forest: Forest, count: int, seed: int) -> tuple[Array, Array]:
    """Total and main effects (d,) each, as shares of the variance."""
    d = len(table.names)
    points, others = table.spread(count, seed)
    here = forest.predict(points)[0]
    variance = float(np.var(here)) or 1.0
    total, main, edges = np.zeros(d), np.zeros(d), _edges(forest, d)
    for j in range(d):
        moved = points.copy()
        moved[:, j] = np.where(np.isnan(points[:, j]), np.nan, _present(table, others, j))
        total[j] = 0.5 * np.mean((forest.predict(moved)[0] - here) ** 2) / variance
        main[j] = effect_of(table, forest, j, edges[j]) / variance
    return total, np.minimum(main, total)


def _present(table: Table, points: Array, j: int) -> Array:
    """Values of coordinate j that exist, (n,): those of the points, cyclically where theirs do not."""
    known = points[~np.isnan(points[:, j]), j]
    if not len(known):
        return np.full(len(points), np.nan)
    return np.resize(known, len(points))


def _edges(forest: Forest, d: int) -> list[Array]:
    """All thresholds of each coordinate that lie inside (0, 1), ascending."""
    columns = [forest.nodes(t)[:2] for t in range(len(forest))]
    feature = np.concatenate([column for column, _ in columns])
    threshold = np.concatenate([column for _, column in columns])
    inside = (threshold > 0.0) & (threshold < 1.0)
    return [np.unique(threshold[inside & (feature == j)]) for j in range(d)]


def _strongest(
    table: Table, forest: Forest, among: NDArray[np.intp], count: int, seed: int
) -> dict[tuple[int, int], float]:
    """The ``count`` largest interactions."""
    if not count:
        return {}
    every = [(int(min(i, j)), int(max(i, j))) for i, j in combinations(among, 2)]
    shares = _shares(table, forest, every, seed)
    best = np.argsort(-shares, kind="stable")[:count]
    return {every[k]: float(shares[k]) for k in best}


def _shares(table: Table, forest: Forest, pairs: Sequence[tuple[int, int]], seed: int) -> Array:
    """The interaction of each pair as a share of the variance."""
    variance = float(np.var(forest.predict(table.spread(_POINTS[1], seed)[0])[0])) or 1.0
    return np.array([_interaction(table, forest, i, j) / variance for i, j in pairs])


def _interaction(table: Table, forest: Forest, i: int, j: int) -> float:
    means = forest.marginal_pair(i, j, table.absent, cells=_CELLS)
    rows, columns = (
        np.append(np.full(size, (1.0 - table.absent[k]) / size), table.absent[k])
        for k, size in zip((i, j), np.array(means.shape) - 1, strict=True)
    )
    apart = means - (means @ columns)[:, None] - rows @ means + rows @ means @ columns
    return float(rows @ apart**2 @ columns)
