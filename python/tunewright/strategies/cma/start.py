"""Where CMA-ES starts: at a configuration, or where an earlier study's best trials lie."""

from __future__ import annotations

__all__ = ["center", "covered", "promising"]

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tunewright.strategies.cma.layout import Layout
from tunewright.strategies.evolution.merit import ranked
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array

_FAITH = 0.5  # of the probability of a category that a start names


def center(layout: Layout, start: Mapping[str, Any]) -> tuple[Array, Array]:
    """Mean (d,) of the numbers, probabilities (c, most) of the categories; the priors' where ``start`` says nothing."""
    space = layout.space
    mean, probabilities = layout.prior[0].copy(), layout.prior_categories.copy()
    names = [space.space.names[j] for j in space.columns]
    for name, value in start.items():
        if name not in names:
            continue  # of a space that has yet to grow, or a parameter with a single value
        j = names.index(name)
        domain = space.space[name]
        unit = float(domain.encode(np.array([domain.native(value)]))[0])
        if j in layout.numbers:
            mean[layout.numbers == j] = unit
        else:
            row = int(np.flatnonzero(layout.categories == j)[0])
            probabilities[row] *= 1.0 - _FAITH
            probabilities[row, min(int(unit * layout.sizes[row]), int(layout.sizes[row]) - 1)] += _FAITH
    return mean, probabilities


def covered(covariance: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    """``covariance`` as a tuple of rows.

    Raises:
        ValueError: not square, symmetric and positive definite.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
    if not square or not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T):
        raise ValueError(f"covariance must be a symmetric matrix of finite numbers; got shape {matrix.shape}")
    if len(matrix) and np.linalg.eigvalsh(matrix)[0] <= 0.0:
        raise ValueError("covariance must be positive definite; its smallest eigenvalue is not above 0")
    return tuple(tuple(row) for row in matrix.tolist())


def promising(
    history: History, layout: Layout, best: float, spread: float
) -> tuple[dict[str, Any], float, tuple[tuple[float, ...], ...]]:
    """Start, sigma and covariance of the normal distribution where the best trials of a record lie."""
    for name, value in {"best": best, "spread": spread}.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 < value <= 1.0:
            raise ValueError(f"{name} must be a number above 0, up to 1; got {value!r}")
    trials = np.flatnonzero(history.states == TrialState.COMPLETE)
    trials = trials[np.isfinite(history.losses[trials, 0])]
    if not len(trials):
        raise ValueError("the record has no complete trial to start from; run some, or give start={...}")
    chosen = trials[np.argsort(ranked(history, trials), kind="stable")][: max(1, int(best * len(trials)))]
    unit = history.unit[chosen][:, layout.space.columns]
    middle = _usual_values(unit, layout)
    natives = layout.space.natives(middle[None, :])
    start = history.space.configs(natives)[0]
    d = len(layout.numbers)
    gaps = unit[:, layout.numbers] - middle[layout.numbers]
    gaps = np.where(np.isnan(gaps), 0.0, gaps)
    sigma_c = gaps.T @ gaps / len(chosen) + spread**2 * np.eye(d)
    sigma = float(np.exp(np.linalg.slogdet(sigma_c)[1] / (2 * d))) if d else spread
    return start, sigma, covered(sigma_c / sigma**2) if d else ()


def _usual_values(unit: Array, layout: Layout) -> Array:
    """The mean of each number and the most frequent category of ``unit`` (k, coordinates); 1/2 where none is used."""
    middle = np.full(unit.shape[1], 0.5)
    for j, column in enumerate(unit.T):
        known = column[~np.isnan(column)]
        if not len(known):
            continue
        if j in layout.numbers:
            middle[j] = known.mean()
        else:
            values, counts = np.unique(known, return_counts=True)
            middle[j] = values[np.argmax(counts)]
    return middle
