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
"ei" and "pi" are the exponentials of "log_ei" and "log_pi" with all that is added.
"""

from __future__ import annotations

__all__ = ["climb", "evaluate"]

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

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
    best: float = 0.0,
    kappa: float = 2.0,
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]] = (),
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    threads: int = 1,
) -> NDArray[np.float64]:
    """Return the acquisition at the ``candidates`` (m, d), shape (m,)."""
    q, kinds = np.asarray(candidates, dtype=np.float64), np.asarray(kinds)
    mean, variance = predict(x, theta, kinds, factor, alpha, q, family=family)
    std = np.sqrt(variance)
    if acquisition == "lcb":
        values = -lower_confidence_bound(mean, std, kappa)[0]
    elif acquisition.endswith("ei"):
        values = log_expected_improvement(mean, std, best)[0]
    else:
        values = log_probability_of_improvement(mean, std, best)[0]
    for other_x, other_theta, other_factor, other_alpha, threshold in feasibility:
        mean, variance = predict(other_x, other_theta, kinds, other_factor, other_alpha, q, family=family)
        values = values + log_probability_of_improvement(mean, np.sqrt(variance), threshold)[0]
    if prior is not None:
        centre, precision = (np.asarray(array, dtype=np.float64) for array in prior)
        distance = np.where(kinds == 0, np.nan_to_num(q - centre), 0.0)  # an inactive coordinate adds nothing
        values = values - 0.5 * (precision * distance**2).sum(axis=1)
    return np.exp(values) if acquisition in ("ei", "pi") else values


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
    best: float = 0.0,
    kappa: float = 2.0,
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]] = (),
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    iterations: int = 100,
    tolerance: float = 1e-6,
    threads: int = 1,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a local maximum above every one of the ``starts`` (s, d): points (s, d) and values (s,).

    Starts are first brought into the box and onto their levels. Then rounds of a bounded quasi-Newton ascent in the
    continuous coordinates and of one sweep over the others, each in turn moved to the best of its neighbours if that
    gains more than tolerance * max(1, |value|), until a sweep moves nothing or ``iterations`` rounds have passed.
    """
    kinds, levels = np.asarray(kinds), np.asarray(levels)

    def value(points: Vector) -> Vector:
        return evaluate(
            x, theta, kinds, factor, alpha, points, family=family, acquisition=LOGARITHM.get(acquisition, acquisition),
            best=best, kappa=kappa, feasibility=feasibility, prior=prior,
        )  # fmt: skip

    points = np.array(starts, dtype=np.float64)
    for i, start in enumerate(points):
        points[i] = _climb(value, _in_box(start, levels), kinds, levels, iterations, tolerance)
    values = value(points)
    return points, np.exp(values) if acquisition in LOGARITHM else values


def _in_box(point: Vector, levels: NDArray[np.int64]) -> Vector:
    cells = np.maximum(levels, 1)
    snapped = (np.clip(np.floor(point * cells), 0, cells - 1) + 0.5) / cells
    return np.where(levels == 0, np.clip(point, 0, 1), np.where(levels >= 2, snapped, point))


def _climb(
    value: Callable[[Vector], Vector],
    point: Vector,
    kinds: NDArray[np.uint8],
    levels: NDArray[np.int64],
    iterations: int,
    tolerance: float,
) -> Vector:
    continuous, stepped = (np.flatnonzero(chosen & ~np.isnan(point)) for chosen in (levels == 0, levels >= 2))
    for _ in range(iterations):
        if continuous.size:
            point = _ascend(value, point, continuous, iterations, tolerance)
        before = point
        for j in stepped:
            moves = _neighbours(point, j, int(levels[j]), categorical=bool(kinds[j]))
            values, now = value(moves), value(point[None])[0]
            if values.max() > now + tolerance * max(1.0, abs(now)):
                point = moves[values.argmax()]
        if point is before:
            break
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
