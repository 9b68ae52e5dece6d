"""The process of the losses at one ask, with the trials under way, and what is to be improved upon."""

from __future__ import annotations

__all__ = ["Belief", "belief_by", "belief_of"]

from dataclasses import dataclass
from typing import Any

import numpy as np

from tunewright.strategies.gp.model import HIGHEST, Fitting, Kinds, Model, model_of
from tunewright.strategies.gp.record import Evidence
from tunewright.trial.columns import Array, Ints

_CENTRES = 5


@dataclass(frozen=True, eq=False)
class Belief:
    """What is believed of the losses.

    Attributes:
        model: the process; its last points may be of trials under way.
        best: the lowest posterior mean at a trial that keeps all constraints; :data:`HIGHEST` if none is known to,
            which leaves the probability to keep them as all that counts.
        eligible: (n,) which of the model's points may be the best.
        centres: (5, d) points of the best trials, those that ended and the feasible ones first.
        constrained: whether it is unknown if a trial under way keeps the constraints.
    """

    model: Model
    best: float
    eligible: np.ndarray[Any, np.dtype[np.bool_]]
    centres: Array
    constrained: bool

    def with_pending(self, points: Array) -> Belief:
        """The belief when trials at ``points`` (p, d) are under way."""
        model, lower = self.model.believing(points, self.best)
        eligible = np.append(self.eligible, np.full(len(points), not self.constrained))
        return Belief(model, self.best if self.constrained else lower, eligible, self.centres, self.constrained)


def belief_of(seen: Evidence, rows: Ints, kinds: Kinds, fitting: Fitting) -> Belief:
    """The belief in what the process sees at ``rows`` of the evidence."""
    return belief_by(model_of(seen.x[rows], seen.losses[rows], kinds, fitting, seen.sems[rows]), seen, rows)


def belief_by(model: Model, seen: Evidence, rows: Ints) -> Belief:
    """The belief that is a ``model`` of what is at ``rows`` of the evidence."""
    violations = seen.violations[rows]
    final = seen.final[rows]
    eligible, means = (violations == 0.0) & final, model.means()
    order = np.lexsort((model.y if model.noise is None else means, violations, ~final))
    best = float(means[eligible].min(initial=HIGHEST))
    return Belief(model, best, eligible, model.x[order[:_CENTRES]], seen.slacks.shape[1] > 0)
