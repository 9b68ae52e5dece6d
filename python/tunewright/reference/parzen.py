"""Parzen densities over the unit cube in NumPy, made anew at every question.

x (n, d) observations, NaN where one has no such coordinate; cells (d,): 0 continuous, g ordered and -g unordered values
at (i + 1/2) / g; least (d,) smallest bandwidths; w (n,) weights; w0 the weight of the prior, whose density relative to
the uniform one is pi.

  p(x) = (sum_i w_i prod_j k_ij(x_j) + w0 pi(x)) / (sum_i w_i + w0)

over the coordinates that x has (J. Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011).
"""

from __future__ import annotations

__all__ = ["Estimator", "Mixture"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri

from tunewright.reference.sampling import stream

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


class Estimator:
    """As ``tunewright.numerics.parzen.Estimator``."""

    def __init__(
        self,
        cells: Sequence[int],
        least: Sequence[float],
        groups: Sequence[Sequence[int]],
        *,
        prior_weight: float = 1.0,
        fresh: int = 25,
    ) -> None:
        Mixture(cells, least)  # refuses what does not fit
        if sorted(j for group in groups for j in group) != list(range(len(cells))):
            grouped = sum(map(len, groups))
            raise ValueError(f"groups: expected each of {len(cells)} coordinates once, got {grouped}")
        self._cells, self._least = list(cells), list(least)
        self._groups = [list(group) for group in groups]
        self._prior_weight, self._fresh = prior_weight, fresh
        self._rows: dict[int, Array] = {}
        self._good: set[int] = set()

    def good(self) -> NDArray[np.int64]:
        """Numbers of the good trials, ascending."""
        return np.array(sorted(self._good), dtype=np.int64)

    def members(self, group: int) -> list[NDArray[np.int64]]:
        """Numbers of the trials in the two densities of a group, each ascending."""
        if not 0 <= group < len(self._groups):
            raise ValueError(f"group: expected one of {len(self._groups)} groups, got {group}")
        return [density.trials() for density in self._densities(self._groups[group])]

    def split(self, good: Sequence[int]) -> None:
        """The trials ``good``, and no others, are the good ones from now on."""
        self._good = {int(trial) for trial in good}

    def place(self, trials: Sequence[int], rows: Array) -> None:
        """The ``trials`` are at ``rows`` now."""
        if np.size(rows) != len(trials) * len(self._cells):
            raise ValueError(f"rows: expected {len(trials) * len(self._cells)} elements, got {np.size(rows)}")
        self._rows.update({int(trial): np.array(row) for trial, row in zip(trials, rows, strict=True)})

    def forget(self, trials: Sequence[int]) -> None:
        """Trials that are not good are not there any more."""
        for trial in set(trials) - self._good:
            self._rows.pop(int(trial), None)

    def sample(self, draws: Array, *, fallback: Array | None = None, weights: Array | None = None) -> Array:
        """Return points (m, d) drawn from the density of the good trials by ``draws`` (m (2 d + groups),)."""
        d, each = len(self._cells), 2 * len(self._cells) + len(self._groups)
        m = len(draws) // each
        if m * each != len(draws):
            raise ValueError(f"draws: expected {m * each} elements, got {len(draws)}")
        uniform, rest = draws[: m * d].reshape(m, d), draws[m * d :]
        if fallback is not None and fallback.size != m * d:
            raise ValueError(f"fallback: expected {m * d} elements, got {fallback.size}")
        points = np.empty((m, d))
        for columns in self._groups:
            own, rest = np.split(rest, [m * (1 + len(columns))])
            good, _ = self._densities(columns)
            last = (uniform if fallback is None else fallback)[:, columns]
            points[:, columns] = good.sample(own.reshape(m, -1), last, weights=self._weights(good, weights))
        return points

    def candidates(self, draws: Array, *, fallback: Array | None = None, weights: Array | None = None) -> Array:
        """Return what :meth:`sample` draws, in each group the most probable against the others first."""
        return self.ranked(self.sample(draws, fallback=fallback, weights=weights), weights=weights)

    def candidate(self, seed: int, trial: int, purpose: int, count: int, *, weights: Array | None = None) -> Array:
        """Return the first, (1, d), of ``count`` :meth:`candidates` by the stream of (seed, trial, purpose)."""
        if not count:
            raise ValueError("count: expected at least 1, got 0")
        draws = stream(seed, trial, purpose, count * (2 * len(self._cells) + len(self._groups)))
        return self.candidates(draws, weights=weights)[:1]

    def ranked(
        self, points: Array, *, log_prior: Array | None = None, belief: float = 0.0, weights: Array | None = None
    ) -> Array:
        """Return ``points`` (m, d), in each group the most probable against the others first."""
        if log_prior is not None and log_prior.size != points.size:
            raise ValueError(f"log_prior: expected {points.size} elements, got {log_prior.size}")
        ranked: Array = points.copy()
        for columns in self._groups:
            (good, others), own = self._densities(columns), points[:, columns]
            prior = None if log_prior is None else log_prior[:, columns]
            ratio = good.log_density(own, log_prior=prior, weights=self._weights(good, weights))
            ratio -= others.log_density(own, log_prior=prior)
            if prior is not None:
                ratio += belief * prior.sum(axis=1)
            ranked[:, columns] = own[np.argsort(-ratio, kind="stable")]
        return ranked

    def _densities(self, columns: list[int]) -> tuple[Mixture, Mixture]:
        """Of the good trials and of all others, those that have any coordinate of a group."""
        found = []
        for is_good in (True, False):
            fresh = len(self._rows) if is_good else self._fresh  # the good ones all weigh the same
            cells, least = [self._cells[j] for j in columns], [self._least[j] for j in columns]
            one = Mixture(cells, least, prior_weight=self._prior_weight, fresh=fresh)
            rows = {trial: row[columns] for trial, row in self._rows.items() if (trial in self._good) is is_good}
            there = {trial: row for trial, row in rows.items() if not np.isnan(row).all()}
            one.insert(list(there), np.array(list(there.values())).reshape(-1, len(columns)))
            found.append(one)
        return found[0], found[1]

    def _weights(self, good: Mixture, given: Array | None) -> Array | None:
        """Those of the good trials that a group has."""
        if given is None:
            return None
        if len(given) != len(self._good):
            raise ValueError(f"weights: expected {len(self._good)} elements, got {len(given)}")
        here: Array = np.asarray(given)[np.isin(self.good(), good.trials())]
        return here


def _rounded(x: Array, cells: int) -> Array:
    """The values that ``x`` stand for."""
    g = abs(cells)
    return (np.minimum(np.floor(x * g), g - 1.0) + 0.5) / g if g else x
