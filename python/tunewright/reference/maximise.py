"""The acquisition over a mixed box: its values, and climbs to its local maxima.

==========  =========================================================================================================
x … alpha   the Gaussian process of :mod:`tunewright.reference.gp`: points (n, d), theta (d + 2,), kinds (d,), factor
            (n, n), alpha (n,)
levels      (d,) of a coordinate: 0 continuous; 1 held where it starts; g >= 2 the values (i + 0.5) / g, i = 0 … g - 1
NaN         an inactive coordinate: it stays NaN
==========  =========================================================================================================

The acquisition is maximised: "log_ei" or "log_pi" of ``best``, or "lcb", which is kappa * std - mean. To it are added
log F((threshold - mean) / std) of every further process over the same coordinates in ``feasibility``, a sequence of
(x, theta, factor, alpha, threshold), and, if given, -1/2 sum precision * (q - centre)^2 over numeric ones, ``prior`` =
(centre, precision).
With ``alpha`` (s, n) and ``best`` (s,) "log_ei" is the logarithm of the mean EI over s processes (Letham et al., 2019).
"ei" and "pi" are the exponentials of "log_ei" and "log_pi" with all that is added.
"""

from __future__ import annotations

__all__ = ["climb", "evaluate"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from tunewright.reference.acquisition import (
    log_expected_improvement,
    log_probability_of_improvement,
    lower_confidence_bound,
)
from tunewright.reference.gp import predict

Vector = NDArray[np.float64]

LOGARITHM = {"ei": "log_ei", "pi": "log_pi"}


def evaluate(
    x: ArrayLike,
    theta: ArrayLike,
    kinds: ArrayLike,
    factor: ArrayLike,
    alpha: ArrayLike,
    candidates: ArrayLike,
    *,
    family: str = "matern52",
    acquisition: str = "log_ei",
    best: ArrayLike = 0.0,
    kappa: float = 2.0,
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]] = (),
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    threads: int = 1,
) -> NDArray[np.float64]:
    """Return the acquisition at the ``candidates`` (m, d), shape (m,)."""
    q, kinds = np.asarray(candidates, dtype=np.float64), np.asarray(kinds)
    alphas, bests = np.atleast_2d(np.asarray(alpha, dtype=np.float64)), np.atleast_1d(best)
    mean, variance = predict(x, theta, kinds, factor, alphas[0], q, family=family)
    std = np.sqrt(variance)
    if acquisition == "lcb":
        values = -lower_confidence_bound(mean, std, kappa)[0]
    elif acquisition.endswith("ei"):
        means = [predict(x, theta, kinds, factor, row, q, family=family)[0] for row in alphas]
        improvements = [log_expected_improvement(mean, std, each)[0] for mean, each in zip(means, bests, strict=True)]
        values = logsumexp(improvements, axis=0) - np.log(len(alphas))
    else:
        values = log_probability_of_improvement(mean, std, bests[0])[0]
    values = values + added(q, kinds, family=family, feasibility=feasibility, prior=prior)
    return np.exp(values) if acquisition in ("ei", "pi") else values


def added(
    q: NDArray[np.float64],
    kinds: NDArray[np.uint8],
    *,
    family: str,
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]],
    prior: tuple[ArrayLike, ArrayLike] | None,
) -> NDArray[np.float64]:
    """Return what is added at ``q`` (m, d) to whatever is to be gained, shape (m,)."""
    values = np.zeros(len(q))
    for x, theta, factor, alpha, threshold in feasibility:
        mean, variance = predict(x, theta, kinds, factor, alpha, q, family=family)
        values += log_probability_of_improvement(mean, np.sqrt(variance), threshold)[0]
    if prior is not None:
        centre, precision = (np.asarray(array, dtype=np.float64) for array in prior)
        distance = np.where(kinds == 0, np.nan_to_num(q - centre), 0.0)  # an inactive coordinate adds nothing
        values -= 0.5 * (precision * distance**2).sum(axis=1)
    return values


