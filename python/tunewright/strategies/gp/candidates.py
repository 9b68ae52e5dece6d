"""Points to look at before any climb: spread over the whole space, and close to what was best."""

from __future__ import annotations

__all__ = ["candidates", "design", "diverse", "reflected"]

from typing import Any

import numpy as np

from tunewright.numerics.sampling import generator, purpose, sobol, uniform
from tunewright.strategies.gp.coordinates import Coordinates
from tunewright.trial.columns import Array, Ints

_NEIGHBOURS = purpose("gaussian-process/neighbours")
_CENTRES = 5
_MOST_DIMENSIONS = 1_111  # of the Sobol' sequence
_APART = 0.02


def design(coordinates: Coordinates, seed: int, ordinals: Ints) -> Array:
    """Point k of one scrambled Sobol' sequence through the priors, for each k in ``ordinals``: (len, d) natives."""
    d = coordinates.dimension
    points = np.concatenate([_spread(int(k), 1, d, seed) for k in ordinals]) if len(ordinals) else np.zeros((0, d))
    return coordinates.natives(coordinates.quantile(points))


def candidates(coordinates: Coordinates, best: Array, count: int, seed: int, number: int) -> Array:
    """About 1.5 ``count`` points for trial ``number``, rounded to values of the space, shape (m, d).

    Two thirds are a block of the Sobol' sequence, every second one through the space's priors if it has any; one
    third moves some coordinates of the ``best`` (k, d) points, half of those the very best, by steps of 0.003 to 0.3.
    """
    d = coordinates.dimension
    points = _spread(number * count, count, d, seed)
    if coordinates.has_priors:
        points[::2] = coordinates.quantile(points[::2])
    draws = generator(seed, number, _NEIGHBOURS)
    near = [
        _around(coordinates, centre, count // (4 if k == 0 else 16), draws) for k, centre in enumerate(best[:_CENTRES])
    ]
    return coordinates.rounded(np.concatenate([points, *near]))


def diverse(points: Array, order: np.ndarray[Any, np.dtype[np.intp]], count: int) -> np.ndarray[Any, Any]:
    """The first ``count`` rows of ``points`` in ``order`` that differ from those before by 0.02 in some coordinate."""
    left = order
    chosen: list[int] = []
    while len(left) and len(chosen) < count:
        first = points[left[0]]
        chosen.append(int(left[0]))
        gap = np.abs(points[left] - first)
        gap = np.where(np.isnan(gap), (np.isnan(points[left]) != np.isnan(first)).astype(np.float64), gap)
        left = left[np.any(gap > _APART, axis=1)]
    return np.array(chosen, dtype=np.intp)


def reflected(points: Array) -> Array:
    """``points`` brought back into the unit cube by reflection at its faces."""
    folded: Array = 1.0 - np.abs(1.0 - np.mod(points, 2.0))
    return folded


def _around(coordinates: Coordinates, centre: Array, count: int, draws: np.random.Generator) -> Array:
    """``centre`` with a random subset of its coordinates moved: numbers by normal steps, categories redrawn."""
    d = coordinates.dimension
    centre = np.where(np.isnan(centre), draws.random(d), centre)
    moved = draws.random((count, d)) < 0.5 ** (2.0 * draws.random((count, 1)))
    moved[np.arange(count), draws.integers(d, size=count)] = True
    scale = 10.0 ** draws.uniform(-2.5, -0.5, (count, 1))
    width = np.maximum(scale, coordinates.steps)  # a whole number moves by one of its steps at least
    points = reflected(centre + width * draws.standard_normal((count, d)))
    redrawn = draws.random((count, d))
    points = np.where(coordinates.kinds == 1, redrawn, points)
    return np.where(moved, points, centre)


def _spread(first: int, count: int, d: int, seed: int) -> Array:
    if d <= _MOST_DIMENSIONS:
        return sobol(first % 2**50, count, d, seed=seed)
    purposes = np.arange(d, dtype=np.uint64)
    return uniform(seed, np.arange(first, first + count, dtype=np.uint64), purposes)
