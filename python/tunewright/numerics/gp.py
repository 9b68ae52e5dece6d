"""Gaussian-process regression on plain arrays: kernel, likelihood, fit, posterior.

=======  =====================================================================  ==========
symbol   meaning                                                                shape
=======  =====================================================================  ==========
x        observed points, in the unit cube; NaN: the parameter is inactive      (n, d)
kinds    0 numeric, 1 categorical                                               (d,)
y        outputs, standardised, minimised                                       (n,)
noise    known variance of each output, beside the common one; None: zeros      (n,)
theta    log lengthscale_1 … log lengthscale_d, log signal, log noise variance  (d + 2,)
shapes   log a_1 … log a_d, log b_1 … log b_d of the inputs' warps              (2d,)
q        queries                                                                (m, d)
factor   L, lower triangular, L L' = Ky = K + (exp(theta_d+1) + noise_i) I      (n, n)
alpha    Ky^-1 y                                                                (n,)
family   "matern52", "matern32" or "rbf"                                        str
=======  =====================================================================  ==========

delta_j(a, b) is |a - b| if numeric and [a != b] if categorical, NaN being a category of its own and, among numbers, a
place beside the middle of the unit interval at distance 1 from its ends: delta_j^2(a, NaN) = (a - 1/2)^2 + 3/4. (To be
at distance 1 from every number is no distance in space and would make K indefinite.) r^2 = sum_j delta_j^2 / l_j^2 and
k = exp(log signal) g(r). Rasmussen & Williams, "Gaussian Processes for Machine
Learning", 2006, equations 2.23 to 2.30, 4.17 and 5.9 to 5.12. Results are the same bits for any number of ``threads``.

:func:`negative_log_posterior` and :func:`fit` also take theta with shapes appended, (3d + 2,): numeric coordinates
within the unit interval are then replaced by w_j(x) = 1 - (1 - x^a_j)^b_j, after Snoek et al., "Input warping for
Bayesian optimization of non-stationary functions", ICML 2014.

Every function raises ``TypeError`` for what is not real numbers and ``ValueError`` for shapes that do not fit, numbers
that are not finite (NaN in ``x`` and ``q`` apart) and an unknown family; each message names the argument.
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

from tunewright.numerics.arguments import integer
from tunewright.numerics.backend import kernels
from tunewright.numerics.model import finite, hyperparameters, kinds_of, points, real, square, thread_count, vector

_kernels = kernels("gp")

_ITERATIONS_END = 2**31

Vector = NDArray[np.float64]


def covariance(
    x: ArrayLike, theta: ArrayLike, kinds: ArrayLike, *, family: str = "matern52", threads: int = 1
) -> NDArray[np.float64]:
    """Return K of the noise-free function, shape (n, n), exactly symmetric, in O(n^2 d / 2)."""
    kind = kinds_of(kinds)
    theta = _theta(theta, kind)
    k: NDArray[np.float64] = _kernels.covariance(
        points("x", x, len(kind)), theta, kind, family=family, threads=thread_count(threads)
    )
    return k


def cross_covariance(
    q: ArrayLike, x: ArrayLike, theta: ArrayLike, kinds: ArrayLike, *, family: str = "matern52", threads: int = 1
) -> NDArray[np.float64]:
    """Return k(q_i, x_j), shape (m, n), in O(m n d)."""
    kind = kinds_of(kinds)
    theta, d = _theta(theta, kind), len(kind)
    k: NDArray[np.float64] = _kernels.cross_covariance(
        points("q", q, d), points("x", x, d), theta, kind, family=family, threads=thread_count(threads)
    )
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

    ``prior_mean`` and ``prior_std``, shape as theta, are of independent normal priors. Where Ky is not numerically
    positive definite the value is infinite and the gradient zero. Time O(n^3 + n^2 d / 2), memory 3 n^2 numbers.
    """
    kind = kinds_of(kinds)
    observed = points("x", x, len(kind))
    width = _width(theta, len(kind))
    value, gradient = _kernels.negative_log_posterior(
        observed,
        vector("y", y, len(observed)),
        hyperparameters("theta", theta, width),
        kind,
        prior_mean=vector("prior_mean", prior_mean, width),
        prior_std=_std(prior_std, width),
        noise=_noise(noise, len(observed)),
        family=family,
        threads=thread_count(threads),
    )
    return value, gradient


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
    """Return the theta of the lowest negative log posterior found from ``starts``, and that value.

    From each of ``starts``, shape (k, d + 2) or with shapes (k, 3d + 2), with k >= 1, moved into ``lower`` <= theta <=
    ``upper``, a bounded quasi-Newton descends until no component of the projected gradient exceeds ``tolerance``, or
    for ``iterations`` steps. Equal bounds hold a coordinate. The first of equal minima is returned.
    """
    kind = kinds_of(kinds)
    observed, width = points("x", x, len(kind)), _width(lower, len(kind))
    low, high = hyperparameters("lower", lower, width), hyperparameters("upper", upper, width)
    if low.ndim != 1 or high.ndim != 1 or (low > high).any():
        raise ValueError(f"lower, upper: expected shape ({width},) each and lower <= upper, got {low} and {high}")
    if not tolerance >= 0.0:
        raise ValueError(f"tolerance: expected a number from 0 on, got {tolerance}")
    theta, value = _kernels.fit(
        observed,
        vector("y", y, len(observed)),
        kind,
        starts=_starts(starts, width),
        lower=low,
        upper=high,
        prior_mean=vector("prior_mean", prior_mean, width),
        prior_std=_std(prior_std, width),
        noise=_noise(noise, len(observed)),
        family=family,
        iterations=integer("iterations", iterations, _ITERATIONS_END),
        tolerance=float(tolerance),
        threads=thread_count(threads),
    )
    return theta, value


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
    """Return (factor, alpha, added): L L' = Ky + added I and alpha = (L L')^-1 y; added as in ``linalg.cholesky``.

    Raises:
        numpy.linalg.LinAlgError: no jitter makes Ky positive definite.
    """
    kind = kinds_of(kinds)
    observed = points("x", x, len(kind))
    factor, alpha, added = _kernels.factorise(
        observed,
        vector("y", y, len(observed)),
        _theta(theta, kind),
        kind,
        noise=_noise(noise, len(observed)),
        family=family,
        threads=thread_count(threads),
    )
    return factor, alpha, added


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
    coordinates that are NaN, are zero. Time O(m n^2).
    """
    kind = kinds_of(kinds)
    observed, lower, weights = _model(x, factor, alpha, kind)
    queries = points("q", q, len(kind))
    options = {"gradient": bool(gradient), "family": family, "threads": thread_count(threads)}
    moments: tuple[NDArray[np.float64], ...] = _kernels.predict(
        observed, _theta(theta, kind), kind, lower, weights, queries, **options
    )
    return moments


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
    """Return one noise-free function at ``q`` for each column of standard ``normals`` (m, s), shape (m, s).

    mean + chol(cov) normals; the covariance gets 1e-8 of the signal variance on its diagonal, so that its factor is
    well defined. Time O(m n^2 + m^2 n + m^3 / 3).
    """
    kind = kinds_of(kinds)
    observed, lower, weights = _model(x, factor, alpha, kind)
    queries = points("q", q, len(kind))
    draws = finite("normals", real("normals", normals))
    if draws.ndim != 2 or len(draws) != len(queries):
        raise ValueError(f"normals: expected shape ({len(queries)}, functions), got {draws.shape}")
    functions: NDArray[np.float64] = _kernels.sample(
        observed,
        _theta(theta, kind),
        kind,
        lower,
        weights,
        queries,
        draws,
        family=family,
        threads=thread_count(threads),
    )
    return functions


def leave_one_out(factor: ArrayLike, alpha: ArrayLike, y: ArrayLike) -> tuple[Vector, Vector]:
    """Return mean and variance of each y_i given the others (equation 5.12), noise included, shape (n,) each."""
    lower = square("factor", factor)
    mean, variance = _kernels.leave_one_out(lower, vector("alpha", alpha, len(lower)), vector("y", y, len(lower)))
    return mean, variance


def _width(values: ArrayLike, d: int) -> int:
    """How long theta is: with shapes if these ``values`` have them."""
    return 3 * d + 2 if np.shape(values) == (3 * d + 2,) else d + 2


def _theta(theta: ArrayLike, kinds: NDArray[np.uint8]) -> Vector:
    values = hyperparameters("theta", theta, len(kinds) + 2)
    if values.ndim != 1:
        raise ValueError(f"theta: expected shape ({len(kinds) + 2},), got {values.shape}")
    return values


def _std(values: ArrayLike, width: int) -> Vector:
    std = vector("prior_std", values, width)
    if not (std > 0.0).all():
        raise ValueError(f"prior_std: expected positive numbers, got {std.tolist()}")
    return std


def _noise(values: ArrayLike | None, n: int) -> Vector | None:
    if values is None:
        return None
    noise = vector("noise", values, n)
    if (noise < 0.0).any():
        raise ValueError(f"noise: expected variances from 0 on, got {noise.min()}")
    return noise


def _starts(values: ArrayLike, width: int) -> NDArray[np.float64]:
    starts = hyperparameters("starts", values, width)
    if starts.ndim != 2 or not len(starts):
        raise ValueError(f"starts: expected shape (k, {width}) with k >= 1, got {starts.shape}")
    return starts


def _model(
    x: ArrayLike, factor: ArrayLike, alpha: ArrayLike, kinds: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], NDArray[np.float64], Vector]:
    observed, lower = points("x", x, len(kinds)), square("factor", factor)
    if len(lower) != len(observed):
        raise ValueError(f"factor: expected one row for each of {len(observed)} points of x, got {len(lower)}")
    return observed, lower, vector("alpha", alpha, len(observed))
