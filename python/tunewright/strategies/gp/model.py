"""The Gaussian process of a record: hyperparameters from a checkpoint, the factor brought up to date row by row.

Everything is a function of the evidence alone. What was computed before is kept to save time: a factor that was
extended and one made from nothing go through the same operations, so that they are the same bits.
"""

from __future__ import annotations

__all__ = ["HIGHEST", "Fitting", "Kinds", "Model", "checkpoint", "fitted", "forget", "model_of", "priors"]

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from tunewright.numerics import gp, linalg
from tunewright.strategies.gp.outputs import transformed_with_noise
from tunewright.trial.columns import Array

Kinds = np.ndarray[Any, np.dtype[np.uint8]]

HIGHEST = 1e6
"""A transformed loss that every other one improves on, and all by much the same."""

_LOWEST, _HIGHEST = np.log(0.01), np.log(100.0)  # of a lengthscale
_BENT, _MOST_BENT = 0.75, 2.0  # deviation and bound of the log shapes of a warp
_BLOCK = 8  # rows appended one by one before the factor is made anew
_STEPS = 5, 15  # of a fit: so many from every start, then so many from where the best of them led


@dataclass(frozen=True)
class Fitting:
    """How hyperparameters are chosen: all a fit depends on beside the data."""

    family: str
    outputs: str
    noise: float
    threads: int
    points: int = 240


@dataclass(frozen=True, eq=False)
class Model:
    """A posterior over the transformed losses, and what the kernels need to know of it.

    Attributes:
        x: (n, d) points; the last ones may be pending.
        y: (k,) transformed losses of the first k points.
        noise: (k,) known variance of each of them, beside the common one that is learnt; None: zeros.
        theta: (d + 2,) log lengthscales, log signal variance, log noise variance.
        kinds: (d,) uint8.
        factor: (n, n) lower Cholesky factor.
        alpha: (n,) weights; 0 at pending points, which are believed to be at their mean.
        jitter: added to the diagonal beside the noise.
    """

    x: Array
    y: Array
    noise: Array | None
    theta: Array
    kinds: Kinds
    factor: Array
    alpha: Array
    jitter: float
    fitting: Fitting

    def means(self) -> Array:
        """Posterior mean at the points with a loss, (k,): y - (noise + jitter) alpha, for K alpha is the mean."""
        diagonal = np.exp(self.theta[-1]) + self.jitter + (0.0 if self.noise is None else self.noise)
        means: Array = self.y - diagonal * self.alpha[: len(self.y)]
        return means

    def mean_at(self, points: Array) -> Array:
        """Posterior mean at ``points`` (p, d)."""
        mean: Array = (
            gp.cross_covariance(points, self.x, self.theta, self.kinds, family=self.fitting.family) @ self.alpha
        )
        return mean

    def believing(self, points: Array, best: float) -> tuple[Model, float]:
        """The model that takes the loss at ``points`` (p, d) to be at its mean, and the ``best`` loss with them.

        The mean stays everywhere what it was (so that their weights are 0), the deviation shrinks around them.
        """
        if not len(points):
            return self, best
        mean = self.mean_at(points)
        factor, x = self.factor, self.x
        for point in points:
            factor, x = _appended(factor, x, point, self), np.vstack([x, point])
        alpha = np.concatenate([self.alpha, np.zeros(len(points))])
        return replace(self, x=x, factor=factor, alpha=alpha), min(best, float(mean.min()))