def climb(
    x: ArrayLike,
    theta: ArrayLike,
    kinds: ArrayLike,
    factor: ArrayLike,
    alpha: ArrayLike,
    starts: ArrayLike,
    levels: ArrayLike,
    *,
    family: str = "matern52",
    acquisition: str = "log_ei",
    best: ArrayLike = 0.0,
    kappa: float = 2.0,
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]] = (),
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    bounds: tuple[ArrayLike, ArrayLike] | None = None,
    iterations: int = 100,
    tolerance: float = 1e-6,
    threads: int = 1,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a local maximum above every one of the ``starts`` (s, d): points (s, d) and values (s,).

    Numeric coordinates stay within ``bounds``, (d,) each; a level is inside when its cell meets them. Starts are first
    brought into the box and onto their levels. Then rounds of a bounded quasi-Newton ascent in the continuous
    coordinates and of one sweep over the others, each in turn moved to the best of its neighbours if that gains more
    than tolerance * max(1, |value|), until a sweep moves nothing or ``iterations`` rounds have passed.
    """
    kinds, levels = np.asarray(kinds), np.asarray(levels)

    def value(points: Vector) -> Vector:
        return evaluate(
            x, theta, kinds, factor, alpha, points, family=family, acquisition=LOGARITHM.get(acquisition, acquisition),
            best=best, kappa=kappa, feasibility=feasibility, prior=prior,
        )  # fmt: skip

    points = climbed(value, starts, kinds, levels, bounds, iterations, tolerance)
    values = value(points)
    return points, np.exp(values) if acquisition in LOGARITHM else values


def climbed(
    value: Callable[[Vector], Vector],
    starts: ArrayLike,
    kinds: NDArray[np.uint8],
    levels: NDArray[np.int64],
    bounds: tuple[ArrayLike, ArrayLike] | None,
    iterations: int,
    tolerance: float,
) -> Vector:
    """Return a local maximum of ``value`` above every one of the ``starts``."""
    box = Box(kinds, levels, *_bounds(len(kinds), bounds))
    points = np.array(starts, dtype=np.float64)
    for i, start in enumerate(points):
        points[i] = _climb(value, box.settled(start), box, iterations, tolerance)
    return points


def _bounds(d: int, bounds: tuple[ArrayLike, ArrayLike] | None) -> tuple[Vector, Vector]:
    lower, upper = (np.zeros(d), np.ones(d)) if bounds is None else bounds
    return np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)


@dataclass(frozen=True)
class Box:
    """Where a climb may go; arrays of shape (d,)."""

    kinds: NDArray[np.uint8]
    levels: NDArray[np.int64]
    lower: Vector
    upper: Vector

    def reach(self, j: int) -> tuple[int, int]:
        """First and last level of coordinate j."""
        g = int(self.levels[j])
        if self.kinds[j]:
            return 0, g - 1
        return min(int(self.lower[j] * g), g - 1), min(int(self.upper[j] * g), g - 1)

    def settled(self, point: Vector) -> Vector:
        """``point`` brought into the box and onto its levels; what is held or NaN stays."""
        result = np.where(self.levels == 0, np.clip(point, self.lower, self.upper), point)
        for j in np.flatnonzero((self.levels >= 2) & ~np.isnan(point)):
            level = np.clip(np.floor(point[j] * self.levels[j]), *self.reach(int(j)))
            result[j] = (level + 0.5) / self.levels[j]
        return result

    def neighbours(self, point: Vector, j: int) -> Vector:
        """``point`` with j at each other level; a numeric coordinate moves by 1, 2, 4, 8 ... levels, down before up."""
        g, (first, last) = int(self.levels[j]), self.reach(j)
        here = min(int(point[j] * g), g - 1)
        if self.kinds[j]:
            targets = [level for level in range(g) if level != here]
        else:
            jumps = [step * 2**k for k in range(g.bit_length()) for step in (-1, 1)]
            targets = [here + jump for jump in jumps if first <= here + jump <= last]
        moves = np.repeat(point[None], len(targets), axis=0)
        moves[:, j] = (np.array(targets) + 0.5) / g
        return moves


def _climb(value: Callable[[Vector], Vector], point: Vector, box: Box, iterations: int, tolerance: float) -> Vector:
    continuous, stepped = (np.flatnonzero(c & ~np.isnan(point)) for c in (box.levels == 0, box.levels >= 2))
    for _ in range(iterations):
        if continuous.size:
            point = _ascend(value, point, continuous, box, iterations, tolerance)
        before = point
        for j in stepped:
            moves, now = box.neighbours(point, int(j)), value(point[None])[0]
            values = value(moves) if len(moves) else np.array([-np.inf])
            if values.max() > now + tolerance * max(1.0, abs(now)):
                point = moves[values.argmax()]
        if point is before:
            break
    return point


def _ascend(
    value: Callable[[Vector], Vector],
    point: Vector,
    continuous: NDArray[np.intp],
    box: Box,
    iterations: int,
    tolerance: float,
) -> Vector:
    def loss(coordinates: Vector) -> float:
        moved = point.copy()
        moved[continuous] = coordinates
        return -float(value(moved[None])[0])

    options = {"maxiter": iterations, "gtol": tolerance}
    lower, upper = box.lower[continuous], box.upper[continuous]
    bounds = list(zip(lower, upper, strict=True))
    found = minimize(loss, point[continuous], method="L-BFGS-B", bounds=bounds, options=options)
    moved = point.copy()
    moved[continuous] = np.clip(found.x, lower, upper)
    return moved if value(moved[None])[0] > value(point[None])[0] else point
