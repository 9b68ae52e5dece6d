"""Racing: configurations are run on seed after seed, and those that are shown to be worse run no more.

r        seeds so far
k        configurations still in the race, k₀ at its start
losses   less is better, a row a seed, a column a configuration, shape (r, k)
α        chance that the best configuration is ever dropped
looks    how often the race looks in all: each look spends α / looks
"""

from __future__ import annotations

__all__ = ["METHODS", "Standing", "dropped", "standings"]

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit
from scipy.stats import rankdata

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

METHODS = ("friedman", "t", "hoeffding", "bernstein")


def dropped(
    losses: npt.ArrayLike,
    *,
    alpha: float = 0.05,
    looks: int = 1,
    rivals: int | None = None,
    method: str = "friedman",
    span: float | None = None,
) -> Mask:
    """Which configurations this look shows to be worse than the one that leads, shape (k,).

    Args:
        losses: of the configurations in the race on the same seeds, shape (r, k), finite.
        alpha: chance over the whole race that the best one is dropped.
        looks: how many looks the race has in all.
        rivals: configurations at its start, k₀; k by default.
        method: ``"friedman"``: ranks within each seed, a configuration is dropped where its mean rank is behind the
            leader's by Conover's comparison at α / looks / (k₀ - 1) (F-race, M. Birattari et al., GECCO 2002, whose
            own levels are not corrected for looks and rivals). ``"t"``: one-sided paired t-tests at the same level,
            exact for normal losses. ``"hoeffding"`` and ``"bernstein"``: the interval of a configuration's mean is
            above that of the leader; these hold for any distribution within ``span`` (O. Maron, A. Moore, NIPS 1993;
            J.-Y. Audibert et al., Theoretical Computer Science 410, 2009).
        span: largest minus smallest possible loss, for the last two.

    Raises:
        ValueError: an unknown method, no span where one is needed, losses beyond it.
    """
    table = np.array(losses, dtype=np.float64)
    if table.ndim != 2 or not np.isfinite(table).all():
        raise ValueError(f"losses must be finite, a row a seed, shape (r, k); got shape {table.shape}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(map(repr, METHODS))}; got {method!r}")
    r, k = table.shape
    level = alpha / looks
    if not r:
        return np.zeros(k, dtype=bool)
    start = k if rivals is None else rivals
    if method in ("hoeffding", "bernstein"):
        return _by_bounds(table, level / start, method, _span(span, table, method))
    if k < 2 or r < 2:
        return np.zeros(k, dtype=bool)
    each = level / (start - 1)
    return _by_ranks(table, each) if method == "friedman" else _by_t(table, each)


def _by_ranks(table: Array, level: float) -> Mask:
    """Mean ranks against the least one (W. J. Conover, Practical Nonparametric Statistics, 3rd ed., eq. 5.8.6)."""
    r, k = table.shape
    ranks = rankdata(table, axis=1)
    sums = ranks.sum(axis=0)
    total = float((ranks**2).sum())
    left = total - float((sums**2).sum()) / r
    behind = sums - sums.min()
    if left <= 1e-9 * total:  # all seeds rank alike: chance of it for two given configurations
        return np.asarray((behind > 0) & (2.0**-r < level))
    freedom = (r - 1) * (k - 1)
    unit = math.sqrt(2 * r * left / freedom)
    return np.asarray(behind > float(-stdtrit(freedom, level)) * unit)


def _by_t(table: Array, level: float) -> Mask:
    r = len(table)
    differences = table - table[:, [int(table.mean(axis=0).argmin())]]
    sems = differences.std(axis=0, ddof=1) / math.sqrt(r)
    return np.asarray((sems > 0) & (differences.mean(axis=0) > float(-stdtrit(r - 1, level)) * sems))


def _by_bounds(table: Array, level: float, method: str, span: float) -> Mask:
    """``level``: chance that one of the two bounds of one mean does not hold."""
    r = len(table)
    means = table.mean(axis=0)
    if method == "hoeffding":
        reach = np.full(len(means), span * math.sqrt(math.log(2.0 / level) / (2 * r)))
    else:
        depth = math.log(3.0 / level)
        reach = table.std(axis=0) * math.sqrt(2 * depth / r) + 3 * span * depth / r  # Audibert et al., theorem 1
    return np.asarray(means - reach > (means + reach).min())


def _span(span: float | None, table: Array, method: str) -> float:
    if span is None or not 0.0 < span < math.inf:
        raise ValueError(
            f"method={method!r} needs span=, the largest minus the smallest possible value (1 for an accuracy); "
            f"got {span!r}"
        )
    if np.ptp(table, axis=0).max(initial=0.0) > span:
        raise ValueError(f"span={span!r} is less than the range of the losses seen, {np.ptp(table)!r}")
    return float(span)


@dataclass(frozen=True)
class Standing:
    """How a configuration stands: its mean loss and the bound that it is not above with the stated confidence."""

    column: int
    seeds: int
    mean: float
    bound: float


def standings(columns: Sequence[npt.ArrayLike], confidence: float = 0.95) -> list[Standing]:
    """Configurations by their upper bound of the mean loss (one-sided t), the safest first.

    Args:
        columns: the losses of each, shape (rᵢ,), rᵢ at least 1; the bound of a single one is infinite.
        confidence: of each bound.
    """
    found = []
    for j, column in enumerate(columns):
        values = np.array(column, dtype=np.float64)
        n = len(values)
        reach = math.inf
        if n > 1:
            reach = float(stdtrit(n - 1, confidence) * values.std(ddof=1) / math.sqrt(n))
        found.append(Standing(j, n, float(values.mean()), float(values.mean()) + reach))
    return sorted(found, key=lambda s: (s.bound, s.mean, s.column))
