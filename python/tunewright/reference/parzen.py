"""Parzen densities over the unit cube in NumPy, made anew at every question.

x (n, d) observations, NaN where one has no such coordinate; cells (d,): 0 continuous, g ordered and -g unordered values
at (i + 1/2) / g; least (d,) smallest bandwidths; w (n,) weights; w0 the weight of the prior, whose density relative to
the uniform one is pi.

  p(x) = (sum_i w_i prod_j k_ij(x_j) + w0 pi(x)) / (sum_i w_i + w0)

over the coordinates that x has (J. Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011).
"""

from __future__ import annotations

__all__ = ["Mixture"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri

Array = NDArray[np.float64]


class Mixture:
    """As ``tunewright.numerics.parzen.Mixture``."""

    def __init__(
        self, cells: Sequence[int], least: Sequence[float], *, prior_weight: float = 1.0, fresh: int = 25
    ) -> None:
        if not len(cells):
            raise ValueError("cells: expected 1 elements, got 0")
        if len(least) != len(cells):
            raise ValueError(f"least: expected {len(cells)} elements, got {len(least)}")
        self._cells, self._least = [int(c) for c in cells], [float(h) for h in least]
        self._prior_weight, self._fresh = prior_weight, fresh
        self._rows: dict[int, Array] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def trials(self) -> NDArray[np.int64]:
        """Numbers of the trials whose observations are the components, ascending."""
        return np.array(sorted(self._rows), dtype=np.int64)

    def insert(self, trials: Sequence[int], rows: Array) -> None:
        """Components at ``rows`` for ``trials``; one that is there already is replaced."""
        if np.size(rows) != len(trials) * len(self._cells):
            raise ValueError(f"rows: expected {len(trials) * len(self._cells)} elements, got {np.size(rows)}")
        self._rows.update({int(t): np.array(row) + 0.0 for t, row in zip(trials, rows, strict=True)})

    def remove(self, trials: Sequence[int]) -> None:
        """The components of ``trials`` leave; those that are not there are none."""
        for trial in trials:
            self._rows.pop(int(trial), None)

    def log_density(self, points: Array, *, log_prior: Array | None = None, weights: Array | None = None) -> Array:
        """Return the logarithms of the density at ``points`` (m, d), shape (m,)."""
        prior = np.where(np.isnan(points), 0.0, 0.0 if log_prior is None else log_prior)
        w = self._weights(weights)
        kernels = np.zeros((len(points), len(w)))
        for j in range(len(self._cells)):
            kernels += np.where(np.isnan(points[:, j, None]), 0.0, self._kernels(j, points[:, j], prior[:, j]))
        terms = np.column_stack([kernels, prior.sum(axis=1)])
        total = logsumexp(terms, axis=1, b=np.append(w, self._prior_weight))
        density: Array = total - np.log(w.sum() + self._prior_weight)
        return density

    def sample(self, draws: Array, fallback: Array, *, weights: Array | None = None) -> Array:
        """Return points drawn from the mixture by ``draws`` (m, 1 + d) and ``fallback`` (m, d), shape (m, d)."""
        points, sums = np.array(fallback), np.cumsum(self._weights(weights))
        for j, g in enumerate(self._cells):
            points[:, j] = _rounded(points[:, j], g)
        total = (sums[-1] if len(sums) else 0.0) + self._prior_weight
        for i, chosen in enumerate(np.searchsorted(sums, draws[:, 0] * total, side="right").tolist()):
            if chosen < len(sums):
                points[i] = [self._drawn(j, chosen, draws[i, 1 + j], points[i, j]) for j in range(len(self._cells))]
        return points

    def candidates(self, draws: Array, fallback: Array, others: Mixture, *, weights: Array | None = None) -> Array:
        """Return what :meth:`sample` draws, (m, d), the most probable here against ``others`` first."""
        if len(others._cells) != len(self._cells):
            raise ValueError(f"others: expected {len(self._cells)} elements, got {len(others._cells)}")
        points = self.sample(draws, fallback, weights=weights)
        ratio = self.log_density(points, weights=weights) - others.log_density(points)
        ranked: Array = points[np.argsort(-ratio, kind="stable")]
        return ranked

    def candidate(self, draws: Array, fallback: Array, others: Mixture, *, weights: Array | None = None) -> Array:
        """Return the first of the :meth:`candidates`, (d,)."""
        if not len(draws) and len(others._cells) == len(self._cells):
            raise ValueError(f"draws: expected {len(self._cells) + 1} elements, got 0")
        first: Array = self.candidates(draws, fallback, others, weights=weights)[0]
        return first

    def _observed(self) -> Array:
        return np.array([self._rows[t] for t in sorted(self._rows)]).reshape(-1, len(self._cells))

    def _weights(self, given: Array | None) -> Array:
        n = len(self._rows)
        if given is not None:
            if len(given) != n:
                raise ValueError(f"weights: expected {n} elements, got {len(given)}")
            return np.asarray(given, dtype=np.float64)
        old = max(n - self._fresh, 0)
        ramp = np.linspace(1.0 / n, 1.0, old) if old else np.zeros(0)
        return np.append(ramp, np.ones(n - old))

    def _smoothing(self, j: int) -> float:
        categories = -self._cells[j]
        return categories / (int((~np.isnan(self._observed()[:, j])).sum()) + 1 + categories)

    def _bandwidths(self, j: int) -> Array:
        """Of each observation, (n,): NaN where it lacks the coordinate."""
        x = self._observed()[:, j]
        there = np.flatnonzero(~np.isnan(x))
        order = there[np.argsort(x[there], kind="stable")]
        ends = (
            np.array([0.0, *x[order], 1.0]) if len(order) == 1 else np.array([*x[order[:1]], *x[order], *x[order[-1:]]])
        )
        widths = np.full(len(x), np.nan)
        gaps = np.maximum(np.diff(ends)[:-1], np.diff(ends)[1:])
        widths[order] = np.clip(gaps, max(1.0 / min(100.0, len(order) + 2.0), self._least[j]), 1.0)
        return widths

    def _kernels(self, j: int, points: Array, log_prior: Array) -> Array:
        """Logarithms of all kernels of one coordinate at ``points`` (m,), shape (m, n)."""
        x = self._observed()[:, j]
        if self._cells[j] < 0:
            b, g = self._smoothing(j), -self._cells[j]
            drawn = b * np.exp(log_prior[:, None])
            kernels = np.log(drawn + np.where(points[:, None] == x, (1.0 - b) * g, 0.0))
        else:
            h = self._bandwidths(j)
            inside = ndtr((1.0 - x) / h) - ndtr(-x / h)
            z = (points[:, None] - x) / h
            kernels = -0.5 * z**2 - np.log(h * inside) - 0.5 * np.log(2.0 * np.pi)
        return np.where(np.isnan(x), log_prior[:, None], kernels)

    def _drawn(self, j: int, chosen: int, p: float, fallback: float) -> float:
        x, g = float(self._observed()[chosen, j]), self._cells[j]
        if np.isnan(x) or (g < 0 and p < self._smoothing(j)):
            return fallback
        if g < 0:
            return x
        h = float(self._bandwidths(j)[chosen])
        below, above = ndtr(-x / h), ndtr((x - 1.0) / h)
        within = 1.0 - below - above
        low, high = below + p * within, above + (1.0 - p) * within
        z = ndtri(low) if low < high else -ndtri(high)
        return float(_rounded(np.clip(x + h * z, 0.0, 1.0), g))


def _rounded(x: Array, cells: int) -> Array:
    """The values that ``x`` stand for."""
    g = abs(cells)
    return (np.minimum(np.floor(x * g), g - 1.0) + 0.5) / g if g else x
