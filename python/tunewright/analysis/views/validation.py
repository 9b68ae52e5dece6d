"""How well a Gaussian process foretells each trial from the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.views.outcomes import outcomes, sampled
from tunewright.numerics.regression import Regression
from tunewright.trial.columns import Array, Ints

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Validation", "validation"]

_LEAST = 5
_MOST = 300


@dataclass(frozen=True)
class Validation:
    """Leave-one-out predictions of n trials.

    Attributes:
        metric: the objective.
        numbers: shape (n,), trials; ``observed``: shape (n,), what they measured.
        predicted, std: shape (n,), what the others say, and its standard deviation with noise.
        coverage: share of the trials within 1.96 deviations; 0.95 where the model is right.
        r_squared: 1 - mean squared error / variance of the observed; NaN where these do not vary.
        trials: how many complete trials there are; at most 300 are used, half of them the best.
        missing: a sentence if there is nothing.
    """

    metric: str
    numbers: Ints
    observed: Array
    predicted: Array
    std: Array
    coverage: float
    r_squared: float
    trials: int
    missing: str | None


def validation(study: Study, metric: str | None = None) -> Validation:
    """Leave-one-out cross-validation of ``tw.gp.Regression`` on the trials' encoded configurations."""
    outcome = outcomes(study, metric)
    good = np.flatnonzero(outcome.good)
    space = study.history.space
    varying = [k for k, name in enumerate(space.names) if space[name].size != 1]
    missing = outcome.missing
    if missing is None and (len(good) < _LEAST or not varying):
        missing = (
            f"Cross-validation needs {_LEAST} complete trials that keep the constraints, and a parameter that varies; "
            f"study {study.name!r} has {len(good)} and {len(varying)}."
        )
    if missing is None and np.ptp(outcome.values[good]) == 0.0:
        missing = f"All {len(good)} values of {outcome.metric!r} are {outcome.values[good[0]]:g}: nothing to foretell."
    if missing is not None:
        none = np.zeros(0)
        return Validation(outcome.metric, np.zeros(0, np.int64), none, none, none, np.nan, np.nan, len(good), missing)
    order = good[np.argsort(outcome.losses[good], kind="stable")]
    rows = np.sort(sampled(order, _MOST))
    observed = outcome.values[rows]
    kinds = [space[space.names[k]].kind == "categorical" for k in varying]
    sems = outcome.sems[rows]
    known = None if np.isnan(sems).all() else np.nan_to_num(sems)
    fitted = Regression.fit(study.history.unit[rows][:, varying], observed, categorical=kinds, sem=known)
    left = fitted.leave_one_out()
    within = float(np.mean(np.abs(left.z) <= 1.96))
    largest = np.abs(observed).max()  # squares of values near the end of float64 would overflow
    error = float(np.mean(((observed - left.mean) / largest) ** 2) / np.var(observed / largest))
    return Validation(outcome.metric, rows, observed, left.mean, left.std, within, 1.0 - error, len(good), None)
