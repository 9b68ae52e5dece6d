"""Gaussian-process regression by its equations.

=======  =====================================================================  ==========
symbol   meaning                                                                shape
=======  =====================================================================  ==========
x        observed points, in the unit cube; NaN: the parameter is inactive      (n, d)
kinds    0 numeric, 1 categorical                                               (d,) uint8
y        outputs                                                                (n,)
noise    known variance of each output, beside the common one; None: zeros      (n,)
theta    log lengthscale_1 … log lengthscale_d, log signal, log noise variance  (d + 2,)
shapes   log a_1 … log a_d, log b_1 … log b_d of the inputs' warps              (2d,)
q        queries                                                                (m, d)
factor   L, lower triangular, L L' = Ky = K + (exp(theta_d+1) + noise_i) I      (n, n)
alpha    Ky^-1 y                                                                (n,)
=======  =====================================================================  ==========

delta_j(a, b) is |a - b| if numeric and [a != b] if categorical, NaN being a category of its own and, among numbers, a
place beside the middle of the unit interval at distance 1 from its ends: delta_j^2(a, NaN) = (a - 1/2)^2 + 3/4. (To be
at distance 1 from every number is no distance in space and would make K indefinite.) r^2 = sum_j delta_j^2 / l_j^2 and
k = exp(log signal) g(r). Rasmussen & Williams, "Gaussian Processes for Machine
Learning", 2006, equations 2.23 to 2.30, 4.17 and 5.9 to 5.12.
"""

from __future__ import annotations

__all__ = [
    "covariance",
    "cross_covariance",
    "factorise",
    "fit",
    "leave_one_out",
    "negative_log_posterior",
    "predict",
    "sample",
]

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from tunewright.reference.linalg import EPSILON, cholesky, inverse, log_determinant, solve, solve_lower

Vector = NDArray[np.float64]


def covariance(
    x: ArrayLike, theta: ArrayLike, kinds: ArrayLike, *, family: str = "matern52", threads: int = 1
) -> NDArray[np.float64]:
    """Return K, shape (n, n), of the noise-free function."""
    return cross_covariance(x, x, theta, kinds, family=family, threads=threads)


def cross_covariance(
    q: ArrayLike, x: ArrayLike, theta: ArrayLike, kinds: ArrayLike, *, family: str = "matern52", threads: int = 1
) -> NDArray[np.float64]:
    """Return k(q_i, x_j), shape (m, n)."""
    squares = _squares(_array(q), _array(x), np.asarray(kinds))
    theta = _array(theta)
    k: NDArray[np.float64] = np.exp(theta[-2]) * _profile(_distance(squares, theta), family)[0]
    return k


def negative_log_posterior(
    x: ArrayLike,
    y: ArrayLike,
    theta: ArrayLike,
    kinds: ArrayLike,
    *,
    prior_mean: ArrayLike,
    prior_std: ArrayLike,
    noise: ArrayLike | None = None,
    family: str = "matern52",
    threads: int = 1,
) -> tuple[float, Vector]:
    """Return -log p(y | x, theta) + sum_i (theta_i - mean_i)^2 / (2 std_i^2) and its gradient, shape as theta.

    Where Ky is not numerically positive definite the value is infinite and the gradient zero. With shapes appended to
    theta, (3d + 2,), numeric coordinates are replaced by w_j(x) = 1 - (1 - x^a_j)^b_j (Snoek et al., ICML 2014).
    """
    points, y, whole = _array(x), _array(y), _array(theta)
    theta, shapes = whole[: points.shape[1] + 2], whole[points.shape[1] + 2 :]
    if len(shapes):
        points, by_a, by_b = _warped(points, np.asarray(kinds), shapes)
    squares = _squares(points, points, np.asarray(kinds))
    g, decay = _profile(_distance(squares, theta), family)
    k = np.exp(theta[-2]) * g
    try:
        factor, _ = cholesky(k + np.diag(_noise(theta, noise, len(y))), jitter=False)
    except np.linalg.LinAlgError:
        return np.inf, np.zeros(len(whole))
    alpha = solve(factor, y)
    weights = np.outer(alpha, alpha) - inverse(factor)
    std = _array(prior_std)
    deviation = (whole - _array(prior_mean)) / std
    value = (y @ alpha + log_determinant(factor) + len(y) * np.log(2 * np.pi) + deviation @ deviation) / 2
    gradient = deviation / std
    for j, square in enumerate(squares):
        gradient[j] -= np.sum(weights * np.exp(theta[-2]) * decay * square) * np.exp(-2 * theta[j]) / 2
    d = len(squares)
    gradient[d] -= np.sum(weights * k) / 2
    gradient[d + 1] -= np.trace(weights) * np.exp(theta[-1]) / 2
    if len(shapes):
        away = (_place(points)[:, None, :] - _place(points)) * np.exp(-2 * theta[:d]) * np.exp(theta[-2])
        by_points = np.einsum("ik,ikj->ij", weights * decay, away)
        gradient[d + 2 :] += np.concatenate([(by_points * by_a).sum(axis=0), (by_points * by_b).sum(axis=0)])
    return float(value), gradient


