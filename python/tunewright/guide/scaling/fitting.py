"""The numbers of a law that fit best, and what no law can be fitted to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares
from scipy.stats import theilslopes

from tunewright.trial.columns import Array

__all__ = ["falling", "law", "paired", "positive", "searched"]

_HUBER = 1e-3  # of log L, as in the paper: beyond it residuals count linearly
_EXPONENTS = (1e-3, 4.0)  # the range of α and β


def law(q: Array, terms: Sequence[Array]) -> Array:
    """(n,) E + A x^-α + B z^-β … for q = (E, A, α, B, β, …) and terms x, z, …, each (n,)."""
    values: Array = q[0] + sum(q[2 * k + 1] * x ** -q[2 * k + 2] for k, x in enumerate(terms))
    return values


def searched(terms: Sequence[Array], y: Array, starts: Sequence[Sequence[float]], tolerance: float = 1e-10) -> Array:
    """The q of :func:`law` with the least Huber loss of log L, over all starts.

    ``terms`` are in units of their smallest, so that amplitudes are of the order of the losses.
    """
    low = np.array([0.0] + [1e-12, _EXPONENTS[0]] * len(terms))
    high = np.array([float(y.min()) * 2.0] + [np.inf, _EXPONENTS[1]] * len(terms))
    logs = [np.log(x) for x in terms]

    def slopes(q: Array) -> Array:
        columns = [np.ones_like(y)]
        for k, x in enumerate(terms):
            power = x ** -q[2 * k + 2]
            columns += [power, -q[2 * k + 1] * logs[k] * power]
        jacobian: Array = np.stack(columns, axis=1) / law(q, terms)[:, None]
        return jacobian

    found = [
        least_squares(
            lambda q: np.log(law(q, terms) / y), np.clip(start, low + 1e-12, high * (1.0 - 1e-9)), jac=slopes,
            bounds=(low, high), loss="huber", f_scale=_HUBER, x_scale="jac", xtol=tolerance, ftol=tolerance,
            gtol=tolerance, max_nfev=300,
        )
        for start in starts
    ]  # fmt: skip
    best: Array = min(found, key=lambda one: float(one.cost)).x
    return best


def positive(name: str, values: ArrayLike, least: int) -> Array:
    """``values`` as (n,) positive numbers, ``least`` or more of them."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or len(array) < least:
        raise ValueError(f"{name} must be (n,) with n of {least} or more; got shape {array.shape}")
    if not (np.isfinite(array).all() and (array > 0.0).all()):
        raise ValueError(f"{name} must be above 0 and finite; leave out trainings that failed")
    return array


def paired(sizes: ArrayLike, losses: ArrayLike, least: int = 4) -> tuple[Array, Array]:
    """Sizes and losses, equally many."""
    n, y = positive("sizes", sizes, least), positive("losses", losses, least)
    if len(n) != len(y):
        raise ValueError(f"losses must be as many as sizes; got {len(y)} and {len(n)}")
    return n, y


def falling(name: str, sizes: Array, losses: Array, along: str = "sizes") -> None:
    """Refuse losses that do not fall: the median of the slopes between pairs must be below 0."""
    slope = float(theilslopes(np.log(losses), np.log(sizes))[0])
    if slope >= 0.0:
        raise ValueError(
            f"{name} must fall with {along} for a power law; between most pairs they do not (slope {slope:.2g} in "
            "logarithms): are these maximised, or were the larger ones not trained to the end?"
        )
