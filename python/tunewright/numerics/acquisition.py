"""How much a point promises, from the normal prediction of its output.

========  =========================================================================================
symbol    meaning
========  =========================================================================================
mean      predicted output, to be minimised; any array
std       its standard deviation; broadcast against mean; 0 is allowed
best      the least output so far
z         (best - mean) / std
f, F      the standard normal density and its integral
h         h(z) = f(z) + z F(z)
========  =========================================================================================

Every function returns (value, derivative in mean, derivative in std), three float64 arrays of the common shape. All are
to be maximised but the lower confidence bound. |best - mean| counts as at most 1e50 and std as from 1e-50 to 1e50, so
that the results of the others are finite whatever comes, also at std = 0; where an argument is NaN all three are NaN.
"""

from __future__ import annotations

__all__ = [
    "expected_improvement",
    "log_expected_improvement",
    "log_probability_of_improvement",
    "lower_confidence_bound",
    "probability_of_improvement",
]

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.backend import kernels

_kernels = kernels("acquisition")

Triple = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def expected_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Triple:
    """Return EI = E max(best - output, 0) = std * h(z) and its derivatives -F(z) and f(z).

    Jones, Schonlau & Welch, J. Global Optim. 13 (1998), equation 15.

    Raises:
        TypeError: an argument is not made of real numbers.
        ValueError: mean and std do not broadcast.
    """
    return _call(_kernels.expected_improvement, mean, std, "best", best)


def log_expected_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Triple:
    """Return log EI and its derivatives, to full precision wherever z leads.

    EI itself is 0 in float64 from z = -38 on; its logarithm and gradient here still tell better from worse at z = -1e40
    (the aim of Ament et al., arXiv:2310.20708, 2023; how it is reached here: ``rust/core/src/acquisition/normal.rs``).

    Raises:
        TypeError: an argument is not made of real numbers.
        ValueError: mean and std do not broadcast.
    """
    return _call(_kernels.log_expected_improvement, mean, std, "best", best)


def probability_of_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Triple:
    """Return PI = P(output < best) = F(z) and its derivatives -f(z) / std and -z f(z) / std.

    Raises:
        TypeError: an argument is not made of real numbers.
        ValueError: mean and std do not broadcast.
    """
    return _call(_kernels.probability_of_improvement, mean, std, "best", best)


def log_probability_of_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Triple:
    """Return log PI and its derivatives, to full precision wherever z leads.

    With a threshold as ``best`` it is the log-probability that a constraint holds.

    Raises:
        TypeError: an argument is not made of real numbers.
        ValueError: mean and std do not broadcast.
    """
    return _call(_kernels.log_probability_of_improvement, mean, std, "best", best)


def lower_confidence_bound(mean: ArrayLike, std: ArrayLike, kappa: float) -> Triple:
    """Return LCB = mean - kappa * std, which is to be minimised, and its derivatives 1 and -kappa.

    Raises:
        TypeError: an argument is not made of real numbers.
        ValueError: mean and std do not broadcast.
    """
    return _call(_kernels.lower_confidence_bound, mean, std, "kappa", kappa)


def _call(kernel: Any, mean: ArrayLike, std: ArrayLike, name: str, parameter: float) -> Triple:
    """Flatten what comes, call, and give the results the common shape."""
    arrays = _real("mean", mean), _real("std", std)
    if not isinstance(parameter, int | float | np.number):
        raise TypeError(f"{name}: expected a real number, got {parameter!r} of type {type(parameter).__name__}")
    try:
        shape = np.broadcast_shapes(arrays[0].shape, arrays[1].shape)
    except ValueError:
        raise ValueError(
            f"mean and std: expected shapes that broadcast, got {arrays[0].shape} and {arrays[1].shape}"
        ) from None
    flat = [np.ascontiguousarray(np.broadcast_to(array, shape)).reshape(-1) for array in arrays]
    value, d_mean, d_std = kernel(*flat, float(parameter))
    return value.reshape(shape), d_mean.reshape(shape), d_std.reshape(shape)


def _real(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers, got {array.dtype}; convert with .astype('float64')")
    return array.astype(np.float64, copy=False)