def fit(
    x: ArrayLike,
    y: ArrayLike,
    kinds: ArrayLike,
    *,
    starts: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    prior_mean: ArrayLike,
    prior_std: ArrayLike,
    noise: ArrayLike | None = None,
    family: str = "matern52",
    iterations: int = 100,
    tolerance: float = 1e-5,
    threads: int = 1,
) -> tuple[Vector, float]:
    """Return the theta of the lowest negative log posterior found from ``starts`` (k, d + 2) or (k, 3d + 2), and it.

    From each start, clipped to the bounds, a bounded quasi-Newton descends until the projected gradient is below
    ``tolerance`` everywhere, for ``iterations`` at most. The first of equal minima is returned.
    """
    bounds = np.transpose([lower, upper])

    def objective(theta: Vector) -> tuple[float, Vector]:
        return negative_log_posterior(
            x, y, theta, kinds, prior_mean=prior_mean, prior_std=prior_std, noise=noise, family=family
        )

    best, least = np.clip(_array(starts)[0], lower, upper), np.inf
    for start in np.clip(_array(starts), lower, upper):
        options = {"maxiter": iterations, "gtol": tolerance, "ftol": 0.0}
        found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        if found.fun < least:
            best, least = found.x, float(found.fun)
    return best, least


def factorise(
    x: ArrayLike,
    y: ArrayLike,
    theta: ArrayLike,
    kinds: ArrayLike,
    *,
    noise: ArrayLike | None = None,
    family: str = "matern52",
    threads: int = 1,
) -> tuple[NDArray[np.float64], Vector, float]:
    """Return (factor, alpha, added): L L' = Ky + added I and alpha = (L L')^-1 y; added as in ``linalg.cholesky``."""
    y, theta = _array(y), _array(theta)
    k = covariance(x, theta, kinds, family=family, threads=threads)
    factor, added = cholesky(k + np.diag(_noise(theta, noise, len(y))))
    return factor, solve(factor, y), added


def predict(
    x: ArrayLike,
    theta: ArrayLike,
    kinds: ArrayLike,
    factor: ArrayLike,
    alpha: ArrayLike,
    q: ArrayLike,
    *,
    gradient: bool = False,
    family: str = "matern52",
    threads: int = 1,
) -> tuple[NDArray[np.float64], ...]:
    """Return mean (m,) and variance (m,) of the noise-free function at ``q``; with ``gradient`` also d/dq, (m, d) each.

    The variance is never below eps times the signal variance. Derivatives by categorical coordinates, and by
    coordinates that are NaN, are zero.
    """
    points, queries, kinds, theta = _array(x), _array(q), np.asarray(kinds), _array(theta)
    squares, signal = _squares(queries, points, kinds), np.exp(theta[-2])
    g, decay = _profile(_distance(squares, theta), family)
    k = signal * g
    mean = k @ _array(alpha)
    variance = np.maximum(signal - np.sum(solve_lower(factor, k.T) ** 2, axis=0), EPSILON * signal)
    if not gradient:
        return mean, variance
    away = np.nan_to_num(queries[:, None, :] - _place(points)) * np.where(kinds == 0, np.exp(-2 * theta[:-2]), 0.0)
    slopes = -signal * decay[:, :, None] * away  # dk(q_i, x_j) / dq_i
    weights = solve(factor, k.T).T
    dmean, dvariance = np.einsum("ijk,j->ik", slopes, _array(alpha)), -2 * np.einsum("ijk,ij->ik", slopes, weights)
    return mean, variance, dmean, dvariance


