"""How large a difference is, with an interval: Hedges' g, Cliff's delta, Vargha and Delaney's A12; bootstrap.

All are positive (A12: above 0.5) where ``a`` is the larger. ``confidence`` is the level of the interval.
"""

from __future__ import annotations

__all__ = ["a12", "bootstrap", "cliffs_delta", "hedges_g", "magnitude"]

import math
from typing import Any

import numpy as np
import scipy.stats as sps
from scipy.optimize import brentq
from scipy.special import gammaln

from tunewright.analysis.stats.outcome import Interval, joined
from tunewright.analysis.stats.sample import Array, Sample, pair, read
from tunewright.analysis.stats.tests import NO_SPREAD, RANDOM

_NAN = math.nan


def hedges_g(a: Any, b: Any, *, paired: bool = False, confidence: float = 0.95) -> Interval:
    """The difference of means in standard deviations, without the bias of few seeds.

    Args:
        a: scores, two or more; or ``{seed: score}``.
        b: those of the other; with ``paired`` of the same seeds.
        paired: in standard deviations of the paired differences.
        confidence: of the interval, which inverts the noncentral t (exact for normal scores of equal variance).

    L. V. Hedges, Journal of Educational Statistics 6, 1981; G. Cumming, S. Finch, 2001 for the interval.
    """
    x, y, note = _read(a, b, paired=paired)
    if min(x.n, y.n) < 2:
        return _none("Hedges' g", confidence, joined(["two seeds or more of each are needed", note]))
    if paired:
        d = x.values - y.values
        spread, freedom, root = float(d.std(ddof=1)), x.n - 1, math.sqrt(x.n)
    else:
        freedom, root = x.n + y.n - 2, math.sqrt(x.n * y.n / (x.n + y.n))
        squares = ((x.values - x.mean) ** 2).sum() + ((y.values - y.mean) ** 2).sum()
        spread = math.sqrt(float(squares) / freedom)
    if spread <= 1e-13 * max(abs(x.mean), abs(y.mean)):
        return _none("Hedges' g", confidence, joined([NO_SPREAD, note]))
    unbiased = math.exp(gammaln(freedom / 2) - gammaln((freedom - 1) / 2)) / math.sqrt(freedom / 2)  # eq. 6e
    t = (x.mean - y.mean) / spread * root
    tail = (1.0 - confidence) / 2
    low, high = (_noncentrality(t, freedom, p) * unbiased / root for p in (1.0 - tail, tail))
    return Interval("Hedges' g", t / root * unbiased, low, high, confidence, note)


def _noncentrality(t: float, freedom: int, level: float) -> float:
    """The noncentrality at which P(T <= t) is ``level``."""
    width = 4.0 + abs(t)
    low, high = t - width, t + width
    while sps.nct.cdf(t, freedom, low) < level:
        low -= width
    while sps.nct.cdf(t, freedom, high) > level:
        high += width
    return float(brentq(lambda delta: sps.nct.cdf(t, freedom, delta) - level, low, high, xtol=1e-8))


def cliffs_delta(a: Any, b: Any, *, confidence: float = 0.95) -> Interval:
    """P(a > b) - P(a < b) of a random run of each: -1 to 1, whatever the distribution.

    The interval is Cliff's asymmetric one with the consistent variance (N. Cliff, Psychological Bulletin 114, 1993;
    D. Feng, N. Cliff, Journal of Modern Applied Statistical Methods 3, 2004, with quantiles of t).
    """
    x, y, note = _read(a, b, paired=False)
    n, m = x.n, y.n
    if min(n, m) < 1:
        return _none("Cliff's delta", confidence, joined(["a seed or more of each is needed", note]))
    signs = np.sign(x.values[:, None] - y.values[None, :])
    delta = float(signs.mean())
    if min(n, m) < 2:
        why = joined(["two seeds or more of each are needed", note])
        return Interval("Cliff's delta", delta, _NAN, _NAN, confidence, why)
    z = float(sps.t.ppf(0.5 + confidence / 2, n + m - 2))
    if abs(delta) == 1.0:  # no overlap: the bound of Feng & Cliff for a proportion of one
        bound = (min(n, m) - z**2) / (min(n, m) + z**2)
        ends = (bound, 1.0) if delta > 0 else (-1.0, -bound)
        return Interval("Cliff's delta", delta, *ends, confidence, note)
    variance = _delta_variance(signs, delta)
    middle, slack = delta - delta**3, z * math.sqrt(variance * ((1 - delta**2) ** 2 + z**2 * variance))
    scale = 1 - delta**2 + z**2 * variance
    low, high = max(-1.0, (middle - slack) / scale), min(1.0, (middle + slack) / scale)
    return Interval("Cliff's delta", delta, low, high, confidence, note)


