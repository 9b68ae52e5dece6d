"""Acquisition functions of a normal prediction, by their formulas.

For an output to be minimised: u = best - mean and z = u / std. With the normal density f and its integral F,
EI = std * h(z), h(z) = f(z) + z * F(z);  PI = F(z);  LCB = mean - kappa * std.
Every function returns (value, derivative in mean, derivative in std), arrays of the common shape.
"""

from __future__ import annotations

__all__ = [
    "expected_improvement",
    "log_expected_improvement",
    "log_probability_of_improvement",
    "lower_confidence_bound",
    "probability_of_improvement",
]

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfcx, log_ndtr, ndtr

LARGEST = 1e50
SERIES_BELOW = -50.0

Triple = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def expected_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Triple:
    """Return EI = std * h(z) and its derivatives, -F(z) and f(z)."""
    z, scale = standardised(mean, std, best)
    return scale * np.exp(logarithm_of_h(z)[0]), -ndtr(z), _density(z)


def log_expected_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Triple:
    """Return log EI = log std + log h(z) and its derivatives, -F/h / std and (1 - z F/h) / std = f/h / std."""
    z, scale = standardised(mean, std, best)
    logarithm, slope, rest = logarithm_of_h(z)
    return np.log(scale) + logarithm, -slope / scale, rest / scale


def probability_of_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Triple:
    """Return PI = F(z) and its derivatives, -f(z) / std and -z f(z) / std."""
    z, scale = standardised(mean, std, best)
    return ndtr(z), -_density(z) / scale, -z * _density(z) / scale


def log_probability_of_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Triple:
    """Return log F(z) and its derivatives."""
    z, scale = standardised(mean, std, best)
    slope = np.where(z <= -1, 1 / _tail(z)[0], _density(z) / ndtr(np.maximum(z, -1.0)))
    return log_ndtr(z), -slope / scale, -z * slope / scale


def lower_confidence_bound(mean: ArrayLike, std: ArrayLike, kappa: float) -> Triple:
    """Return mean - kappa * std and its derivatives, 1 and -kappa; NaN where an argument is NaN."""
    mean, std = np.broadcast_arrays(np.asarray(mean, dtype=np.float64), np.asarray(std, dtype=np.float64))
    bound = np.asarray(mean - kappa * std)
    return bound, np.where(np.isnan(bound), np.nan, 1.0), np.where(np.isnan(bound), np.nan, -kappa)


def standardised(mean: ArrayLike, std: ArrayLike, best: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """z and std, after both u and std have been brought into the range in which nothing overflows; NaN stays NaN."""
    improvement, scale = np.broadcast_arrays(
        np.clip(np.asarray(best) - np.asarray(mean, dtype=np.float64), -LARGEST, LARGEST),
        np.clip(np.asarray(std, dtype=np.float64), 1 / LARGEST, LARGEST),
    )
    z = improvement / scale
    return z, np.where(np.isnan(z), np.nan, scale)


def _density(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(_log_density(z))


def _log_density(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-0.5 * z * z - 0.5 * np.log(2 * np.pi))


def _tail(z: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """F/f and h/f = 1 + z F/f for z <= -1; below -50, where the sum cancels, h/f = 1/z^2 - 3/z^4 + 15/z^6 - ..."""
    z = np.minimum(z, -1.0)
    mills = np.sqrt(np.pi / 2) * erfcx(-z / np.sqrt(2))
    w = np.minimum(z, SERIES_BELOW) ** -2.0
    series = w * (1 - 3 * w * (1 - 5 * w * (1 - 7 * w * (1 - 9 * w))))
    return mills, np.where(z < SERIES_BELOW, series, 1 + z * mills)


def logarithm_of_h(z: NDArray[np.float64]) -> Triple:
    """log h, F/h and f/h."""
    mills, rest = _tail(z)
    near = np.maximum(z, -1.0)
    h = _density(near) + near * ndtr(near)
    return (
        np.where(z <= -1, _log_density(z) + np.log(rest), np.log(h)),
        np.where(z <= -1, mills / rest, ndtr(near) / h),
        np.where(z <= -1, 1 / rest, _density(near) / h),
    )
