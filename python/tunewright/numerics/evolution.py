"""Evolution: who survives, and what the survivors' offspring look like.

==========  ==========================================================================  ============
symbol      meaning                                                                     shape, range
==========  ==========================================================================  ============
parents     genes in the unit cube, NaN where a parent has no such gene                 (n, d)
standing    of each parent, less is better                                              (n,)
cells       of each gene: 0 continuous, g an ordered and -g an unordered set of values  (d,)
losses      objectives, less is better                                                  (n, m)
violations  of constraints, 0 where all are kept; NaN counts as infinite                (n,), >= 0
mean, C     of a normal distribution that adapts, see :func:`adapted`                   (d,), (d, d)
==========  ==========================================================================  ============

The g values of a gene stand at (i + 1/2) / g; where g is 1 or -1 there is nothing to vary.

Constrained dominance (K. Deb et al., IEEE TEVC 6, 2002, section VI): the smaller violation wins, and the losses speak
where violations are equal. A point with a NaN among its losses comes after all others.

Every function raises TypeError for what is not a number of the right kind, ValueError for one out of range or a shape
that does not fit.
"""

from __future__ import annotations

__all__ = ["adapted", "crowded_survivors", "niched_survivors", "offspring", "steps"]

from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import WORD, integer, integers, matrix
from tunewright.numerics.backend import kernels

_kernels = kernels("evolution")

_MOST = 2**31

_Array = NDArray[np.float64]
Distribution = tuple[_Array, float, _Array, _Array, _Array, _Array]


def adapted(
    mean: ArrayLike,
    sigma: float,
    covariance: ArrayLike,
    factor: ArrayLike,
    conjugate: ArrayLike,
    path: ArrayLike,
    *,
    steps: ArrayLike,
    generation: int,
) -> Distribution:
    """Return a normal distribution N(mean, sigma^2 C) and its paths after one generation of CMA-ES.

    N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, 2016, equations 41 to 47, with the constants
    of its Table 1, negative weights included. C^(-1/2) is the inverse of the Cholesky factor (O. Krause, D. R. Arbonès
    & C. Igel, NIPS 2016), and sigma grows by a factor of e at most. Where rounding leaves C without a factor, what
    ``linalg.cholesky`` has to add to the diagonal belongs to it from then on. O(k d^2 + d^3 / 3).

    Args:
        mean: (d,), d >= 1.
        sigma: the step size, above 0.
        covariance: C, (d, d), symmetric.
        factor: L, (d, d), lower triangular with L L' = C.
        conjugate: (d,), the path of steps that adapts sigma; 0 at first.
        path: (d,), the path of steps that adapts C; 0 at first.
        steps: (k, d), k >= 4: (x - mean) / sigma of the generation's points, the best first.
        generation: how many there were before.

    Returns:
        The same six: mean, sigma, C, L, conjugate, path.

    Raises:
        numpy.linalg.LinAlgError: C is beyond repair.
    """
    centre, white, drift = (np.ascontiguousarray(a, dtype=np.float64) for a in (mean, conjugate, path))
    c, lower, points = (np.ascontiguousarray(a, dtype=np.float64) for a in (covariance, factor, steps))
    d = centre.size
    shapes = [a.shape for a in (centre, white, drift, c, lower, points[:4])]
    if shapes != [(d,), (d,), (d,), (d, d), (d, d), (4, d)]:
        raise ValueError(
            "mean, conjugate, path, covariance, factor, steps: expected shapes (d,), (d,), (d,), (d, d), (d, d) and "
            f"(4 or more, d), got {[a.shape for a in (centre, white, drift, c, lower, points)]}"
        )
    if not np.isfinite(points).all() or not 0.0 < sigma < inf:
        raise ValueError(f"steps must be finite and sigma above 0; sigma is {sigma!r}")
    now: Distribution = _kernels.adapted(
        centre, float(sigma), c, lower, white, drift, steps=points, generation=integer("generation", generation, WORD)
    )
    return now