def sample(
    x: ArrayLike,
    theta: ArrayLike,
    kinds: ArrayLike,
    factor: ArrayLike,
    alpha: ArrayLike,
    q: ArrayLike,
    normals: ArrayLike,
    *,
    family: str = "matern52",
    threads: int = 1,
) -> NDArray[np.float64]:
    """Return one noise-free function at ``q`` for each column of standard ``normals`` (m, s): mean + chol(cov) normals.

    The covariance gets at least 1e-8 of the signal variance on its diagonal, so that its factor is well defined.
    """
    signal = np.exp(_array(theta)[-2])
    k = cross_covariance(q, x, theta, kinds, family=family)
    half = solve_lower(factor, k.T)
    posterior = covariance(q, theta, kinds, family=family) - half.T @ half
    root, _ = cholesky(posterior + 1e-8 * signal * np.eye(len(posterior)))
    return (k @ _array(alpha))[:, None] + root @ _array(normals)


def leave_one_out(factor: ArrayLike, alpha: ArrayLike, y: ArrayLike) -> tuple[Vector, Vector]:
    """Return mean and variance of each y_i given the others (equation 5.12), noise included, shape (n,) each."""
    variance = 1.0 / np.diag(inverse(factor))
    return _array(y) - _array(alpha) * variance, variance


def _array(values: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)


def _noise(theta: Vector, noise: ArrayLike | None, n: int) -> Vector:
    variance: Vector = np.exp(theta[-1]) + (np.zeros(n) if noise is None else _array(noise))
    return variance


def _warped(
    x: NDArray[np.float64], kinds: NDArray[np.uint8], shapes: Vector
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """w(x) and its derivatives by log a and log b; outside the open unit interval, and where categorical, x itself."""
    bent = (x > 0) & (x < 1) & (kinds == 0)
    a, b = np.exp(shapes.reshape(2, -1))
    inside = np.where(bent, x, 0.5)
    u = inside**a
    rest = -np.expm1(a * np.log(inside))  # 1 - u
    by_a = b * rest ** (b - 1) * a * u * np.log(inside)
    by_b = -b * rest**b * np.log(rest)
    return np.where(bent, 1 - rest**b, x), np.where(bent, by_a, 0.0), np.where(bent, by_b, 0.0)


def _squares(a: NDArray[np.float64], b: NDArray[np.float64], kinds: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """delta_j^2 for each coordinate j, shape (len(a), len(b)) each."""
    squares = []
    for left, right, kind in zip(a.T, b.T, kinds, strict=True):
        if kind == 0:
            square = (
                _place(left)[:, None] - _place(right)
            ) ** 2  # the distance along the interval and the one beside it
            square += 0.75 * (np.isnan(left)[:, None] != np.isnan(right))
        else:
            square = 1.0 - ((left[:, None] == right) | (np.isnan(left)[:, None] & np.isnan(right)))
        squares.append(square)
    return squares


def _place(column: Vector) -> Vector:
    """The coordinates, 1/2 for NaN."""
    return np.where(np.isnan(column), 0.5, column)


def _distance(squares: list[NDArray[np.float64]], theta: Vector) -> NDArray[np.float64]:
    """r; beyond 1000 it makes no difference."""
    square: NDArray[np.float64] = np.tensordot(np.exp(-2 * theta[:-2]), np.array(squares), axes=1)
    return np.sqrt(np.minimum(square, 1e6))


def _profile(r: NDArray[np.float64], family: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """g(r), and -g'(r) / r = -2 dg/d(r^2)."""
    if family == "matern52":
        s, e = np.sqrt(5.0) * r, np.exp(-np.sqrt(5.0) * r)
        return (1 + s + s**2 / 3) * e, 5 / 3 * (1 + s) * e
    if family == "matern32":
        s, e = np.sqrt(3.0) * r, np.exp(-np.sqrt(3.0) * r)
        return (1 + s) * e, 3 * e
    if family == "rbf":
        e = np.exp(-(r**2) / 2)
        return e, e
    raise ValueError(f"family: expected 'matern52', 'matern32' or 'rbf', got {family!r}")