def _delta_variance(signs: Array, delta: float) -> float:
    n, m = signs.shape
    rows = ((signs.mean(axis=1) - delta) ** 2).sum() * m**2
    columns = ((signs.mean(axis=0) - delta) ** 2).sum() * n**2
    cells = ((signs - delta) ** 2).sum()
    unbiased = (rows + columns - cells) / (n * m * (n - 1) * (m - 1))
    return float(max(unbiased, (1 - delta**2) / (n * m - 1)))


def a12(a: Any, b: Any, *, confidence: float = 0.95) -> Interval:
    """P(a > b) + P(a = b) / 2 of a random run of each: 0.5 where neither is better.

    A. Vargha, H. D. Delaney, Journal of Educational and Behavioral Statistics 25, 2000; the interval is that of
    :func:`cliffs_delta`, of which it is a rescaling.
    """
    delta = cliffs_delta(a, b, confidence=confidence)
    low, middle, high = ((value + 1.0) / 2.0 for value in (delta.low, delta.estimate, delta.high))
    return Interval("A12", middle, low, high, confidence, delta.note)


def magnitude(delta: float) -> str:
    """Cliff's delta in a word: negligible, small (from 0.147), medium (0.33) or large (0.474)."""
    words = ((0.147, "negligible"), (0.33, "small"), (0.474, "medium"))
    return next((word for limit, word in words if abs(delta) < limit), "large")


def bootstrap(
    a: Any, b: Any, *, paired: bool = True, confidence: float = 0.95, resamples: int = 9999, seed: int = 0
) -> Interval:
    """Bootstrap interval (BCa) of the difference of means; it excludes 0 where the difference is significant.

    Args:
        a: scores, three or more; or ``{seed: score}``.
        b: those of the other, ``paired`` by seed (default) or independent.
        paired: draw seeds, with both of their scores, instead of scores of each.
        confidence: of the interval.
        resamples: how many samples are drawn.
        seed: of the draws.

    Few seeds make bootstrap intervals too narrow; the level is raised so that their width is that of a t interval
    (T. C. Hesterberg, The American Statistician 69, 2015, section 4). BCa: B. Efron, JASA 82, 1987.
    """
    x, y, note = _read(a, b, paired=paired)
    if min(x.n, y.n) < 3:
        return _none("difference of means", confidence, joined(["three seeds or more of each are needed", note]))
    data = (x.values - y.values,) if paired else (x.values, y.values)
    estimate = x.mean - y.mean
    if all(np.ptp(one) <= 1e-13 * np.abs(one).max() for one in data):
        return Interval("difference of means", estimate, _NAN, _NAN, confidence, joined([NO_SPREAD, note]))
    n = min(x.n, y.n)
    t = sps.t.ppf(0.5 + confidence / 2, n - 1 if paired else x.n + y.n - 2)
    level = 1.0 - 2.0 * sps.norm.sf(math.sqrt(n / (n - 1)) * t)
    found = sps.bootstrap(
        data,
        _mean if paired else _difference,
        vectorized=True,
        n_resamples=resamples,
        confidence_level=float(level),
        method="BCa",
        **{RANDOM: np.random.default_rng(seed)},
    ).confidence_interval
    return Interval("difference of means", estimate, float(found.low), float(found.high), confidence, note)


def _mean(differences: Array, axis: int = -1) -> Array:
    return np.asarray(differences.mean(axis=axis))


def _difference(x: Array, y: Array, axis: int = -1) -> Array:
    return np.asarray(x.mean(axis=axis) - y.mean(axis=axis))


def _read(a: Any, b: Any, *, paired: bool) -> tuple[Sample, Sample, str]:
    x, y = read("A", a), read("B", b)
    if not paired:
        return x, y, joined([x.note, y.note])
    x, y, note = pair(x, y)
    return x, y, joined([x.note, y.note, note])


def _none(what: str, confidence: float, why: str) -> Interval:
    return Interval(what, _NAN, _NAN, _NAN, confidence, why)
