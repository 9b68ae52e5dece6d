"""Where the record tells no place from another: the next trial is drawn from what was believed beforehand.

The largest value of a flat acquisition is no finding. Weighed with a prior it is the prior's mode, trial after trial;
without one it is the corners, where a process is least certain. A draw from the prior (the whole space, where there is
none), kept with the probability that it will be feasible, says what is known then and looks around as well.
"""

from __future__ import annotations

__all__ = ["alike", "flat", "from_prior"]

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from tunewright.numerics.sampling import generator, purpose
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.candidates import candidates, spread
from tunewright.strategies.gp.front import HypervolumeImprovement
from tunewright.strategies.gp.record import Evidence
from tunewright.strategies.gp.search import Acquisition, Known, allowed
from tunewright.trial.columns import Array

_STREAM = purpose("gaussian-process/undecided")
_DRAWS = 64
_SAME = 1e-3  # range of an acquisition that prefers nothing: a thousandth of the improvement, or of a deviation
_NOTHING = -36.0  # logarithm of an improvement that rounding swallows, in deviations of the losses

Weighed = TypeVar("Weighed", Acquisition, HypervolumeImprovement)


def alike(seen: Sequence[Evidence]) -> bool:
    """Whether all outcomes are equal, in every objective."""
    return all(bool(one.losses.max() == one.losses.min()) for one in seen)


def flat(target: Weighed, coordinates: Coordinates, incumbents: Array, *, count: int, seed: int, number: int) -> bool:
    """Whether ``target``, prior and feasibility aside, is the same at all candidates of the trial.

    A logarithm of less than an improvement of 1e-16 deviations counts as that one.
    """
    values = _bare(target).at(coordinates, candidates(coordinates, incumbents, count, seed, number))
    if not isinstance(target, Acquisition) or target.name.startswith("log_"):
        values = np.maximum(values, _NOTHING)
    return bool(np.ptp(values) < _SAME)


def from_prior(target: Weighed, coordinates: Coordinates, known: Known, *, seed: int, number: int) -> Array | None:
    """An allowed native row that is not in ``known``, drawn from the priors times the probability to be feasible.

    The first that is kept of the Sobol' point of the trial ``number``, which goes on where the design of the first
    trials ended, and 63 independent draws. ``None`` if all that are allowed are known.
    """
    draws = generator(seed, number, _STREAM)
    d = coordinates.dimension
    points = np.concatenate([spread(number, 1, d, seed), draws.random((_DRAWS - 1, d))])
    unit = allowed(coordinates, coordinates.rounded(coordinates.quantile(points)))
    refused = np.zeros(len(unit))
    if len(target.feasibility):
        bare = _bare(target)
        chance = replace(bare, feasibility=target.feasibility).at(coordinates, unit) - bare.at(coordinates, unit)
        refused = np.maximum(np.log(draws.random(len(unit))) - chance, 0.0)
    for place in np.argsort(refused, kind="stable"):
        row: Array = coordinates.natives(unit[place : place + 1])[0]
        if not known.has(row):
            return row
    return None


def _bare(target: Weighed) -> Weighed:
    """``target`` without its prior and without what tells whether a trial will be feasible."""
    return replace(target, feasibility=(), prior_weight=0.0)
