"""The acquisition over a mixed box: its values, and climbs to its local maxima.

==========  =========================================================================================================
x, theta,   the Gaussian process of :mod:`tunewright.numerics.gp`: (n, d) points, (d + 2,) log hyperparameters, (d,)
kinds, ...  0 numeric or 1 categorical, (n, n) lower factor L of Ky, (n,) alpha = inverse of Ky times y
levels      (d,) of a coordinate: 0 continuous; 1 held where it starts; g >= 2 the values (i + 0.5) / g, i = 0 ... g - 1
NaN         an inactive coordinate: it stays NaN
==========  =========================================================================================================

The acquisition is maximised: "log_ei", "ei", "pi" of ``best``, or "lcb", kappa * std - mean. To it are added, if given,
log F((threshold - mean) / std) of a second process over the same coordinates: ``feasibility`` = (x, theta, L, alpha,
threshold); and -1/2 sum precision * (q - centre)^2 over the numeric coordinates: ``prior`` = (centre, precision).
"""

# ruff: noqa: N803, N806 (the factor's name is L)
from __future__ import annotations

__all__ = ["climb", "evaluate"]

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import minimize

from tunewright.reference.acquisition import (
    expected_improvement,
    log_expected_improvement,
    log_probability_of_improvement,
    lower_confidence_bound,
    probability_of_improvement,
)

Vector = NDArray[np.float64]


def evaluate(
    x: ArrayLike,
    theta: ArrayLike,
    kinds: ArrayLike,
    L: ArrayLike,
    alpha: ArrayLike,
    candidates: ArrayLike,
    *,
    family: str = "matern52",
    acquisition: str = "log_ei",
    best: float = 0.0,
    kappa: float = 2.0,
    feasibility: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float] | None = None,
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    threads: int = 1,
) -> NDArray[np.float64]:
    """Return the acquisition at the ``candidates`` (m, d), shape (m,)."""
    kinds = np.asarray(kinds)
    q = np.asarray(candidates, dtype=np.float64)
    values = _acquisition(*_predict(x, theta, kinds, L, alpha, q, family), acquisition, best, kappa)
    if feasibility is not None:
        *process, threshold = feasibility
        other_x, other_theta, other_L, other_alpha = process
        prediction = _predict(other_x, other_theta, kinds, other_L, other_alpha, q, family)
        values = values + log_probability_of_improvement(*prediction, threshold)[0]
    if prior is not None:
        centre, precision = (np.asarray(array, dtype=np.float64) for array in prior)
        counted = (kinds == 0) & (precision > 0)
        distance = np.nan_to_num(q - centre)[:, counted]  # an inactive coordinate adds nothing
        values = values - 0.5 * (precision[counted] * distance**2).sum(axis=1)
    return values


