"""Evidence of several fidelities: how far training had come is one more coordinate.

A process over (configuration, resource) is fitted to what trials told at their rungs and at the end, and the next
trial is where a training in full promises most: the MOBSTER family (A. Klein, L. Tiao, T. Lienart, C. Archambeau & M.
Seeger, 2020). The resource s counts by its logarithm, t = 1 + log(s / highest) / 5, with a lengthscale of its own:
a short one means that what is seen early says little of the end.

Losses fall as training goes on, which a stationary process does not expect. What all have in common is taken out:
between neighbouring rungs, the median of what trials gained from one to the other.
"""

from __future__ import annotations

__all__ = ["Staged", "along", "gained", "staged"]

from dataclasses import dataclass, fields

import numpy as np

from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.model import checkpoint
from tunewright.strategies.gp.record import Evidence
from tunewright.strategies.readings import Readings
from tunewright.trial import History
from tunewright.trial.columns import Array

_SPAN = 5.0  # natural logarithms of the resource in one unit of its coordinate
_PAIRS = 2  # trials that must have been read at two rungs for what they gained in between to count


@dataclass(frozen=True, eq=False)
class Staged(Coordinates):
    """Coordinates of a space, and behind them that of the resource: held at 1, training in full.

    Attributes:
        whole: the coordinates without the resource.
    """

    whole: Coordinates

    def natives(self, unit: Array) -> Array:
        """Native rows, shape (n, all columns), of coordinates (n, d + 1): NaN where inactive."""
        return self.whole.natives(unit[:, :-1])

    def unit(self, natives: Array) -> Array:
        """Coordinates (n, d + 1) of native rows."""
        return _at(self.whole.unit(natives), 1.0)

    def log_prior(self, unit: Array) -> Array:
        """Log density of the space's priors, shape (n,), at coordinates (n, d + 1)."""
        return self.whole.log_prior(unit[:, :-1])

    def quantile(self, p: Array) -> Array:
        """Coordinates (n, d + 1) at probabilities of the priors."""
        return _at(self.whole.quantile(p[:, :-1]), 1.0)

    def rounded(self, unit: Array) -> Array:
        """Coordinates (n, d + 1) of the values that ``unit`` (n, d + 1) stands for, in full."""
        return _at(self.whole.rounded(unit[:, :-1]), 1.0)

    def normal_prior(self) -> tuple[Array, Array]:
        """Centre and precision (d + 1,); the resource has no prior."""
        centre, precision = self.whole.normal_prior()
        return np.append(centre, 1.0), np.append(precision, 0.0)


def staged(coordinates: Coordinates) -> Staged:
    """``coordinates`` with the resource behind them."""
    columns = {field.name: getattr(coordinates, field.name) for field in fields(Coordinates)}
    more = {"kinds": 0, "levels": 1, "steps": 0.0, "even": False}
    columns |= {name: np.append(columns[name], columns[name].dtype.type(value)) for name, value in more.items()}
    return Staged(**columns, whole=coordinates)


def along(history: History, coordinates: Coordinates, seen: Evidence, read: Readings, objective: int = 0) -> Evidence:
    """What ``read`` tells of one ``objective``, with the failures of ``seen``, the evidence of trials that ended.

    A pruned trial without a reading counts as at the end, as it does there. Trials under way of which there are
    readings are not pending: what they told is what is believed of them.
    """
    unit = history.unit[:, coordinates.columns]
    blank = ~np.isin(seen.trials, read.trials)
    t = 1.0 + np.log(read.steps / read.highest) / _SPAN
    at = np.where(read.outcomes, 0, read.rows)
    slacks = np.where(read.outcomes[:, None], history.slacks[read.trials], history.reports.slacks[at])
    sems = np.where(read.outcomes, history.sems[read.trials, objective], np.nan)
    silent = history.pending.copy()
    silent[read.trials] = False
    return Evidence(
        np.append(read.trials, seen.trials[blank]),
        np.concatenate([_at(unit[read.trials], t), _at(seen.x[blank], 1.0)]),
        np.append(read.losses + gained(read), seen.losses[blank]),
        np.append(sems, seen.sems[blank]),
        np.concatenate([slacks, seen.slacks[blank]]),
        _at(seen.failed, 1.0),
        _at(unit[silent], 1.0),
        np.append(read.steps == read.highest, np.ones(int(blank.sum()), dtype=np.bool_)),
    )


def gained(read: Readings) -> Array:
    """What to add to each reading, (r,), for what trials gain on the whole from its step to the highest.

    Between two steps that trials share it is the median of their differences, elsewhere it is interpolated. It follows
    the readings up to the last renewal of the fit alone, as anything newer would renew it.
    """
    first = checkpoint(len(read.trials)) if len(read.trials) else 0
    trials, steps, losses = read.trials[:first], read.steps[:first], read.losses[:first]
    known, gains = [read.highest], [0.0]
    for step in np.unique(steps[steps < read.highest])[::-1].tolist():
        later, now = steps == known[-1], steps == step
        _, a, b = np.intersect1d(trials[later], trials[now], assume_unique=True, return_indices=True)
        if len(a) >= _PAIRS:
            gains.append(gains[-1] + float(np.median(losses[later][a] - losses[now][b])))
            known.append(step)
    shift: Array = np.interp(np.log(read.steps), np.log(known[::-1]), gains[::-1])
    return shift


def _at(unit: Array, t: Array | float) -> Array:
    """Coordinates (n, d) with those of the resource behind them."""
    return np.column_stack([unit, np.broadcast_to(t, len(unit))])