def crowded_survivors(
    losses: ArrayLike, violations: ArrayLike, count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the rows that survive by rank and crowding (K. Deb et al., IEEE TEVC 6, 2002, section III).

    Args:
        losses: (n, m) real numbers, see the module.
        violations: (n,) real numbers from 0 on, see the module.
        count: how many survive, 0 to n.

    Returns:
        (count,) int64, the best first: fronts of constrained dominance one after the other, on each the points with the
        larger crowding distance first, of equal ones the later row. And (count,) float64, those distances, each on the
        whole of its front.
    """
    points = matrix("losses", losses)
    amounts = _amounts(violations, len(points))
    survivors: tuple[NDArray[np.int64], NDArray[np.float64]] = _kernels.crowded_survivors(
        points, amounts, integer("count", count, len(points) + 1)
    )
    return survivors


def niched_survivors(
    losses: ArrayLike,
    violations: ArrayLike,
    count: int,
    *,
    directions: ArrayLike,
    ideal: ArrayLike,
    draws: ArrayLike,
) -> NDArray[np.int64]:
    """Return the rows that survive by rank and reference directions (K. Deb & H. Jain, IEEE TEVC 18, 2014, section IV).

    Whole fronts of constrained dominance survive while there is room. Of the front that has to be split, points join
    the direction they are nearest to, on scales where the plane through the extreme points of the best front meets the
    axes; directions with the fewest points so far choose, their nearest point if they have none, any if they have.

    Args:
        losses: (n, m) real numbers, see the module. A point that is not finite comes after all others.
        violations: (n,) real numbers from 0 on; a front of points that violate a constraint is split by row.
        count: how many survive, 0 to n.
        directions: (r, m) of unit length, r >= 1, from the ideal point.
        ideal: (m,) finite, the smallest value of each objective that was ever seen.
        draws: (r + n,) in [0, 1): one for each direction, then one for each row. The smallest settles a tie.

    Returns:
        (count,) int64, rows of better fronts first.
    """
    points = matrix("losses", losses)
    ways = matrix("directions", directions)
    corner = _vector("ideal", ideal, points.shape[1])
    if not np.isfinite(corner).all():
        raise ValueError(f"ideal: expected finite numbers, got {corner.tolist()}")
    if not len(ways) or ways.shape[1] != points.shape[1] or not np.isfinite(ways).all():
        raise ValueError(
            f"directions: expected shape (1 or more, {points.shape[1]}) of finite numbers, got {ways.shape}"
        )
    rows: NDArray[np.int64] = _kernels.niched_survivors(
        points,
        _amounts(violations, len(points)),
        integer("count", count, len(points) + 1),
        directions=ways,
        ideal=corner,
        draws=_vector("draws", draws, len(ways) + len(points)),
    )
    return rows


def offspring(
    parents: ArrayLike,
    standing: ArrayLike,
    cells: ArrayLike,
    trials: ArrayLike,
    *,
    beats: ArrayLike | None = None,
    seed: int,
    purpose: int,
    attempt: int = 0,
    tournament: int = 2,
    crossover: float = 0.9,
    crossover_index: float = 15.0,
    mutation: float,
    mutation_index: float = 20.0,
) -> NDArray[np.float64]:
    """Return a child for each trial, a function of its number, the parents and (seed, purpose, attempt) alone.

    Each of its two parents wins a tournament; all parents take part in one, in random order, before any does again.
    Trials 2p and 2p + 1 are siblings: their parents are the same two, the first of the one the second of the other, and
    where a crossover makes a pair of values each has one of them. With a crossover, half of the genes are crossed:
    numbers by simulated binary crossover within [0, 1] (K. Deb & R. B. Agrawal, Complex Systems 9, 1995), unordered
    values by exchange. Numbers mutate polynomially (K. Deb & M. Goyal, Computer Science and Informatics 26, 1996), by
    one value at least where there are cells, unordered values to any other. A gene that one parent lacks is the
    other's. A child that is no different from its first parent has one gene mutated.

    Args:
        parents: (n, d) real numbers, n >= 1, see the module.
        standing: (n,) real numbers; NaN loses to all others.
        cells: (d,) integers, see the module.
        trials: (k,) integers from 0 on.
        beats: (n, n) booleans: parent i beats parent j in a tournament, whatever their standing; None where none does.
        seed: of the draws, see ``numerics.sampling``.
        purpose: of a child's own draws; the next two are of what siblings share and of the parents' turns.
        attempt: of the draws.
        tournament: how many parents take part; of equal ones the first whose turn it is wins.
        crossover: the probability that siblings have two parents; without, each has one of its own.
        crossover_index: the larger, the closer to its parents a crossed gene stays, >= 0.
        mutation: the probability of each gene to mutate.
        mutation_index: the larger, the smaller a mutation, >= 0.

    Returns:
        (k, d) float64 in [0, 1], NaN where neither parent has the gene.
    """
    genes = matrix("parents", parents)
    kinds = np.asarray(cells)
    if kinds.dtype.kind not in "ui":
        raise TypeError(f"cells: expected integers, got {kinds.dtype}")
    if kinds.shape != (genes.shape[1],):
        raise ValueError(f"cells: expected one for each of {genes.shape[1]} genes, got shape {kinds.shape}")
    if not len(genes) or np.any((genes < 0.0) | (genes > 1.0)):
        raise ValueError("parents: expected at least one row, of numbers from 0 to 1 or NaN")
    table = None if beats is None else np.ascontiguousarray(beats, dtype=np.bool_)
    if table is not None and table.shape != (len(genes), len(genes)):
        raise ValueError(f"beats: expected shape ({len(genes)}, {len(genes)}), got {table.shape}")
    children: NDArray[np.float64] = _kernels.offspring(
        genes,
        _vector("standing", standing, len(genes)),
        np.ascontiguousarray(kinds, dtype=np.int64),
        integers("trials", trials),
        beats=table,
        seed=integer("seed", seed, WORD),
        purpose=integer("purpose", purpose, WORD),
        attempt=integer("attempt", attempt, WORD),
        tournament=_positive("tournament", tournament),
        crossover=_number("crossover", crossover, 1.0),
        crossover_index=_number("crossover_index", crossover_index, 1e6),
        mutation=_number("mutation", mutation, 1.0),
        mutation_index=_number("mutation_index", mutation_index, 1e6),
    )
    return children


def steps(factor: ArrayLike, trials: ArrayLike, *, seed: int, purpose: int, attempt: int = 0) -> NDArray[np.float64]:
    """Return a step y = L z, z ~ N(0, I), for each trial: a function of its number and L, whatever trials come along.

    z by G. Box & M. Muller (Ann. Math. Stat. 29, 1958) from the stream of (seed, trial, purpose, attempt).

    Args:
        factor: L, (d, d), finite; what is above its diagonal is not read.
        trials: (k,) integers from 0 on.
        seed: of the draws, see ``numerics.sampling``.
        purpose: of the draws.
        attempt: of the draws.

    Returns:
        (k, d) float64.
    """
    lower = matrix("factor", factor)
    if lower.shape[0] != lower.shape[1] or not np.isfinite(lower).all():
        raise ValueError(f"factor: expected a square matrix of finite numbers, got shape {lower.shape}")
    rows: NDArray[np.float64] = _kernels.steps(
        lower,
        integers("trials", trials),
        seed=integer("seed", seed, WORD),
        purpose=integer("purpose", purpose, WORD),
        attempt=integer("attempt", attempt, WORD),
    )
    return rows


def _vector(name: str, values: ArrayLike, length: int) -> NDArray[np.float64]:
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers, got {array.dtype}; convert with .astype('float64')")
    if array.shape != (length,):
        raise ValueError(f"{name}: expected shape ({length},), got {array.shape}")
    return np.ascontiguousarray(array, dtype=np.float64)


def _amounts(violations: ArrayLike, length: int) -> NDArray[np.float64]:
    amounts = _vector("violations", violations, length)
    if np.any(amounts < 0.0):
        raise ValueError(f"violations: expected numbers from 0 on, got {np.nanmin(amounts)}")
    return amounts + 0.0  # -0 is no other violation than 0


def _positive(name: str, value: int) -> int:
    number = integer(name, value, _MOST)
    if not number:
        raise ValueError(f"{name}: expected an integer from 1 on, got 0")
    return number


def _number(name: str, value: float, most: float) -> float:
    if not 0.0 <= value <= most < inf:
        raise ValueError(f"{name}: expected a number from 0 to {most:g}, got {value!r}")
    return float(value)
