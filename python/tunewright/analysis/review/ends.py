"""Where the good trials are in a range: at its end, or never in a part of it."""

from __future__ import annotations

__all__ = ["Edges", "edges", "unused"]

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, hypergeom

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ZONE = 0.05  # of the range: what counts as its end
SHARE = 0.3  # of the good trials: how many at an end are many
LEVEL = 0.01  # of a test, divided by the number of tests


@dataclass(frozen=True)
class Edges:
    """One range.

    Attributes:
        hit: good trials crowd at the (low, high) end, more than others do.
        shares: of the good trials at each end.
        used: the part of the coordinate (low, high) that holds all good trials, with a margin; an end stays where it
            cannot be told that what is beyond is of no use.
        idle: ended trials below and above that part.
    """

    hit: tuple[bool, bool]
    shares: tuple[float, float]
    used: tuple[float, float]
    idle: tuple[int, int]


def edges(u: Array, good: Mask, tests: int, zone: float, *, matters: bool) -> Edges:
    """Ends and use of a coordinate ``u`` (n,), without NaN; ``tests`` share the level.

    An end of width ``zone`` is hit where more good trials are there than if they had been drawn from all that were
    tried (hypergeometric). A strategy that has moved there as a whole leaves no such difference: where the parameter is
    known to matter, chance is then the width of the zone (binomial).
    """
    hits, shares, n_good = [], [], int(good.sum())
    for near in (u <= zone, u >= 1.0 - zone):
        there = int((near & good).sum())
        share = there / n_good if n_good else 0.0
        p = float(hypergeom.sf(there - 1, len(u), int(near.sum()), n_good)) if n_good else 1.0
        if matters and near.mean() >= SHARE:
            p = min(p, float(binom.sf(there - 1, n_good, zone)))
        shares.append(share)
        hits.append(share >= SHARE and p < 5 * LEVEL / tests)
    low, high, idle = _used(u, good, tests)
    return Edges((hits[0], hits[1]), (shares[0], shares[1]), (low, high), idle)


def _used(u: Array, good: Mask, tests: int) -> tuple[float, float, tuple[int, int]]:
    inside = u[good]
    if len(inside) < 5:
        return 0.0, 1.0, (0, 0)
    margin = max(0.05, 0.25 * float(np.ptp(inside)))
    low, high = max(0.0, float(inside.min()) - margin), min(1.0, float(inside.max()) + margin)
    below, above = int((u < low).sum()), int((u > high).sum())
    if low < 0.15 or not unused(len(u), below, len(inside), tests):
        low, below = 0.0, 0
    if high > 0.85 or not unused(len(u), above, len(inside), tests):
        high, above = 1.0, 0
    return low, high, (below, above)


def unused(n: int, there: int, n_good: int, tests: int) -> bool:
    """Whether none good of ``there`` trials among ``n`` is more than chance."""
    return bool(there and hypergeom.pmf(0, n, there, n_good) < LEVEL / tests)
