"""Reference directions: where in the space of many objectives a front shall have points."""

from __future__ import annotations

__all__ = ["reference_directions"]

from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np

from tunewright.trial.columns import Array


@lru_cache(maxsize=16)
def reference_directions(objectives: int, count: int) -> Array:
    """As many evenly spread directions as there are, ``count`` at most: shape (r, objectives), of unit length.

    The points of a simplex lattice with H parts to a side (I. Das & J. E. Dennis, SIAM J. Optim. 8, 1998), C(H + m - 1,
    H) of them for m objectives. With H < m all of those lie on the simplex's boundary; then a second, coarser lattice
    follows, shrunk to half about the centre (K. Deb & H. Jain, IEEE TEVC 18, 2014, section V). Where not even the m
    axes fit into ``count``, they are the directions all the same.
    """
    outer = max(1, _parts(objectives, count))
    points = _lattice(objectives, outer)
    inner = _parts(objectives, count - len(points))
    if outer < objectives and inner:
        points = np.concatenate([points, 0.5 * _lattice(objectives, inner) + 0.5 / objectives])
    directions: Array = points / np.linalg.norm(points, axis=1, keepdims=True)
    directions.flags.writeable = False
    return directions


def _parts(objectives: int, count: int) -> int:
    """The largest H whose lattice has at most ``count`` points; 0 where there is none."""
    if objectives == 1:
        return min(count, 1)
    parts = 0
    while comb(parts + objectives, objectives - 1) <= count:
        parts += 1
    return parts


def _lattice(objectives: int, parts: int) -> Array:
    """All points of whole multiples of 1 / parts that sum to 1, by the places of the bars between the stars."""
    places = range(parts + objectives - 1)
    chosen = list(combinations(places, objectives - 1))
    bars = np.array(chosen, dtype=np.int64).reshape(len(chosen), objectives - 1)
    ends = np.pad(bars, ((0, 0), (1, 1)), constant_values=(-1, parts + objectives - 1))
    points: Array = (np.diff(ends, axis=1) - 1) / parts
    return points
