"""What is believed of several objectives at one ask: a process each, and the front that they see."""

from __future__ import annotations

__all__ = ["Front", "HypervolumeImprovement", "front_of"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tunewright.numerics import multiobjective
from tunewright.numerics.pareto import box_decomposition, is_nondominated, nondominated_rank
from tunewright.numerics.sampling import generator, purpose
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.feasibility import Feasibility
from tunewright.strategies.gp.model import HIGHEST, Fitting, Kinds, Model, model_of
from tunewright.strategies.gp.record import Evidence
from tunewright.strategies.gp.subset import local
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

_MARGINS = (0.1, 1.0)  # of the reference behind the front, in extents of the front, a deviation of the losses at least
_CENTRES = 5
_ITERATIONS = 25  # of each ascent
_STREAM = purpose("gaussian-process/front")


@dataclass(frozen=True, eq=False)
class Front:
    """What is believed of m objectives.

    Attributes:
        models: m independent processes; their last points may be of trials under way.
        x: (k, d) points of the trials on the front; while no trial is feasible, of those that come nearest.
        outputs: (k + p, m) their posterior means, so that a lucky measurement counts for no more than is believed of
            it, and those of trials under way.
        references: (2, m) outputs that a trial must stay below to count, for even and for odd trials.
        constrained: whether it is unknown if a trial under way keeps the constraints.
    """

    models: tuple[Model, ...]
    x: Array
    outputs: Array
    references: Array
    constrained: bool

    def with_pending(self, points: Array) -> Front:
        """The belief when trials at ``points`` (p, d) are under way: that they end at the posterior means."""
        if not len(points):
            return self
        means = np.stack([model.mean_at(points) for model in self.models], axis=1)
        models = tuple(model.believing(points, 0.0)[0] for model in self.models)
        outputs = self.outputs if self.constrained else np.concatenate([self.outputs, means])
        return replace(self, models=models, outputs=outputs)

    def boxes(self, number: int) -> tuple[Array, Array]:
        """Corners (k, m) of disjoint boxes that make up what no output dominates, up to the trial's reference."""
        return box_decomposition(self.outputs, reference=self.references[number % len(self.references)])

    def centres(self, seed: int, number: int) -> Array:
        """Up to five points of the front, (k, d), other ones for each trial."""
        order = generator(seed, number, _STREAM).permutation(len(self.x))
        return self.x[order[:_CENTRES]]


def front_of(
    history: History, coordinates: Coordinates, seen: Sequence[Evidence], points: int, fitting: Fitting
) -> Front:
    """The belief in the evidence ``seen`` for each objective, of which a process takes in as much as ``points`` allow.

    The reference is the record's threshold in objectives that have one, transformed like the losses. In others it lies
    behind the worst outputs of the front: close for every second trial, which then does better to fill the front's
    middle, and far for the others, which then do better to reach out beyond its ends (Ishibuchi et al., GECCO 2017, on
    what the place of the reference decides).
    """
    rows = _rows(history, seen, points)
    parts = [(e.trials[r], e.x[r], e.losses[r], e.sems[r]) for e, r in zip(seen, rows, strict=True)]
    models = tuple(model_of(x, losses, coordinates.kinds, fitting, sems) for _, x, losses, sems in parts)
    means = np.full((history.n, len(models)), np.nan)
    early = not all(one.final.all() for one in seen)  # there are readings on the way: what counts is the end
    unit = coordinates.unit(history.natives) if early else history.unit[:, coordinates.columns]
    for j, (trials, *_) in enumerate(parts):
        known = np.unique(trials) if early else trials
        means[known, j] = models[j].mean_at(unit[known]) if early else models[j].means()
    feasible = np.flatnonzero(history.feasible & np.isfinite(history.losses).all(axis=1) & ~np.isnan(means).any(axis=1))
    front = feasible[is_nondominated(means[feasible])]
    limits = [
        _image(limit, part[2], model.y) for limit, part, model in zip(history.thresholds, parts, models, strict=True)
    ]
    references = np.where(np.isfinite(limits), limits, _behind(means[front] if len(front) else means))
    tried = np.unique(parts[0][0]) if early else parts[0][0]
    nearest = tried[np.argsort(history.violations[tried], kind="stable")[:_CENTRES]]
    x = unit[front if len(front) else nearest]
    return Front(models, x, means[front], references, history.slacks.shape[1] > 0)


def _rows(history: History, seen: Sequence[Evidence], points: int) -> list[Ints]:
    """Which outcomes each process sees: all, or those near the front."""
    if max(len(one.losses) for one in seen) <= points:
        return [np.arange(len(one.losses)) for one in seen]
    ranks = nondominated_rank(history.losses).astype(np.float64)
    ranks[ranks < 0.0] = np.inf
    return [local(one.x, ranks[one.trials], points) for one in seen]


def _behind(outputs: Array) -> Array:
    """The worst of ``outputs`` (k, m), NaN aside, and each of the margins more, shape (2, m)."""
    worst, best = np.nanmax(outputs, axis=0), np.nanmin(outputs, axis=0)
    behind: Array = worst + np.outer(_MARGINS, np.maximum(worst - best, 1.0))
    return behind


def _image(limit: float, losses: Array, y: Array) -> float:
    """Where ``limit`` is on the scale of ``y`` (n,), the monotone image of ``losses`` (n,).

    On the line through the nearest two losses that differ, as far as :data:`HIGHEST`; infinite if ``limit`` is, or if
    there are no two.
    """
    known, first = np.unique(losses, return_index=True)
    if len(known) < 2 or not np.isfinite(limit):
        return float("inf")
    place = int(np.clip(np.searchsorted(known, limit), 1, len(known) - 1))
    (low, high), (y_low, y_high) = known[place - 1 : place + 1], y[first[place - 1 : place + 1]]
    with np.errstate(over="ignore"):  # far beyond losses that hardly differ
        share = np.clip((limit - low) / (high - low), -HIGHEST, HIGHEST)
    return float(np.clip(y_low + share * (y_high - y_low), -HIGHEST, HIGHEST))


@dataclass(frozen=True, eq=False)
class HypervolumeImprovement:
    """log EHVI, as what is to be maximised at one ask.

    Attributes:
        front: what is believed.
        boxes: what the front does not dominate.
        feasibility: processes whose values, each below its threshold, mean that a trial will be feasible.
        prior_weight: beta / n of Hvarfner et al. (piBO, ICLR 2022).
        threads: for the kernels.
    """

    front: Front
    boxes: tuple[Array, Array]
    feasibility: Sequence[Feasibility]
    prior_weight: float
    threads: int

    def at(self, coordinates: Coordinates, unit: Array) -> Array:
        """Values (m,) at coordinates (m, d)."""
        values: Array = multiobjective.evaluate_front(*self._models(), unit, *self.boxes, **self._options())
        if self.prior_weight:
            values = values + self.prior_weight * np.maximum(coordinates.log_prior(unit), -1e6)
        return values

    def climbed(self, coordinates: Coordinates, starts: Array) -> Array:
        """Local maxima (s, d) above ``starts`` (s, d); a prior that is not normal counts here as the normal like it."""
        prior = None
        if self.prior_weight:
            centre, precision = coordinates.normal_prior()
            prior = centre, self.prior_weight * precision
        points: Array = multiobjective.climb_front(
            *self._models(), starts, coordinates.levels, *self.boxes, prior=prior, iterations=_ITERATIONS,
            tolerance=1e-5, **self._options(),
        )[0]  # fmt: skip
        return points

    def _models(self) -> tuple[list[tuple[Array, Array, Array, Array]], Kinds]:
        models = self.front.models
        return [(model.x, model.theta, model.factor, model.alpha) for model in models], models[0].kinds

    def _options(self) -> dict[str, Any]:
        family = self.front.models[0].fitting.family
        return {"family": family, "feasibility": self.feasibility, "threads": self.threads}