def checkpoint(n: int) -> int:
    """After how many outcomes the hyperparameters in use at ``n`` were fitted: the last step of about 10 %."""
    c = min(n, 40)
    while c + max(1, c // 10) <= n:
        c += max(1, c // 10)
    return c


def model_of(x: Array, losses: Array, kinds: Kinds, fitting: Fitting, sems: Array | None = None) -> Model:
    """The posterior given ``losses`` (n,) at ``x`` (n, d), n >= 1; ``sems`` (n,) are their standard errors or NaN."""
    c = checkpoint(len(x))
    theta = fitted(x[:c], losses[:c], kinds, fitting, None if sems is None else sems[:c])
    y, noise = transformed_with_noise(losses, sems, fitting.outputs)
    if noise is None:
        factor, jitter = _factor(x, theta, kinds, fitting, c)
        return Model(x, y, noise, theta, kinds, factor, linalg.solve(factor, y), jitter, fitting)
    # known noise changes with the transformation, at every new loss in every row: nothing to extend
    options: dict[str, Any] = {"noise": noise, "family": fitting.family, "threads": fitting.threads}
    return Model(x, y, noise, theta, kinds, *gp.factorise(x, y, theta, kinds, **options), fitting)


# -- hyperparameters ----------------------------------------------------------------------------------


def fitted(
    x: Array, losses: Array, kinds: Kinds, fitting: Fitting, sems: Array | None = None, warps: Array | None = None
) -> Array:
    """The most probable hyperparameters, (d + 2,); of many points those of :func:`_representative`.

    With ``warps`` (d,), which says what coordinates are to be bent, the logarithms of the shapes follow, (3d + 2,).
    """
    key = _key(x, losses, kinds, fitting, sems, warps)
    known: Array | None = _fits.get(key)
    if known is not None:
        return known
    y, noise = transformed_with_noise(losses, sems, fitting.outputs)
    rows = _representative(y, fitting.points)
    mean, std, lower, upper = priors(x.shape[1], fitting.noise)
    theta = _starts(x.shape[1])
    if warps is not None:
        reach, none = np.tile(np.where(warps, _MOST_BENT, 0.0), 2), np.zeros(2 * len(warps))
        lower, upper = np.append(lower, -reach), np.append(upper, reach)
        mean, std = np.append(mean, none), np.append(std, none + _BENT)
        theta = np.concatenate([theta, np.tile(none, (len(theta), 1))], axis=1)
    options: dict[str, Any] = {
        "lower": lower, "upper": upper, "prior_mean": mean, "prior_std": std, "tolerance": 1e-2,
        "noise": None if noise is None else noise[rows], "family": fitting.family, "threads": fitting.threads,
    }  # fmt: skip
    for steps in _STEPS:
        theta = gp.fit(x[rows], y[rows], kinds, starts=np.atleast_2d(theta), iterations=steps, **options)[0]
    _remember(_fits, key, theta, 64)
    return theta


def priors(d: int, noise: float) -> tuple[Array, Array, Array, Array]:
    """Mean, standard deviation and bounds, (d + 2,) each, of the log hyperparameters.

    Lengthscales have the log-normal density of Hvarfner, Hellsten & Nardi (ICML 2024), whose scale grows with the
    root of d. As a density of the lengthscale it has its mode at exp(mean - variance), which is where this
    normal density of the logarithm is centred.
    """
    mean = np.append(np.full(d, np.sqrt(2.0) + np.log(max(d, 1)) / 2 - 3.0), [0.0, noise])
    std = np.append(np.full(d, np.sqrt(3.0)), [1.0, 1.0])
    lower = np.append(np.full(d, _LOWEST), [-5.0, -16.0])
    upper = np.append(np.full(d, _HIGHEST), [5.0, 2.0])
    return mean, std, lower, upper


def _starts(d: int) -> Array:
    """A smooth function with little noise, and a rough one with more."""
    root = np.sqrt(max(d, 1))
    return np.array([[*np.full(d, np.log(0.25 * root)), 0.0, -6.0], [*np.full(d, np.log(0.15 * root)), 0.0, -2.0]])


def _representative(y: Array, most: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Ascending rows, at most ``most``: a quarter the best ones, an eighth the newest, the rest of every rank.

    The rest stand for the whole of what was seen: fitted to little but a cluster of good trials, the process believes
    in slopes that lead it far astray.
    """
    n = len(y)
    if n <= most:
        return np.arange(n)
    order = np.argsort(y, kind="stable")
    chosen = np.zeros(n, dtype=bool)
    chosen[order[: most // 4]] = True
    chosen[n - most // 8 :] = True
    others = order[~chosen[order]]
    left = most - int(chosen.sum())
    chosen[others[np.linspace(0, len(others) - 1, left).astype(np.intp)]] = True
    return np.flatnonzero(chosen)


# -- the factor ---------------------------------------------------------------------------------------


def _factor(x: Array, theta: Array, kinds: Kinds, fitting: Fitting, c: int) -> tuple[Array, float]:
    """The factor over all of ``x``: whole up to the last block after row ``c``, the rest row by row."""
    whole = c + (len(x) - c) // _BLOCK * _BLOCK
    key = _key(x[:whole], theta, kinds, fitting)
    known = _factors.get(key)
    if known is None or len(known[0]) > len(x) or not np.array_equal(known[0], x[: len(known[0])], equal_nan=True):
        factor, _, jitter = gp.factorise(x[:whole], np.zeros(whole), theta, kinds, family=fitting.family)
        known = x[:whole], factor, jitter
    rows, factor, jitter = known
    empty = Model(rows, np.zeros(0), None, theta, kinds, factor, np.zeros(0), jitter, fitting)
    for i in range(len(rows), len(x)):
        factor = _appended(factor, x[:i], x[i], empty)
    _remember(_factors, key, (x, factor, jitter), 2)  # each takes n^2 numbers
    return factor, jitter


def _appended(factor: Array, x: Array, point: Array, model: Model) -> Array:
    """The factor with one more point; where rounding spoils the pivot, the diagonal gets what makes it positive."""
    theta = model.theta
    column = gp.cross_covariance(point[None, :], x, theta, model.kinds, family=model.fitting.family)[0]
    diagonal = float(np.exp(theta[-2]) + np.exp(theta[-1])) + model.jitter
    try:
        return linalg.append_row(factor, column, diagonal)
    except np.linalg.LinAlgError:
        return linalg.append_row(factor, column, diagonal + 1e-4 * float(np.exp(theta[-2])))


# -- what was computed before ---------------------------------------------------------------------------

_fits: OrderedDict[bytes, Any] = OrderedDict()
_factors: OrderedDict[bytes, Any] = OrderedDict()
T = TypeVar("T")


def _key(*parts: Any) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(np.ascontiguousarray(part).tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
        digest.update(repr(np.shape(part)).encode())
    return digest.digest()


def _remember(kept: OrderedDict[bytes, T], key: bytes, value: T, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        kept.pop(next(iter(kept)), None)


def forget() -> None:
    """Drop everything kept, to time what an ask costs from nothing."""
    _fits.clear()
    _factors.clear()
