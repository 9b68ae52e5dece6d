"""The expected hypervolume improvement of several Gaussian processes over a mixed box: its values, and climbs.

==========  =========================================================================================================
processes   one (x, theta, factor, alpha) of :mod:`tunewright.reference.gp` for each of m objectives, independent
lower       corners of disjoint boxes that make up what no point of the front dominates, (k, m); -inf is allowed
upper       (k, m)
==========  =========================================================================================================

All else is as in :mod:`tunewright.reference.maximise`.
"""

from __future__ import annotations

__all__ = ["climb_front", "evaluate_front", "log_expected_hypervolume_improvement"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, logsumexp

from tunewright.reference.acquisition import log_probability_of_improvement, logarithm_of_h, standardised
from tunewright.reference.gp import predict
from tunewright.reference.maximise import added, climbed

Vector = NDArray[np.float64]
Triple = tuple[Vector, Vector, Vector]


def evaluate_front(
    processes: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]],
    kinds: ArrayLike,
    candidates: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    family: str = "matern52",
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]] = (),
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    threads: int = 1,
) -> NDArray[np.float64]:
    """Return log EHVI, with what is added to it, at the ``candidates`` (c, d), shape (c,)."""
    q, kinds = np.asarray(candidates, dtype=np.float64), np.asarray(kinds)
    moments = [predict(x, theta, kinds, factor, alpha, q, family=family) for x, theta, factor, alpha in processes]
    mean, variance = (np.stack(columns, axis=1) for columns in zip(*moments, strict=True))
    values = log_expected_hypervolume_improvement(mean, np.sqrt(variance), lower, upper)[0]
    total: NDArray[np.float64] = values + added(q, kinds, family=family, feasibility=feasibility, prior=prior)
    return total


def climb_front(
    processes: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]],
    kinds: ArrayLike,
    starts: ArrayLike,
    levels: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    family: str = "matern52",
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]] = (),
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    bounds: tuple[ArrayLike, ArrayLike] | None = None,
    iterations: int = 100,
    tolerance: float = 1e-6,
    threads: int = 1,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a local maximum above every one of the ``starts`` (s, d): points (s, d) and values (s,)."""
    types, counts = np.asarray(kinds), np.asarray(levels)

    def value(points: Vector) -> Vector:
        return evaluate_front(
            processes, types, points, lower, upper, family=family, feasibility=feasibility, prior=prior
        )

    points = climbed(value, starts, types, counts, bounds, iterations, tolerance)
    return points, value(points)


def log_expected_hypervolume_improvement(mean: ArrayLike, std: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Triple:
    """Return the logarithm of the sum over boxes of the products of G(upper) - G(lower), G(c) = E max(c - output, 0).

    A side's factor is the integral of F((c - mean) / std) over c from lower to upper: where the difference of its
    antiderivative would cancel it is taken by Gauss-Legendre quadrature.
    """
    means, stds = (np.asarray(numbers, dtype=np.float64) for numbers in (mean, std))
    low, high = (np.asarray(corners, dtype=np.float64) for corners in (lower, upper))
    real = (low < high).all(axis=1)
    value = np.full(len(means), -np.inf)
    d_mean, d_std = np.zeros(means.shape), np.zeros(means.shape)
    for i, (m, s) in enumerate(zip(means, stds, strict=True) if real.any() else ()):
        with np.errstate(all="ignore"):  # in the branches that are not taken
            logs, by_mean, by_std = _sides(m, s, low[real], high[real])
        value[i] = logsumexp(logs.sum(axis=1))
        shares = np.exp(logs.sum(axis=1) - value[i])[:, None]
        d_mean[i], d_std[i] = (shares * by_mean).sum(axis=0), (shares * by_std).sum(axis=0)
    return value, d_mean, d_std


def _sides(mean: Vector, std: Vector, lower: Vector, upper: Vector) -> Triple:
    """The logarithms, (k, m), of the boxes' factors, and their derivatives."""
    (high, scale), (low, _) = standardised(mean, std, upper), standardised(mean, std, lower)
    wide = np.exp(logarithm_of_h(low)[0] - logarithm_of_h(high)[0]) < 0.9
    logs, by_mean, by_std = (
        np.where(wide, one, other)
        for one, other in zip(_difference(low, high), _integral(low, (upper - lower) / scale), strict=True)
    )
    return np.log(scale) + logs, by_mean / scale, by_std / scale


def _difference(low: Vector, high: Vector) -> Triple:
    """log (h(high) - h(low)), and -(F(high) - F(low)) and f(high) - f(low) over that difference."""
    upper, lower = logarithm_of_h(high), logarithm_of_h(low)
    left = np.exp(lower[0] - upper[0])
    return (
        upper[0] + np.log1p(-left),
        -(upper[1] - left * lower[1]) / (1 - left),
        (upper[2] - left * lower[2]) / (1 - left),
    )


def _integral(low: Vector, width: Vector) -> Triple:
    """The same as integrals of F, f and -z f from ``low`` on, by the rule of Gauss and Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(12)
    z = low[..., None] + 0.5 * (nodes + 1) * width[..., None]
    masses = log_ndtr(z) + np.log(0.5 * weights * width[..., None])
    total = logsumexp(masses, axis=-1)
    slopes = np.exp(masses - total[..., None]) * -log_probability_of_improvement(-z, 1.0, 0.0)[1]
    return total, -slopes.sum(axis=-1), -(z * slopes).sum(axis=-1)
