"""Points to look at before any climb: spread over the whole space, and close to what was best."""

from __future__ import annotations

__all__ = ["candidates", "design", "diverse", "reflected", "spread"]

from typing import Any

import numpy as np

from tunewright.numerics.sampling import generator, purpose, sobol, uniform
from tunewright.strategies.coordinates import Coordinates
from tunewright.trial.columns import Array, Ints

_NEIGHBOURS = purpose("gaussian-process/neighbours")
_CENTRES = 5
_MOST_DIMENSIONS = 1_111  # of the Sobol' sequence
_APART = 0.02


def design(coordinates: Coordinates, seed: int, ordinals: Ints) -> Array:
    """Point k of one scrambled Sobol' sequence through the priors, for each k in ``ordinals``: (len, d) natives."""
    d = coordinates.dimension
    points = np.concatenate([spread(int(k), 1, d, seed) for k in ordinals]) if len(ordinals) else np.zeros((0, d))
    return coordinates.natives(coordinates.quantile(points))


def candidates(coordinates: Coordinates, best: Array, count: int, seed: int, number: int) -> Array:
    """About 1.5 ``count`` points for trial ``number``, rounded to values of the space, shape (m, d).

    Two thirds are a block of the Sobol' sequence, every second one through the space's priors if it has any; one
    third moves some coordinates of the ``best`` (k, d) points, half of those the very best, by steps of 0.003 to 0.3.
    """
    d = coordinates.dimension
    points = spread(number * count, count, d, seed)
    if coordinates.has_priors:
        points[::2] = coordinates.quantile(points[::2])
    centres = best[:_CENTRES]
    shares = [count // (4 if k == 0 else 16) for k in range(len(centres))]
    near = _around(coordinates, np.repeat(centres, shares, axis=0), generator(seed, number, _NEIGHBOURS))
    return coordinates.rounded(np.concatenate([points, near]))


def diverse(points: Array, order: np.ndarray[Any, np.dtype[np.intp]], count: int) -> np.ndarray[Any, Any]:
    """The first ``count`` rows of ``points`` in ``order`` that differ from those before by 0.02 in some coordinate."""
    chosen: list[int] = []
    kept = np.empty((count, points.shape[1]))
    for row in order.tolist():
        if len(chosen) == count:
            break
        point = np.where(np.isnan(points[row]), -1.0, points[row])  # an inactive coordinate is far from any value
        if (np.abs(kept[: len(chosen)] - point).max(axis=1) > _APART).all():
            kept[len(chosen)] = point
            chosen.append(row)
    return np.array(chosen, dtype=np.intp)


def reflected(points: Array) -> Array:
    """``points`` brought back into the unit cube by reflection at its faces."""
    folded: Array = 1.0 - np.abs(1.0 - np.mod(points, 2.0))
    return folded


def _around(coordinates: Coordinates, centres: Array, draws: np.random.Generator) -> Array:
    """Each of ``centres`` with some of its coordinates moved: numbers by normal steps, categories redrawn."""
    count, d = centres.shape
    redrawn = draws.random((count, d))
    centres = np.where(np.isnan(centres), redrawn, centres)
    shape = draws.random((count, 3))
    moved = draws.random((count, d)) < 0.5 ** (2.0 * shape[:, :1])
    moved[np.arange(count), (shape[:, 1] * d).astype(np.intp)] = True
    scale = 10.0 ** (2.0 * shape[:, 2:] - 2.5)
    width = np.maximum(scale, coordinates.steps)  # a whole number moves by one of its steps at least
    points = reflected(centres + width * draws.standard_normal((count, d)))
    return np.where(moved, np.where(coordinates.kinds == 1, redrawn, points), centres)


def spread(first: int, count: int, d: int, seed: int) -> Array:
    """Points ``first``, ``first + 1``, … of the scrambled Sobol' sequence of a ``seed``, (count, d); beyond 1,111
    dimensions, for which there is none, independent draws."""
    if d <= _MOST_DIMENSIONS:
        return sobol(first % 2**50, count, d, seed=seed)
    purposes = np.arange(d, dtype=np.uint64)
    return uniform(seed, np.arange(first, first + count, dtype=np.uint64), purposes)
