"""Rungs, brackets and the order of trials on them.

The order, stated once. Less is better. Trials are ordered by (violation, loss, number): one that keeps the constraints
(violation 0) comes before one that does not, and of equals the lower number comes first. -0 = +0, infinities are
ordinary values. A NaN has no place in the order: such a report enters no rung and no ranking.

    r, R   smallest and largest resource of a trial (epochs, folds, parts of the data), whole numbers
    η      reduction factor, a whole number from 2 upwards: one trial of η goes on

:class:`Rungs` and :class:`Ranking` are the compiled classes themselves: they answer in less than a microsecond, and a
check in between would cost as much again. Trials and steps are whole numbers from 0 upwards (``OverflowError`` if not).
"""

from __future__ import annotations

__all__ = ["Ranking", "Rungs", "brackets", "epsilon_net", "leaders", "levels"]

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import integer, matrix
from tunewright.numerics.backend import kernels

if TYPE_CHECKING:
    from tunewright._rust import Ranking, Rungs

_kernels = kernels("halving")
if not TYPE_CHECKING:
    Ranking, Rungs = _kernels.Ranking, _kernels.Rungs

_WHOLE = 2**63


def levels(min_resource: int, max_resource: int, reduction_factor: int) -> list[int]:
    """Return the resources at which trials are compared (L. Li et al., MLSys 2020, section 3).

    Args:
        min_resource: r, from 1 upwards.
        max_resource: R, at least r.
        reduction_factor: η, from 2 upwards.

    Returns:
        r, r·η, r·η², … below R, and R: exact, in whole numbers.

    Raises:
        TypeError, ValueError: not such whole numbers.
    """
    return [int(level) for level in _kernels.levels(*_resources(min_resource, max_resource, reduction_factor))]


def brackets(min_resource: int, max_resource: int, reduction_factor: int) -> list[tuple[list[int], list[int]]]:
    """Return the brackets of Hyperband (L. Li et al., JMLR 18(185), 2018, Algorithm 1).

    Args:
        min_resource: r, from 1 upwards.
        max_resource: R, at least r.
        reduction_factor: η, from 2 upwards.

    Returns:
        For s = s_max … 0, where s_max is the largest s with r·ηˢ ≤ R, the sizes nᵢ = ⌊n η⁻ⁱ⌋ of its s + 1 rungs, with
        n = ⌈(s_max + 1) ηˢ / (s + 1)⌉, and their resources rᵢ = ⌊R η^(i−s)⌋.

    Raises:
        TypeError, ValueError: not such whole numbers.
    """
    found = _kernels.brackets(*_resources(min_resource, max_resource, reduction_factor))
    return [([int(n) for n in sizes], [int(r) for r in resources]) for sizes, resources in found]


def leaders(losses: ArrayLike, violations: ArrayLike, count: int) -> NDArray[np.int64]:
    """Return the best few of trials with several objectives (R. Schmucker et al., arXiv 2106.12639, 2021).

    Args:
        losses: (n, m) real numbers, less is better.
        violations: (n,) real numbers; 0 where the constraints are kept.
        count: how many rows.

    Returns:
        (k,) int64, ascending, k ≤ count: those that keep the constraints first, front by front; of the first front that
        does not fit as a whole, those that :func:`epsilon_net` takes first; then the others by (violation, row). Rows
        with a NaN are never among them.

    Raises:
        TypeError, ValueError: arguments that are no such arrays.
    """
    points = matrix("losses", losses)
    broken = matrix("violations", np.reshape(np.asarray(violations), (-1, 1)))[:, 0]
    if len(broken) != len(points):
        raise ValueError(f"violations: expected one for each of {len(points)} rows of losses, got {len(broken)}")
    found: NDArray[np.int64] = _kernels.leaders(points, np.ascontiguousarray(broken), integer("count", count, _WHOLE))
    return found


def epsilon_net(losses: ArrayLike, count: int) -> NDArray[np.int64]:
    """Return the first ``count`` rows of the order in which each next row is the one furthest from all before it.

    Args:
        losses: (n, m) real numbers.
        count: how many rows.

    Returns:
        (k,) int64, k ≤ count. The first is the best in the first objective. Distances are Euclidean in objectives
        scaled to [0, 1] by their smallest and largest finite value; an objective that does not vary counts nothing.
        Of equals the lower row comes first; rows with a NaN are never taken.

    Raises:
        TypeError, ValueError: arguments that are no such arrays.
    """
    found: NDArray[np.int64] = _kernels.epsilon_net(matrix("losses", losses), integer("count", count, _WHOLE))
    return found


def _resources(min_resource: int, max_resource: int, reduction_factor: int) -> tuple[int, int, int]:
    return (
        integer("min_resource", min_resource, _WHOLE),
        integer("max_resource", max_resource, _WHOLE),
        integer("reduction_factor", reduction_factor, _WHOLE),
    )
