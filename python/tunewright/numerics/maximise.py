"""The acquisition of a Gaussian process over a mixed box: its values, and climbs to its local maxima.

==========  =========================================================================================================
symbol      meaning
==========  =========================================================================================================
x … alpha   the process of :mod:`tunewright.numerics.gp`: observed points (n, d) in the unit cube, NaN where inactive;
            theta (d + 2,); kinds (d,), 0 numeric, 1 categorical; factor (n, n), of which the lower triangle is read;
            alpha (n,)
levels      (d,) of a coordinate: 0 continuous in [0, 1]; 1 held where a start has it; g >= 2 the values (i + 0.5) / g,
            i = 0 … g - 1
==========  =========================================================================================================

What is maximised, by ``acquisition`` (see :mod:`tunewright.numerics.acquisition`; outputs are minimised):

- "log_ei", "log_pi": the logarithm of the expected improvement on ``best``, or of its probability;
- "lcb": kappa * std - mean.

With ``alpha`` (s, n) and ``best`` (s,) "log_ei" is the logarithm of the mean expected improvement of s processes, each
on its own best, that agree in everything but their outputs: with outputs drawn from the posterior of a noisy record
and the factor of a process without noise, noisy expected improvement (Letham et al., Bayesian Analysis 14, 2019).

To it are added log P(constraint <= threshold) by each further process of the same kinds and family in ``feasibility``,
a sequence of (x, theta, factor, alpha, threshold), and, if given, the log-prior -1/2 sum precision * (q - centre)^2
over the numeric coordinates that are active, ``prior`` = (centre (d,), precision (d,)); for πBO (Hvarfner et al.,
arXiv:2204.11051, 2022) the precision is that of the prior times beta / t. "ei" and "pi" are the exponentials of
"log_ei" and "log_pi" with all that is added, and are climbed as those.
"""

from __future__ import annotations

__all__ = ["climb", "evaluate"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import integer
from tunewright.numerics.backend import kernels
from tunewright.numerics.mixed import array, bounds_of, common_options, levels_of, process_of

_kernels = kernels("maximise")

_LOGARITHM = {"ei": "log_ei", "pi": "log_pi"}
_ACQUISITIONS = ("log_ei", "log_pi", "lcb", *_LOGARITHM)


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
    """Return the acquisition at every candidate. O(m n^2); the same bits for any number of threads.

    Args:
        x: (n, d), with theta, kinds, factor and alpha the process.
        theta: (d + 2,).
        kinds: (d,).
        factor: (n, n).
        alpha: (n,), or (s, n) for "log_ei" and "ei".
        candidates: (m, d) in the unit cube, NaN where inactive.
        family: "matern52", "matern32" or "rbf".
        acquisition: "log_ei", "log_pi", "lcb", "ei" or "pi".
        best: what is to be improved on, with ``alpha`` (s, n) one number for each; not used by "lcb".
        kappa: the weight of the standard deviation; used by "lcb" alone.
        feasibility: for each constraint its process and its threshold.
        prior: centre and precision of a normal prior for each coordinate.
        threads: how many threads may work.

    Returns:
        (m,) float64.

    Raises:
        TypeError: an array is not made of real numbers.
        ValueError: shapes do not fit together, or a name is unknown.
    """
    process = process_of(x, theta, kinds, factor, alpha)
    options = _options(process, family, acquisition, best, kappa, feasibility, prior, threads)
    points = array("candidates", candidates, (None, len(process[2])))
    values: NDArray[np.float64] = _kernels.evaluate(*process, points, **options)
    return np.exp(values) if acquisition in _LOGARITHM else values


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
    """Return a local maximum of the acquisition above every start.

    Starts are first brought into the box and onto their levels. Then a bounded quasi-Newton ascent in the continuous
    coordinates alternates with one sweep over those with levels, each in turn moved to the best place one move away (a
    category to any other, a number by 1, 2, 4, 8 … levels either way), until a sweep moves nothing. What is NaN in a
    start stays NaN: coordinates that decide whether others are active should be held.

    Args:
        x: (n, d), with theta, kinds, factor and alpha the process.
        theta: (d + 2,).
        kinds: (d,).
        factor: (n, n).
        alpha: (n,), or (s, n) for "log_ei" and "ei".
        starts: (s, d) in the unit cube, NaN where inactive. About 8 of them cost little more than one.
        levels: (d,) integers.
        family: "matern52", "matern32" or "rbf".
        acquisition: "log_ei", "log_pi", "lcb", "ei" or "pi".
        best: what is to be improved on, with ``alpha`` (s, n) one number for each; not used by "lcb".
        kappa: the weight of the standard deviation; used by "lcb" alone.
        feasibility: for each constraint its process and its threshold.
        prior: centre and precision of a normal prior for each coordinate.
        bounds: least and largest value of each coordinate, (d,) each, the unit cube by default; they hold numbers that
            are continuous or have levels, and a level is inside when its cell [i / g, (i + 1) / g] meets them.
        iterations: bound of the steps of an ascent, and of the number of sweeps.
        tolerance: the gradient and the gain, in units of max(1, |value|), that no longer count.
        threads: how many threads may work; the result has the same bits for any.

    Returns:
        points (s, d) and their values (s,), none below the value of its start.

    Raises:
        TypeError: an array is not made of real numbers.
        ValueError: shapes do not fit together, a number is out of range, or a name is unknown.
    """
    process = process_of(x, theta, kinds, factor, alpha)
    d = len(process[2])
    options = _options(process, family, acquisition, best, kappa, feasibility, prior, threads)
    if not tolerance >= 0:
        raise ValueError(f"tolerance: expected a number from 0 on, got {tolerance}")
    points, values = _kernels.climb(
        *process,
        array("starts", starts, (None, d)),
        levels_of(levels, process[2]),
        bounds=bounds_of(d, bounds),
        iterations=integer("iterations", iterations, 2**31),
        tolerance=float(tolerance),
        **options,
    )
    return points, np.exp(values) if acquisition in _LOGARITHM else values


def _options(
    process: tuple[Any, ...],
    family: str,
    acquisition: str,
    best: ArrayLike,
    kappa: float,
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]],
    prior: tuple[ArrayLike, ArrayLike] | None,
    threads: int,
) -> dict[str, Any]:
    if acquisition not in _ACQUISITIONS:
        raise ValueError(f"acquisition: expected one of {', '.join(map(repr, _ACQUISITIONS))}, got {acquisition!r}")
    kinds, count = process[2], len(process[4])
    if count != 1 and _LOGARITHM.get(acquisition, acquisition) != "log_ei":
        raise ValueError(f"alpha: expected shape ({len(process[0])},) for {acquisition!r}, got {process[4].shape}")
    if not count:
        raise ValueError(f"alpha: expected at least one row, got {process[4].shape}")
    return {
        "acquisition": _LOGARITHM.get(acquisition, acquisition),
        "best": array("best", np.atleast_1d(best), (count,)),
        "kappa": float(kappa),
        **common_options(kinds, family, feasibility, prior, threads),
    }