def climb(
    x: ArrayLike,
    theta: ArrayLike,
    kinds: ArrayLike,
    L: ArrayLike,
    alpha: ArrayLike,
    starts: ArrayLike,
    levels: ArrayLike,
    *,
    family: str = "matern52",
    acquisition: str = "log_ei",
    best: float = 0.0,
    kappa: float = 2.0,
    feasibility: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float] | None = None,
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    iterations: int = 100,
    tolerance: float = 1e-6,
    threads: int = 1,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a local maximum above every one of the ``starts`` (s, d): points (s, d) and values (s,).

    Rounds of a bounded quasi-Newton ascent in the continuous coordinates and of one sweep of :func:`_neighbours` over
    the coordinates with levels, until a round gains no more than ``tolerance``; ``iterations`` bounds the ascents.
    """

    def value(points: Vector) -> Vector:
        return evaluate(
            x, theta, kinds, L, alpha, points, family=family, acquisition=acquisition, best=best, kappa=kappa,
            feasibility=feasibility, prior=prior,
        )  # fmt: skip

    levels = np.asarray(levels)
    points = np.array(starts, dtype=np.float64)
    for i, start in enumerate(points):
        points[i] = _climb(value, start, np.asarray(kinds), levels, iterations, tolerance)
    return points, value(points)


def _climb(
    value: Callable[[Vector], Vector],
    point: Vector,
    kinds: Vector,
    levels: NDArray[np.int64],
    iterations: int,
    tolerance: float,
) -> Vector:
    point, reached = point.copy(), -np.inf
    while (now := value(point[None])[0]) > reached + (tolerance if np.isfinite(reached) else 0.0):
        reached = now
        continuous = np.flatnonzero((levels == 0) & ~np.isnan(point))
        if continuous.size:
            point = _ascend(value, point, continuous, iterations, tolerance)
        for j in np.flatnonzero((levels >= 2) & ~np.isnan(point)):
            moves = _neighbours(point, j, int(levels[j]), categorical=bool(kinds[j]))
            values = value(moves)
            if values.max() > value(point[None])[0]:
                point = moves[values.argmax()]
    return point


def _ascend(
    value: Callable[[Vector], Vector], point: Vector, continuous: NDArray[np.intp], iterations: int, tolerance: float
) -> Vector:
    def loss(coordinates: Vector) -> float:
        moved = point.copy()
        moved[continuous] = coordinates
        return -float(value(moved[None])[0])

    options = {"maxiter": iterations, "gtol": tolerance}
    bounds = [(0.0, 1.0)] * len(continuous)
    found = minimize(loss, point[continuous], method="L-BFGS-B", bounds=bounds, options=options)
    moved = point.copy()
    moved[continuous] = np.clip(found.x, 0, 1)
    return moved if value(moved[None])[0] > value(point[None])[0] else point


def _neighbours(point: Vector, j: np.intp, levels: int, *, categorical: bool) -> Vector:
    """``point`` with coordinate j at each other level; a numeric one moves by 1, 2, 4, 8 ... levels, down before up."""
    here = min(int(point[j] * levels), levels - 1)
    if categorical:
        targets = [level for level in range(levels) if level != here]
    else:
        jumps = [step * 2**k for k in range(levels.bit_length()) for step in (-1, 1)]
        targets = [here + jump for jump in jumps if 0 <= here + jump < levels]
    moves = np.repeat(point[None], len(targets), axis=0)
    moves[:, j] = (np.array(targets) + 0.5) / levels
    return moves


def _acquisition(mean: Vector, std: Vector, name: str, best: float, kappa: float) -> Vector:
    if name == "lcb":
        return -lower_confidence_bound(mean, std, kappa)[0]
    functions = {"log_ei": log_expected_improvement, "ei": expected_improvement, "pi": probability_of_improvement}
    return functions[name](mean, std, best)[0]


def _predict(
    x: ArrayLike,
    theta: ArrayLike,
    kinds: Vector,
    L: ArrayLike,
    alpha: ArrayLike,
    q: Vector,
    family: str,
) -> tuple[Vector, Vector]:
    """Mean and standard deviation at q: k' alpha and the root of s2 - |L^-1 k|^2."""
    theta = np.asarray(theta, dtype=np.float64)
    signal = np.exp(theta[-2])
    k = signal * _correlation(_distance(np.asarray(x, dtype=np.float64), q, np.exp(theta[:-2]), kinds), family)
    v = solve_triangular(np.asarray(L, dtype=np.float64), k, lower=True)
    return k.T @ np.asarray(alpha, dtype=np.float64), np.sqrt(np.maximum(signal - (v * v).sum(axis=0), 0.0))


def _distance(x: Vector, q: Vector, lengths: Vector, kinds: Vector) -> Vector:
    """r (n, m): a coordinate that one of two points lacks is at distance 1, one that both lack at 0."""
    difference = np.abs(x[:, None, :] - q[None, :, :])
    difference = np.where(kinds == 1, difference != 0, difference)
    lacking = np.isnan(x)[:, None, :], np.isnan(q)[None, :, :]
    difference = np.where(lacking[0] | lacking[1], lacking[0] ^ lacking[1], difference)
    return np.asarray(np.sqrt(((difference / lengths) ** 2).sum(axis=2)))


def _correlation(r: Vector, family: str) -> Vector:
    if family == "rbf":
        return np.asarray(np.exp(-0.5 * r * r))
    s = np.sqrt({"matern52": 5, "matern32": 3}[family]) * r
    return np.asarray((1 + s + (s * s / 3 if family == "matern52" else 0)) * np.exp(-s))
