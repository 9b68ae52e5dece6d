"""Shapley values: what each parameter shares in a whole, what is done together split fairly.

L. Shapley, 1953. Of the variance over the space: A. Owen, SIAM/ASA J. Uncertainty Quantification 2 (2014); estimated
as by E. Song, B. Nelson & J. Staum, ibid. 4 (2016). Of the gain of one configuration over another: the game whose
coalition has the values of the one, all others those of the other.
"""

from __future__ import annotations

__all__ = ["Attribution", "shapley"]

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.analysis.importance.bootstrap import around
from tunewright.analysis.importance.bootstrap import resamples as drawn
from tunewright.analysis.importance.mixing import mixed, point_of
from tunewright.analysis.importance.options import checked
from tunewright.analysis.importance.ranking import ordered, ranked
from tunewright.analysis.importance.result import Importance
from tunewright.analysis.importance.table import Table, forest_of, table_of
from tunewright.numerics.forest import Forest
from tunewright.numerics.sampling import generator, purpose
from tunewright.study import Study

Array = NDArray[np.float64]
Coalitions = NDArray[np.bool_]
Worth = Callable[[Coalitions], Array]
"""Of coalitions (k, d): (k,)."""

_ORDERS = purpose("importance/shapley")
_POINTS = 1_024, 512  # of the space, for the estimate and for each repetition
_FEWER = 4  # times fewer trees for each repetition
_EXACT = 8  # parameters, up to which every coalition is looked at; of one configuration twelve


@dataclass(frozen=True)
class Attribution(Importance):
    """As :class:`~tunewright.analysis.importance.result.Importance`: signed shares of a gain.

    Attributes:
        start: the metric of the configuration that was compared with.
        end: the metric of the one that was explained. The values sum to what it gains.
    """

    start: float = math.nan
    end: float = math.nan


def shapley(
    data: Study | ArrayLike,
    y: ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
    config: Mapping[str, Any] | None = None,
    start: Mapping[str, Any] | None = None,
    objective: str | None = None,
    weights: Mapping[str, float] | None = None,
    quantile: float | None = None,
    orders: int = 64,
    trees: int = 64,
    resamples: int = 10,
    seed: int = 0,
    threads: int = 2,
) -> Importance:
    """Return the Shapley value of each parameter, in the variance over the space or in the gain of one configuration.

    Args:
        data: a study, whose complete trials count; or points (n, d), one row a configuration.
        y: their scores (n,), less is better; not for a study.
        names: of the columns of points.
        config: the configuration to explain; ``None``: the variance over the whole space, as shares of it.
        start: the configuration it is compared with; ``None``: the middle of every range.
        objective: which, of a study with several.
        weights: of the objectives, each brought to [0, 1], instead of one of them.
        quantile: losses above this quantile count as it, so that differences among the good ones matter.
        orders: beyond 8 parameters (12 for one configuration) values are means over so many random orders.
        trees: of the forest.
        resamples: how often all is repeated on trials drawn anew, for the intervals; 0: none.
        seed: of all that is random.
        threads: to grow trees with; nothing depends on it.

    Raises:
        StudyError: there is too little to learn from; the message says what is missing.
        ConfigError: a configuration is not in the space.
        TypeError, ValueError: arguments that do not fit.
    """
    checked(trees=trees, threads=threads, orders=orders, least=1)
    checked(resamples=resamples, seed=seed)
    table = table_of(data, y, names=names, objective=objective, weights=weights, quantile=quantile)

    def grown(part: Table, number: int) -> Forest:
        return forest_of(
            part, trees=trees if number == 0 else max(1, trees // _FEWER), seed=seed + number, threads=threads
        )

    def variance(part: Table, number: int, left: NDArray[np.intp]) -> Array:
        worth = _variances(part, grown(part, number), _POINTS[number > 0], seed)
        return _values(worth, len(part.names), orders, seed, _EXACT)

    if config is None:
        if start is not None:
            raise TypeError("start is what config is compared with: name both or neither")
        return ranked("Shapley effects", table, variance, resamples, seed)
    first, last = point_of(table, start, "middle"), point_of(table, config, "best")

    def gain(part: Table, number: int) -> Array:
        forest = grown(part, number)
        return _values(
            lambda chosen: -forest.predict(mixed(table, first, last, chosen))[0], len(first), orders, seed, _EXACT + 4
        )

    again = [gain(table.taken(rows), k + 1) for k, (rows, _) in enumerate(drawn(len(table.y), resamples, seed))]
    ends = grown(table, 0).predict(mixed(table, first, last, np.eye(2, 1, -1, dtype=bool) | np.zeros(len(first), bool)))
    return _attribution(table, gain(table, 0), again, table.sign * ends[0])


def _attribution(table: Table, values: Array, again: Sequence[Array], ends: Array) -> Attribution:
    interval = around(values, again, len(table.y))
    shares = np.abs(values) / max(np.abs(values).sum(), 1e-300)
    ranking = ordered(table, values, interval, shares)
    ranking["notes"] += (f"predicted {table.metric}: {ends[0]:.5g} at the start, {ends[1]:.5g} at the end",)
    name = "Shapley values of one configuration"
    return Attribution(name, table.metric, **ranking, start=float(ends[0]), end=float(ends[1]))


def _variances(table: Table, forest: Forest, count: int, seed: int) -> Worth:
    """Of each coalition the share of the variance that its parameters explain.

    Two points that have them in common vary together by as much (I. Sobol', 1993).
    """
    points, others = table.spread(count, seed)
    here = forest.predict(points)[0]
    variance = float(np.var(here)) or 1.0

    def worth(coalitions: Coalitions) -> Array:
        shares = np.zeros(len(coalitions))
        for k, chosen in enumerate(coalitions):
            there = forest.predict(np.where(chosen, points, others))[0]
            shares[k] = np.mean((here - here.mean()) * (there - there.mean())) / variance
        return shares

    return worth


def _values(worth: Worth, d: int, orders: int, seed: int, exact: int) -> Array:
    """The Shapley value of each of d players, over all coalitions or over random orders."""
    if d <= exact:
        return _exact(worth, d)
    draws = generator(seed, 0, _ORDERS)
    values = np.zeros(d)
    for _ in range(orders):
        order = draws.permutation(d)
        coalitions = np.zeros((d + 1, d), dtype=bool)
        for k, j in enumerate(order, 1):
            coalitions[k:, j] = True
        values[order] += np.diff(worth(coalitions))
    average: Array = values / orders
    return average


def _exact(worth: Worth, d: int) -> Array:
    """Sum over coalitions without a player of s! (d - s - 1)! / d! times what the player adds to them."""
    codes = np.arange(2**d)
    members = (codes[:, None] >> np.arange(d) & 1).astype(bool)
    values, sizes = worth(members), members.sum(axis=1)
    factors = np.array([1.0 / (d * math.comb(d - 1, s)) for s in range(d)])
    shares = np.zeros(d)
    for j in range(d):
        without = codes[~members[:, j]]
        shares[j] = np.sum(factors[sizes[without]] * (values[without | 1 << j] - values[without]))
    return shares
