"""Where trials keep the constraints and do not fail, as far as the record tells."""

from __future__ import annotations

__all__ = ["Feasibility", "feasibility", "standardised"]

import math
from dataclasses import replace
from typing import Any

import numpy as np

from tunewright.numerics import gp
from tunewright.strategies.gp.model import Model, checkpoint, fitted
from tunewright.strategies.gp.record import Evidence
from tunewright.trial.columns import Array

Feasibility = tuple[Array, Array, Array, Array, float]
"""Points, hyperparameters, factor, weights and threshold of a process: feasible where it is below the threshold."""

_LARGEST = 1e150
_MOST = 1_000
_FAR = 100.0  # median sizes of a slack from which on it makes no difference how large it is


def feasibility(seen: Evidence, model: Model, points: int) -> list[Feasibility]:
    """A process for each constraint of which anything is known, and one for failing if any trial failed.

    Each sees as many of the newest trials as ``points``, 1,000 at most, as it is made anew at every ask; all share
    kinds, kernel and threads with the ``model`` of the losses.
    """
    points = min(points, _MOST)
    found = [_constraint(seen.x[-points:], slacks, model) for slacks in seen.slacks[-points:].T]
    if len(seen.failed):
        failed = seen.failed[-points // 4 :]
        well = model.x[-(points - len(failed)) :]
        found.append(
            _two_valued(np.concatenate([well, failed]), np.arange(len(well) + len(failed)) >= len(well), model)
        )
    return [process for process in found if process is not None]


def _constraint(x: Array, slacks: Array, model: Model) -> Feasibility | None:
    """A process of ``slacks`` (n,), of which those that are NaN are left out; ``None`` without any.

    Slacks are put on a scale that is fine around 0 and coarse far from it, sign(s) log(1 + |s|) with s in units of the
    median size (Eriksson & Poloczek, AISTATS 2021), at most 100 of them, and standardised.
    """
    known = ~np.isnan(slacks)
    x, slacks = x[known], np.clip(slacks[known], -_LARGEST, _LARGEST)
    if not len(slacks):
        return None
    if slacks.max() == slacks.min():
        return _two_valued(x, slacks > 0.0, model)
    bent = _bent(slacks)
    center, deviation = float(np.mean(bent)), float(np.std(bent))
    c = checkpoint(len(x))
    theta = fitted(x[:c], bent[:c], model.kinds, replace(model.fitting, outputs="standard"))
    return _process(x, (bent - center) / deviation, theta, -center / deviation, model)


def standardised(slacks: Array) -> tuple[Array, float]:
    """Finite ``slacks`` (n,) on a scale that is fine around 0, of deviation 1 where they vary; where 0 is on it."""
    bent = _bent(np.clip(slacks, -_LARGEST, _LARGEST))
    center, deviation = float(np.mean(bent)), float(np.std(bent)) or 1.0
    return (bent - center) / deviation, -center / deviation


def _bent(slacks: Array) -> Array:
    """sign(s) log(1 + |s|) with s in units of the median size, at most 100 of them; zeros stay."""
    sizes = np.abs(slacks)
    if not sizes.max(initial=0.0):
        return slacks
    slacks = slacks / max(np.median(sizes[sizes > 0.0]), 1e-100 * sizes.max())
    bent: Array = np.sign(slacks) * np.log1p(np.minimum(np.abs(slacks), _FAR))
    return bent


def _two_valued(x: Array, wrong: np.ndarray[tuple[int], np.dtype[np.bool_]], model: Model) -> Feasibility:
    """A process that is 0 where all was well and 2 where it was ``wrong``, with threshold 1.

    Far from all trials it is 0 with standard deviation 1: the probability that all will be well is 0.84. Lengthscales
    are those of the losses within bounds: two values do not tell them.
    """
    d = x.shape[1]
    lengths = np.clip(model.theta[:d], math.log(0.1), math.log(0.3 * math.sqrt(d)))
    return _process(x, np.where(wrong, 2.0, 0.0), np.append(lengths, [0.0, math.log(0.05)]), 1.0, model)


def _process(x: Array, y: Array, theta: Array, threshold: float, model: Model) -> Feasibility:
    options: dict[str, Any] = {"family": model.fitting.family, "threads": model.fitting.threads}
    factor, alpha, _ = gp.factorise(x, y, theta, model.kinds, **options)
    return x, theta, factor, alpha, threshold
