"""The expected hypervolume improvement of several Gaussian processes over a mixed box: its values, and climbs.

==========  =========================================================================================================
symbol      meaning
==========  =========================================================================================================
m           objectives, all minimised
processes   one (x, theta, factor, alpha) of :mod:`tunewright.numerics.gp` for each objective: points (n_j, d), which
            need not be the same for all; theta (d + 2,); factor (n_j, n_j); alpha (n_j,)
lower       corners of disjoint boxes that make up what no point of the front dominates up to the reference point,
            (k, m), as of ``pareto.box_decomposition``; -inf is allowed
upper       (k, m)
==========  =========================================================================================================

What is maximised is :func:`log_expected_hypervolume_improvement` of the processes' predictions, taken to be
independent, with ``feasibility`` and ``prior`` added as in :mod:`tunewright.numerics.maximise`.
"""

from __future__ import annotations

__all__ = ["climb_front", "evaluate_front", "log_expected_hypervolume_improvement"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import integer
from tunewright.numerics.backend import kernels
from tunewright.numerics.mixed import array, bounds_of, common_options, corners_of, levels_of, single_of

_kernels = kernels("multiobjective")

Triple = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def evaluate_front(
    processes: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]],
    kinds: ArrayLike,
    candidates: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    family: str = "matern52",
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]] = (),
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    threads: int = 1,
) -> NDArray[np.float64]:
    """Return log EHVI, with what is added to it, at every candidate. O(c m n^2 + c m k).

    Args:
        processes: m of them.
        kinds: (d,), 0 numeric, 1 categorical.
        candidates: (c, d) in the unit cube, NaN where inactive.
        lower: (k, m).
        upper: (k, m).
        family: "matern52", "matern32" or "rbf".
        feasibility: for each constraint its process and its threshold.
        prior: centre and precision of a normal prior for each coordinate.
        threads: how many threads may work; the result has the same bits for any.

    Returns:
        (c,) float64; -inf without boxes.

    Raises:
        TypeError: an array is not made of real numbers.
        ValueError: shapes do not fit together, or a name is unknown.
    """
    models, types = _models(processes, kinds)
    values: NDArray[np.float64] = _kernels.evaluate_front(
        models,
        types,
        array("candidates", candidates, (None, len(types))),
        *corners_of(lower, upper, len(models)),
        **common_options(types, family, feasibility, prior, threads),
    )
    return values


def climb_front(
    processes: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]],
    kinds: ArrayLike,
    starts: ArrayLike,
    levels: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    family: str = "matern52",
    feasibility: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float]] = (),
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    bounds: tuple[ArrayLike, ArrayLike] | None = None,
    iterations: int = 100,
    tolerance: float = 1e-6,
    threads: int = 1,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a local maximum above every start, found as by :func:`tunewright.numerics.maximise.climb`.

    Args:
        processes: m of them.
        kinds: (d,), 0 numeric, 1 categorical.
        starts: (s, d) in the unit cube, NaN where inactive.
        levels: (d,) integers: 0 continuous, 1 held, g >= 2 the values (i + 0.5) / g.
        lower: (k, m).
        upper: (k, m).
        family: "matern52", "matern32" or "rbf".
        feasibility: for each constraint its process and its threshold.
        prior: centre and precision of a normal prior for each coordinate.
        bounds: least and largest value of each coordinate, (d,) each, the unit cube by default.
        iterations: bound of the steps of an ascent, and of the number of sweeps.
        tolerance: the gradient and the gain, in units of max(1, |value|), that no longer count.
        threads: how many threads may work; the result has the same bits for any.

    Returns:
        points (s, d) and their values (s,), none below the value of its start.

    Raises:
        TypeError: an array is not made of real numbers.
        ValueError: shapes do not fit together, a number is out of range, or a name is unknown.
    """
    models, types = _models(processes, kinds)
    d = len(types)
    if not tolerance >= 0:
        raise ValueError(f"tolerance: expected a number from 0 on, got {tolerance}")
    points, values = _kernels.climb_front(
        models,
        types,
        array("starts", starts, (None, d)),
        levels_of(levels, types),
        *corners_of(lower, upper, len(models)),
        bounds=bounds_of(d, bounds),
        iterations=integer("iterations", iterations, 2**31),
        tolerance=float(tolerance),
        **common_options(types, family, feasibility, prior, threads),
    )
    return points, values


def log_expected_hypervolume_improvement(mean: ArrayLike, std: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Triple:
    """Return log EHVI and its derivatives in mean and std: how much volume an outcome will newly dominate.

    The outputs are independent, so that EHVI is the sum over the boxes of the products of G_j(upper_j) - G_j(lower_j),
    where G_j(c) = E max(c - output_j, 0) = std_j h((c - mean_j) / std_j). It is exact for any number of objectives and
    precise wherever it leads, like :func:`tunewright.numerics.acquisition.log_expected_improvement`, which it is for
    one objective and one box.

    Yang, Emmerich, Deutz & Baeck, J. Global Optim. 75 (2019); in logarithms after Ament et al., NeurIPS 2023.

    Args:
        mean: (n, m), predicted outputs, to be minimised.
        std: (n, m), their standard deviations.
        lower: (k, m), corners of disjoint boxes that make up what no point dominates yet; -inf is allowed.
        upper: (k, m), finite; boxes without volume count for nothing.

    Returns:
        (n,), (n, m) and (n, m); -inf and zeros without boxes.

    Raises:
        TypeError: an argument is not made of real numbers.
        ValueError: the shapes do not fit together, or a corner is NaN.
    """
    means = array("mean", mean, (None, None))
    stds = array("std", std, means.shape)
    value, d_mean, d_std = _kernels.log_expected_hypervolume_improvement(
        means, stds, *corners_of(lower, upper, means.shape[1])
    )
    return value, d_mean, d_std


def _models(
    processes: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]], kinds: ArrayLike
) -> tuple[list[tuple[Any, ...]], NDArray[np.uint8]]:
    if not len(processes):
        raise ValueError("processes: expected one (x, theta, factor, alpha) for each objective, got none")
    models = [single_of(x, theta, kinds, factor, alpha, "processes") for x, theta, factor, alpha in processes]
    return models, np.asarray(kinds, dtype=np.uint8)
