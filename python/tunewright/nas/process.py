"""A Gaussian process over graphs and numbers, with few hyperparameters.

k(a, b) = s^2 exp((f(a)'f(b) - 1) / l_g) exp(-|r(a) - r(b)|^2 / (2 l_r^2))

f  counts of a graph's features, of norm 1    r  the other coordinates    noise  variance, in units of s^2

f(a)'f(b) is the Weisfeiler-Lehman kernel where f counts neighbourhoods (Ru et al., ICLR 2021); its exponential is a
kernel too, and lets the data say how local it is. s is the most probable one given the rest (with one unit of prior
weight at 1); l_g, l_r and noise are those of a grid that explain the outputs best, one after the other, twice round.
"""

from __future__ import annotations

__all__ = ["Points", "Process", "fitted"]

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, cholesky, solve_triangular

Array = npt.NDArray[np.float64]

_GRID: tuple[tuple[float, ...], ...] = (
    (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2),  # l_g
    (0.15, 0.3, 0.6, 1.2, 2.4),  # l_r
    (1e-3, 1e-2, 5e-2, 0.2, 0.8),  # noise
)
_ROUNDS = 2


@dataclass(frozen=True, eq=False)
class Points:
    """Where the process is looked at: features (n, f) with rows of norm 1 or 0, and coordinates (n, r)."""

    features: Array
    rest: Array

    def __len__(self) -> int:
        return len(self.features)

    def between(self, other: Points) -> tuple[Array, Array]:
        """1 - f'f and the squared distance of the rest, (n, m) each."""
        squares = (self.rest**2).sum(axis=1)[:, None] + (other.rest**2).sum(axis=1) - 2.0 * self.rest @ other.rest.T
        return 1.0 - self.features @ other.features.T, np.maximum(squares, 0.0)


@dataclass(frozen=True, eq=False)
class Process:
    """The posterior given outputs at points.

    Attributes:
        points: the n points.
        theta: l_g, l_r, noise.
        factor: (n, n) lower Cholesky factor of K / s^2 + noise.
        alpha: (n,) what it solves the outputs to.
        scale: s^2.
    """

    points: Points
    theta: tuple[float, float, float]
    factor: Array
    alpha: Array
    scale: float

    def predict(self, where: Points) -> tuple[Array, Array]:
        """Mean and standard deviation (m,) of the function."""
        k = _kernel(*where.between(self.points), self.theta)
        inner = solve_triangular(self.factor, k.T, lower=True, check_finite=False)
        variance = self.scale * np.maximum(1.0 - (inner**2).sum(axis=0), 1e-12)
        return k @ self.alpha, np.sqrt(variance)


def fitted(points: Points, y: Array, theta: tuple[float, float, float] | None = None) -> Process:
    """The posterior given outputs ``y`` (n,), n >= 1; without ``theta`` that of the grid that explains them best."""
    apart, squares = points.between(points)
    if theta is None:
        theta = _chosen(apart, squares, y)
    factor, alpha, scale = _solved(apart, squares, y, theta)
    return Process(points, theta, factor, alpha, scale)


def _chosen(apart: Array, squares: Array, y: Array) -> tuple[float, float, float]:
    """The hyperparameters of the grid: those that matter are gone through in turn."""
    theta = [_GRID[0][3], _GRID[1][2], _GRID[2][2]]
    matters = (apart.max(initial=0.0) > 0.0, squares.max(initial=0.0) > 0.0, True)
    for _ in range(_ROUNDS):
        for which, values in enumerate(_GRID):
            if matters[which]:
                trials = [(*theta[:which], value, *theta[which + 1 :]) for value in values]
                scores = [_log_evidence(apart, squares, y, trial) for trial in trials]
                theta[which] = values[int(np.argmax(scores))]
    return theta[0], theta[1], theta[2]


def _log_evidence(apart: Array, squares: Array, y: Array, theta: tuple[float, ...]) -> float:
    factor, _, scale = _solved(apart, squares, y, (theta[0], theta[1], theta[2]))
    return float(-np.log(np.diag(factor)).sum() - 0.5 * (len(y) + 1) * np.log(scale))


def _solved(apart: Array, squares: Array, y: Array, theta: tuple[float, float, float]) -> tuple[Array, Array, float]:
    k = _kernel(apart, squares, theta)
    k[np.diag_indices(len(y))] += theta[2] + 1e-8
    factor = cholesky(k, lower=True, check_finite=False)
    alpha = cho_solve((factor, True), y, check_finite=False)
    return factor, alpha, float((y @ alpha + 1.0) / (len(y) + 1))


def _kernel(apart: Array, squares: Array, theta: tuple[float, float, float]) -> Array:
    k: Array = np.exp(-apart / theta[0] - squares / (2.0 * theta[1] ** 2))
    return k
