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

_kernels = kernels("maximise")

_LOGARITHM = {"ei": "log_ei", "pi": "log_pi"}
_ACQUISITIONS = ("log_ei", "log_pi", "lcb", *_LOGARITHM)
_FAMILIES = ("matern52", "matern32", "rbf")


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
    process = _process(x, theta, kinds, factor, alpha)
    options = _options(process, family, acquisition, best, kappa, feasibility, prior, threads)
    points = _array("candidates", candidates, (None, len(process[2])))
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
    process = _process(x, theta, kinds, factor, alpha)
    d = len(process[2])
    options = _options(process, family, acquisition, best, kappa, feasibility, prior, threads)
    if not tolerance >= 0:
        raise ValueError(f"tolerance: expected a number from 0 on, got {tolerance}")
    points, values = _kernels.climb(
        *process,
        _array("starts", starts, (None, d)),
        _levels(levels, process[2]),
        bounds=_bounds(d, (np.zeros(d), np.ones(d)) if bounds is None else bounds),
        iterations=integer("iterations", iterations, 2**31),
        tolerance=float(tolerance),
        **options,
    )
    return points, np.exp(values) if acquisition in _LOGARITHM else values


def _process(x: ArrayLike, theta: ArrayLike, kinds: ArrayLike, factor: ArrayLike, alpha: ArrayLike) -> tuple[Any, ...]:
    types = np.asarray(kinds)
    if types.ndim != 1 or types.size == 0 or not np.isin(types, (0, 1)).all():
        raise ValueError(f"kinds: expected one 0 (numeric) or 1 (categorical) for each coordinate, got {kinds!r}")
    d, points = types.size, _array("x", x, (None, types.size))
    n = len(points)
    return (
        points,
        _array("theta", theta, (d + 2,)),
        np.ascontiguousarray(types, dtype=np.uint8),
        _array("factor", factor, (n, n)),
        _array("alpha", alpha, (None, n)) if np.ndim(alpha) == 2 else _array("alpha", alpha, (n,))[None, :],
    )


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
    for name, value, allowed in (("family", family, _FAMILIES), ("acquisition", acquisition, _ACQUISITIONS)):
        if value not in allowed:
            raise ValueError(f"{name}: expected one of {', '.join(map(repr, allowed))}, got {value!r}")
    kinds, count = process[2], len(process[4])
    if count != 1 and _LOGARITHM.get(acquisition, acquisition) != "log_ei":
        raise ValueError(f"alpha: expected shape ({len(process[0])},) for {acquisition!r}, got {process[4].shape}")
    if not count:
        raise ValueError(f"alpha: expected at least one row, got {process[4].shape}")
    return {
        "family": family,
        "acquisition": _LOGARITHM.get(acquisition, acquisition),
        "best": _array("best", np.atleast_1d(best), (count,)),
        "kappa": float(kappa),
        "feasibility": [_constraint(kinds, *constraint) for constraint in feasibility],
        "prior": None if prior is None else _prior(kinds, *prior),
        "threads": max(1, integer("threads", threads, 2**16)),
    }


def _constraint(
    kinds: NDArray[np.uint8], x: ArrayLike, theta: ArrayLike, factor: ArrayLike, alpha: ArrayLike, threshold: Any
) -> tuple[Any, ...]:
    points, numbers, _, lower, weights = _process(x, theta, kinds, factor, alpha)
    if len(weights) != 1:
        raise ValueError(f"feasibility: expected alpha of shape ({len(points)},), got {weights.shape}")
    return points, numbers, lower, weights[0], float(threshold)


def _prior(kinds: NDArray[np.uint8], centre: ArrayLike, precision: ArrayLike) -> tuple[Any, Any]:
    weights = _array("prior precision", precision, kinds.shape)
    if not (weights >= 0).all():
        raise ValueError(f"prior precision: expected numbers from 0 on, got {weights}")
    return _array("prior centre", centre, kinds.shape), np.where(kinds == 0, weights, 0.0)


def _bounds(d: int, bounds: tuple[ArrayLike, ArrayLike]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lower, upper = _array("lower bounds", bounds[0], (d,)), _array("upper bounds", bounds[1], (d,))
    bad = np.flatnonzero(~((lower >= 0) & (lower <= upper) & (upper <= 1)))
    if bad.size:
        j = bad[0]
        raise ValueError(f"bounds: expected 0 <= lower <= upper <= 1, got {lower[j]} and {upper[j]} for coordinate {j}")
    return lower, upper


def _levels(levels: ArrayLike, kinds: NDArray[np.uint8]) -> NDArray[np.uintp]:
    counts = np.asarray(levels)
    if counts.shape != kinds.shape or counts.dtype.kind not in "ui" or counts.min() < 0:
        raise ValueError(
            f"levels: expected {kinds.size} integers from 0 on, one for each coordinate, got {levels!r}; "
            "0 is continuous, 1 held, g >= 2 the number of levels"
        )
    if ((counts == 0) & (kinds == 1)).any():
        raise ValueError(f"levels: expected 1 or more for each categorical coordinate, got {counts.tolist()}")
    return np.ascontiguousarray(counts, dtype=np.uintp)


def _array(name: str, values: ArrayLike, shape: tuple[int | None, ...]) -> NDArray[np.float64]:
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers, got {array.dtype}; convert with .astype('float64')")
    if len(array.shape) != len(shape) or any(
        want not in (None, got) for want, got in zip(shape, array.shape, strict=True)
    ):
        expected = ", ".join("any" if size is None else str(size) for size in shape)
        raise ValueError(f"{name}: expected shape ({expected}), got {array.shape}")
    return np.ascontiguousarray(array, dtype=np.float64)
