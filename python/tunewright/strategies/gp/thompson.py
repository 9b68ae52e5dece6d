"""Thompson sampling: the next trial is where one function drawn from the posterior is least."""

from __future__ import annotations

__all__ = ["drawn"]

import numpy as np

from tunewright.numerics import gp
from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Table
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.candidates import candidates
from tunewright.strategies.gp.search import Acquisition, Known, allowed, best_new
from tunewright.strategies.gp.shelf import shelf
from tunewright.trial.columns import Array

_MOST = 1_024  # rows of a table whose joint draw is made
_STREAM = purpose("gaussian-process/thompson")


def drawn(
    mean: Acquisition, coordinates: Coordinates, incumbents: Array, known: Known, *, count: int, seed: int, number: int
) -> Array:
    """The allowed, new native row of ``count`` candidates and their neighbours where ``mean`` less a draw is largest.

    The draw is the joint one of all candidates around their means, one for each trial ``number`` of a ``seed``;
    ``mean`` is ``"lcb"`` with kappa 0, so that priors and the probability to be feasible weigh in as they do for it.
    """
    table = coordinates.space
    if isinstance(table, Table):
        places = shelf(coordinates, incumbents, known.natives, _MOST, seed, number)
        unit = table.unit[places][:, coordinates.columns]
    else:
        unit = allowed(coordinates, candidates(coordinates, incumbents, count, seed, number))
    model = mean.model
    around = gp.sample(
        model.x, model.theta, model.kinds, model.factor, np.zeros(len(model.x)), unit,
        generator(seed, number, _STREAM).standard_normal((len(unit), 1)),
        family=model.fitting.family, threads=mean.threads,
    )[:, 0]  # fmt: skip
    return best_new(coordinates, unit, mean.at(coordinates, unit) - around, known)
