"""Improvement per cost: where trials that promise as much cost less, the cheaper come first.

The cost of a training in full is predicted by a process of its own over the logarithms of what trials said they cost,
those that ended early multiplied up to the highest step. The expected improvement is divided by the predicted cost to
the power alpha (J. Snoek, H. Larochelle & R. Adams, NeurIPS 2012, with alpha = 1; E. Lee, V. Perrone, C. Archambeau
& M. Seeger, 2020, let it cool to 0 as a budget is spent, so that what is dear but better is not missed in the end).
"""

from __future__ import annotations

__all__ = ["Costs", "Priced", "costs_of", "priced"]

from dataclasses import dataclass, replace

import numpy as np

from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.model import Fitting, Model, model_of
from tunewright.strategies.gp.search import Target
from tunewright.strategies.readings import readings
from tunewright.trial import History
from tunewright.trial.columns import Array


@dataclass(frozen=True, eq=False)
class Costs:
    """What trials said they cost.

    Attributes:
        natives: (r, all columns) native rows of trials, in the order in which they were read.
        logs: (r,) logarithm of what each would have cost in full.
        spent: what all trials cost together.
    """

    natives: Array
    logs: Array
    spent: float


def costs_of(history: History, metric: str) -> Costs:
    """The costs by a ``metric`` that trials report or end with: what they cost from their beginning on, so far.

    What is not a positive, finite number is left out.
    """
    read = readings(history)
    column = history.goals.outputs.index(metric) if metric in history.goals.outputs else None
    reports, spent = history.reports, np.zeros(history.n)
    found = np.full(len(read.trials), np.nan)
    for i, (trial, row) in enumerate(zip(read.trials.tolist(), read.rows.tolist(), strict=True)):
        if row >= 0:
            found[i] = reports.at(row)[3].get(metric, np.nan)
        elif column is not None:
            found[i] = history.measured[trial, column]
        else:
            found[i] = reports.last(trial).get(metric, np.nan)
    good = np.isfinite(found) & (found > 0.0)
    trials, found = read.trials[good], found[good]
    np.maximum.at(spent, trials, found)
    logs = np.log(found) + np.log(read.highest / read.steps[good])
    return Costs(history.natives[trials], logs, float(spent.sum()))


@dataclass(frozen=True, eq=False)
class Priced:
    """A logarithmic acquisition less that of the predicted cost, as what is to be maximised at one ask.

    Attributes:
        worth: what is promised.
        model: of the logarithms of costs, standardised.
        weight: their standard deviation times alpha.
    """

    worth: Target
    model: Model
    weight: float

    def at(self, coordinates: Coordinates, unit: Array) -> Array:
        """Values (m,) at coordinates (m, d)."""
        values: Array = self.worth.at(coordinates, unit) - self.weight * self.model.mean_at(unit)
        return values

    def climbed(self, coordinates: Coordinates, starts: Array) -> Array:
        """Local maxima (s, d) of what is promised: the price decides which to start from and which end to take."""
        return self.worth.climbed(coordinates, starts)


def priced(worth: Target, coordinates: Coordinates, costs: Costs, budget: float | None, fitting: Fitting) -> Target:
    """``worth`` per cost, alpha being 1 without a ``budget`` and otherwise the share of it that is left."""
    alpha = 1.0 if budget is None else max(0.0, 1.0 - costs.spent / budget)
    weight = alpha * float(np.std(costs.logs)) if len(costs.logs) else 0.0
    if weight == 0.0:
        return worth
    x = coordinates.unit(costs.natives)
    return Priced(worth, model_of(x, costs.logs, coordinates.kinds, replace(fitting, outputs="standard")), weight)
