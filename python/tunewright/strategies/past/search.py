"""The next trial where the past has a say: a process of what the weighted past leaves unexplained.

=======  ==========================================================================================
symbol   meaning
=======  ==========================================================================================
y        (m,) losses of the study, transformed
w        (k,) weights of the past tasks (``trust.py``)
p_i(q)   what the process of task i expects at q
p(q)     b sum_i w_i p_i(q), b the slope by which y follows it
g(q)     a process of the residuals y - p
=======  ==========================================================================================

The loss at q is believed to be p(q) + g(q): of Feurer's ensemble the mean of the past models, of D. Golovin et al.,
"Google Vizier", KDD 2017, section 3.3, the residuals. Where the past is not trusted p is 0, and g the process that
there would be without it.
"""

from __future__ import annotations

__all__ = ["LEAST", "Outlook", "Stacked", "Trend", "Weighed", "climbed", "outlook", "propose"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from tunewright.numerics import acquisition, gp
from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Table
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.belief import Belief, belief_of
from tunewright.strategies.gp.candidates import candidates, diverse
from tunewright.strategies.gp.feasibility import Feasibility, feasibility
from tunewright.strategies.gp.model import HIGHEST, Fitting, model_of
from tunewright.strategies.gp.outputs import transformed_with_noise
from tunewright.strategies.gp.record import Evidence
from tunewright.strategies.gp.search import Known, allowed, best_new
from tunewright.strategies.gp.shelf import judged, shelf
from tunewright.strategies.past.process import mean_at, row_means
from tunewright.strategies.past.source import Source
from tunewright.strategies.past.trust import Trust, slope, trusted
from tunewright.trial.columns import Array, Ints

_STEPS = purpose("transfer/steps")
_ROUNDS, _TRIES, _WIDEST = 6, 24, 0.15  # of each climb: rounds, points in each, their deviation in the first
LEAST = 3  # outcomes from which on the own model has predictions


class Target(Protocol):
    """What is climbed."""

    def at(self, coordinates: Coordinates, unit: Array) -> Array:
        """Values (m,) at coordinates (m, d), more is better."""
        ...


class Trend(Protocol):
    """The past's part of what is expected."""

    def at(self, space: Coordinates, unit: Array) -> Array:
        """Transformed losses (m,) at coordinates (m, d)."""
        ...

    def at_rows(self, table: Table, places: Ints) -> Array:
        """Likewise at rows of a table."""
        ...


@dataclass(frozen=True, eq=False)
class Weighed:
    """Past tasks that have a weight, with it and the slope multiplied."""

    tasks: tuple[tuple[Source, float], ...]

    def at(self, space: Coordinates, unit: Array) -> Array:
        """See :class:`Trend`."""
        total = np.zeros(len(unit))
        for source, weight in self.tasks:
            total += weight * mean_at(source, space, unit)
        return total

    def at_rows(self, table: Table, places: Ints) -> Array:
        """See :class:`Trend`."""
        total = np.zeros(len(places))
        for source, weight in self.tasks:
            total += weight * row_means(source, table)[places]
        return total


@dataclass(frozen=True, eq=False)
class Outlook:
    """What is believed of the losses with the past.

    Attributes:
        trend: the past's part; ``None`` where no task has a weight.
        trust: of all past tasks.
        belief: in the residuals, on a scale of their own.
        center: of the residuals, in transformed losses.
        scale: likewise their deviation.
        best: the lowest expected loss at a trial that may be the best, transformed.
    """

    trend: Trend | None
    trust: Trust
    belief: Belief
    center: float
    scale: float
    best: float

    def past(self, space: Coordinates, unit: Array) -> Array:
        """p (m,) at coordinates (m, d)."""
        return np.zeros(len(unit)) if self.trend is None else self.trend.at(space, unit)

    def past_of_rows(self, table: Table, places: Ints) -> Array:
        """p (m,) at rows of a table."""
        return np.zeros(len(places)) if self.trend is None else self.trend.at_rows(table, places)

    def with_pending(self, space: Coordinates, unit: Array) -> Outlook:
        """The outlook when trials at ``unit`` (p, d) are under way."""
        if not len(unit):
            return self
        belief = self.belief.with_pending(unit)
        best = self.best
        if not self.belief.constrained:
            expected = self.past(space, unit) + self.center + self.scale * self.belief.model.mean_at(unit)
            best = min(best, float(expected.min()))
        return replace(self, belief=belief, best=best)


def outlook(sources: tuple[Source, ...], space: Coordinates, seen: Evidence, fitting: Fitting, seed: int) -> Outlook:
    """The outlook after the evidence ``seen``."""
    y, noise = transformed_with_noise(seen.losses, seen.sems, fitting.outputs)
    predicted = np.array([mean_at(source, space, seen.x) for source in sources]).reshape(len(sources), len(y))
    own = None
    if len(y) >= LEAST:
        alone = model_of(seen.x, seen.losses, space.kinds, fitting, seen.sems)
        own = gp.leave_one_out(alone.factor, alone.alpha, alone.y)[0]
    trust = trusted(predicted, y, own, seed)
    mean = trust.weights @ predicted
    weights = trust.weights * slope(mean, y)
    past = weights @ predicted
    residuals = y - past
    center, scale = float(np.mean(residuals)), float(np.std(residuals))
    sems = np.full(len(y), np.nan) if noise is None else np.where(np.isnan(seen.sems), np.nan, np.sqrt(noise))
    rest = replace(seen, losses=residuals, sems=sems)
    belief = belief_of(rest, np.arange(len(y)), space.kinds, replace(fitting, outputs="standard"))
    expected = past + center + scale * belief.model.means()
    best = float(expected[belief.eligible].min(initial=HIGHEST))
    order = np.lexsort((expected, rest.violations, ~seen.final))
    belief = replace(belief, centres=seen.x[order[: len(belief.centres)]])
    weighed = tuple((source, float(w)) for source, w in zip(sources, weights, strict=True) if w > 0.0)
    return Outlook(Weighed(weighed) if weighed else None, trust, belief, center, scale, best).with_pending(
        space, seen.pending
    )


@dataclass(frozen=True, eq=False)
class Stacked:
    """The logarithm of the expected improvement by an outlook, with what else counts.

    Attributes:
        outlook: of the losses.
        feasibility: processes whose values, each below its threshold, mean that a trial will be feasible.
        prior_weight: of the space's priors.
        threads: for the kernels.
    """

    outlook: Outlook
    feasibility: Sequence[Feasibility]
    prior_weight: float
    threads: int

    def at(self, coordinates: Coordinates, unit: Array, past: Array | None = None) -> Array:
        """Values (m,) at coordinates (m, d), whose p may be known."""
        seen, model = self.outlook, self.outlook.belief.model
        options: dict[str, Any] = {"family": model.fitting.family, "threads": self.threads}
        mean, variance = gp.predict(model.x, model.theta, model.kinds, model.factor, model.alpha, unit, **options)
        expected = (seen.past(coordinates, unit) if past is None else past) + seen.center + seen.scale * mean
        scale = seen.scale or 1.0
        values = acquisition.log_expected_improvement(expected, scale * np.sqrt(variance), seen.best)[0]
        for x, theta, factor, alpha, threshold in self.feasibility:
            mean, variance = gp.predict(x, theta, model.kinds, factor, alpha, unit, **options)
            values = values + _log_probability((threshold - mean) / np.sqrt(variance))
        if self.prior_weight:
            values = values + self.prior_weight * np.maximum(coordinates.log_prior(unit), -1e6)
        return np.where(np.isnan(values), -np.inf, values)


def stacked(seen: Evidence, outlook: Outlook, space: Coordinates, points: int, prior: float, threads: int) -> Stacked:
    """What is to be maximised after the evidence ``seen``."""
    weight = prior / len(seen.losses) if space.has_priors else 0.0
    return Stacked(outlook, feasibility(seen, outlook.belief.model, points), weight, threads)


def propose(
    target: Stacked, space: Coordinates, known: Known, *, count: int, climbs: int, seed: int, number: int
) -> Array:
    """The native row of the largest value found that is allowed and not in ``known``; of a table, the best row."""
    centres = target.outlook.belief.centres
    if isinstance(space.space, Table):
        table = space.space
        places = shelf(space, centres, known.natives, judged(len(known.natives)), seed, number)
        worth = target.at(space, space.of_rows(table, places), target.outlook.past_of_rows(table, places))
        best: Array = table.rows[places[int(np.argmax(worth))]]
        return best
    unit = allowed(space, candidates(space, centres, count, seed, number))
    values = target.at(space, unit)
    starts = unit[diverse(unit, np.argsort(-values, kind="stable"), climbs)]
    ends, reached = climbed(target, space, starts, generator(seed, number, _STEPS))
    return best_new(space, np.concatenate([ends, unit]), np.concatenate([reached, values]), known)


def climbed(target: Target, space: Coordinates, starts: Array, draws: np.random.Generator) -> tuple[Array, Array]:
    """Points (s, d) above ``starts``, and their values: normal steps, half as wide in every round.

    A step that leaves the box ends on its side, where the best point of a range that was chosen too narrow lies.
    """
    points, values = starts.copy(), target.at(space, starts)
    d = space.dimension
    for step in range(_ROUNDS):
        around = np.repeat(points, _TRIES, axis=0)
        around = np.where(np.isnan(around), draws.random(around.shape), around)
        width = np.maximum(_WIDEST * 0.5**step, space.steps)
        moved = draws.random(around.shape) < np.maximum(0.5, 1.0 / max(d, 1))
        steps = np.clip(around + width * draws.standard_normal(around.shape), 0.0, 1.0)
        redrawn = np.where(space.kinds == 1, draws.random(around.shape), steps)
        near = space.rounded(np.where(moved, redrawn, around))
        worth = target.at(space, near)
        if space.space.constraints:
            worth[~space.space.feasible(space.natives(near))] = -np.inf
        worth = worth.reshape(len(points), _TRIES)
        best = np.argmax(worth, axis=1)
        each = np.arange(len(points))
        better = worth[each, best] > values
        points[better] = near.reshape(len(points), _TRIES, d)[each, best][better]
        values[better] = worth[each, best][better]
    return points, values


def _log_probability(z: Array) -> Array:
    from scipy.special import log_ndtr  # here, because it would cost every import 0.1 s

    values: Array = log_ndtr(z)
    return values
