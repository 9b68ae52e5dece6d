"""The outlook of a study by the joint process of its past tasks (``joint.py``).

=======  ==========================================================================================
symbol   meaning
=======  ==========================================================================================
y        (m,) losses of the study, transformed
e        (1 + k, m) what is expected of a new task, and how far above it each past task lies
w        (1 + k,) weights, normal about (1, 0, ..., 0)
y        u (a + w e + r): u how large one unit of the past tasks is here, r what the task has of its own
=======  ==========================================================================================

a and w are where their density given y is highest, u where the likelihood is, both in closed form; the hyperparameters
of r begin as those that past tasks share and may move from there.
"""

from __future__ import annotations

__all__ = ["Foreseen", "foreseen", "line"]

from dataclasses import dataclass, replace

import numpy as np

from tunewright.numerics import gp, linalg
from tunewright.space import Table
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.belief import belief_by
from tunewright.strategies.gp.model import HIGHEST, Fitting, Model, checkpoint, model_of, priors
from tunewright.strategies.gp.outputs import transformed_with_noise
from tunewright.strategies.gp.record import Evidence
from tunewright.strategies.past.joint import Joint, expected_of_rows
from tunewright.strategies.past.search import LEAST, Outlook
from tunewright.strategies.past.trust import Trust
from tunewright.trial.columns import Array, Ints

_OFFSET, _NEW, _PAST = 1.0, 0.25, 1.0  # prior variances: of a, of w_0, and of all others together
_OWN = np.log(10.0)  # r is larger than between past tasks, of which random points seldom show where they are good
_WORST = 4.0  # times as far above the median as the best is below it: worse losses count as that
_STEPS = 20
_MARGIN = 2.0  # by how much the log density without a past must exceed that with it


@dataclass(frozen=True, eq=False)
class Foreseen:
    """The past's part of what is expected: weights (1 + k,) by the joint process."""

    past: Joint
    weights: Array

    def at(self, space: Coordinates, unit: Array) -> Array:
        """See :class:`~tunewright.strategies.past.search.Trend`."""
        return self.past.mean(unit, self.weights)

    def at_rows(self, table: Table, places: Ints) -> Array:
        """See :class:`~tunewright.strategies.past.search.Trend`."""
        values: Array = self.weights @ expected_of_rows(self.past.sources, table)[:, places]
        return values


def foreseen(past: Joint, seen: Evidence, fitting: Fitting) -> Outlook:
    """The outlook after evidence in the bent coordinates of ``past``.

    The past has no weight where the process without it foretells the outcomes clearly better, each left out in turn.
    """
    kinds = past.space.kinds
    fitting = replace(fitting, outputs="standard")
    seen = replace(seen, losses=_bounded(seen.losses))
    y, noise = transformed_with_noise(seen.losses, seen.sems, fitting.outputs)
    expected = past.expected(seen.x)
    theta, std = past.own()
    theta[-2] += _OWN
    offset, weights, unit = line(seen.x, y, noise, expected, theta, past)
    trend = weights @ expected
    rest = (y - offset - trend) / unit
    known = None if noise is None else noise / unit**2
    theta = _refitted(seen.x, rest, known, theta, std, past)
    factor, alpha, jitter = gp.factorise(seen.x, rest, theta, kinds, noise=known, threads=fitting.threads)
    model = Model(seen.x, rest, known, theta, kinds, factor, alpha, jitter, fitting)
    trusted = True
    if len(y) >= LEAST:
        alone = model_of(seen.x, seen.losses, kinds, fitting, seen.sems)
        with_past = _density(model) - len(y) * np.log(unit)
        trusted = bool(_density(alone) <= with_past + _MARGIN)
    belief = belief_by(model, seen, np.arange(len(y)))
    means = trend + offset + unit * model.means()
    best = float(means[belief.eligible].min(initial=HIGHEST))
    order = np.lexsort((means, seen.violations, ~seen.final))
    belief = replace(belief, centres=seen.x[order[: len(belief.centres)]])
    trust = Trust(np.array([float(trusted)]), 1.0 - trusted)
    found = Outlook(Foreseen(past, weights) if trusted else None, trust, belief, offset, unit, best)
    return found.with_pending(past.space, seen.pending)


def _bounded(losses: Array) -> Array:
    """Losses of which the worst do not outweigh all others."""
    middle, best = float(np.median(losses)), float(np.min(losses, initial=np.inf))
    return np.minimum(losses, middle + _WORST * (middle - best)) if middle > best else losses


def line(
    x: Array, y: Array, noise: Array | None, expected: Array, theta: Array, past: Joint
) -> tuple[float, Array, float]:
    """u a, u w (1 + k,) and u: with s = 1 / u, m log s - (s y - e_0)' C^-1 (s y - e_0) / 2 is largest at a root."""
    m, prior = len(y), np.full(len(expected), _PAST / (len(expected) - 1))
    prior[0] = _NEW
    whole = gp.covariance(x, theta, past.space.kinds) + _OFFSET + expected.T @ (prior[:, None] * expected)
    whole[np.diag_indices(m)] += np.exp(theta[-1]) + (0.0 if noise is None else noise)
    lower = linalg.cholesky(whole)[0]
    ours, theirs = linalg.solve(lower, y), linalg.solve(lower, expected[0])
    square, cross = float(y @ ours), float(y @ theirs)
    s = (cross + np.sqrt(cross**2 + 4.0 * m * square)) / (2.0 * square) if square > 0.0 else 1.0
    rest = s * ours - theirs
    weights = prior * (expected @ rest)
    weights[0] += 1.0
    return _OFFSET * float(rest.sum()) / s, weights / s, 1.0 / s


def _refitted(x: Array, rest: Array, noise: Array | None, theta: Array, std: Array, past: Joint) -> Array:
    """The most probable hyperparameters (d + 2,) of r, about ``theta`` by ``std``."""
    c = checkpoint(len(rest))
    lower, upper = priors(past.space.dimension, 0.0)[2:]
    found: Array = gp.fit(
        x[:c], rest[:c], past.space.kinds, starts=theta[None, :], lower=lower, upper=upper, prior_mean=theta,
        prior_std=std, noise=None if noise is None else noise[:c], iterations=_STEPS, tolerance=1e-2,
    )[0]  # fmt: skip
    return found


def _density(model: Model) -> float:
    """Log density of the outcomes, each given the others, but for a constant."""
    mean, variance = gp.leave_one_out(model.factor, model.alpha, model.y)
    return float(-0.5 * np.sum((model.y - mean) ** 2 / variance + np.log(variance)))
