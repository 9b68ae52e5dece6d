"""The forests of a record: of the losses, of each constraint, and of failing."""

from __future__ import annotations

__all__ = ["Belief", "Growth", "belief_of", "categories"]

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tunewright.numerics.acquisition import log_expected_improvement, log_probability_of_improvement
from tunewright.numerics.forest import Forest
from tunewright.numerics.sampling import purpose
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.feasibility import standardised
from tunewright.strategies.gp.model import HIGHEST
from tunewright.strategies.gp.outputs import transformed
from tunewright.strategies.gp.record import Bools, Evidence
from tunewright.trial.columns import Array

_LOSSES, _SLACKS, _FAILING = (purpose(f"random-forest/{name}") for name in ("losses", "slacks", "failing"))
_CENTRES = 10
_LEAST = 1e-5  # variance of a standardised output
_SUREST = 0.99  # probability of failing


@dataclass(frozen=True)
class Growth:
    """How forests are grown: all they depend on beside the data.

    Attributes:
        seed: of the study.
        number: of the trial; each has forests of its own.
        options: of ``numerics.forest.Forest``.
    """

    seed: int
    number: int
    options: dict[str, Any]

    def forest(self, x: Array, y: Array, categories: np.ndarray[Any, np.dtype[np.int64]], stream: int) -> Forest:
        """A forest of ``y`` (n,) at ``x`` (n, d) with draws of its own."""
        first = self.number * int(self.options["trees"]) % 2**62
        return Forest(x, y, categories, seed=self.seed, purpose=stream, first=first, **self.options)


@dataclass(frozen=True, eq=False)
class Belief:
    """What is believed of the losses, and what is to be maximised.

    Attributes:
        forest: of the transformed losses.
        x: (n, d) its points; the last ones may be of trials under way.
        y: (n,) its outputs, of trials under way the mean at their point.
        eligible: (n,) which of the points may be the best.
        best: the lowest mean at one of those; :data:`HIGHEST` where there is none.
        centres: (k, d) points of the best trials, the feasible ones first.
        constraints: a forest of each constraint's slack and the threshold up to which it is kept.
        failing: a forest of 0 and 1, where trials fail.
        constrained: whether it is unknown if a trial under way keeps the constraints.
        prior_weight: of the space's priors (Hvarfner et al., ICLR 2022).
        threads: for the kernels.
    """

    forest: Forest
    x: Array
    y: Array
    eligible: Bools
    best: float
    centres: Array
    constraints: list[tuple[Forest, float]]
    failing: Forest | None
    constrained: bool
    prior_weight: float
    threads: int

    def at(self, coordinates: Coordinates, unit: Array, bases: Array | None = None) -> Array:
        """Log expected improvement times the probability that all is well, (m,), at coordinates (m, d).

        ``bases`` (s, d): points of each of which m / s of them are neighbours, which saves time.
        """

        def said(forest: Forest) -> tuple[Array, Array]:
            if bases is None:
                return forest.predict(unit, threads=self.threads)
            return forest.predict_near(bases, unit, threads=self.threads)

        mean, variance = said(self.forest)
        values = log_expected_improvement(mean, np.sqrt(np.maximum(variance, _LEAST)), self.best)[0]
        for forest, threshold in self.constraints:
            mean, variance = said(forest)
            values += log_probability_of_improvement(mean, np.sqrt(np.maximum(variance, _LEAST)), threshold)[0]
        if self.failing is not None:
            values += np.log1p(-np.minimum(said(self.failing)[0], _SUREST))
        if self.prior_weight:
            values += self.prior_weight * np.maximum(coordinates.log_prior(unit), -1e6)
        return values

    def with_pending(self, points: Array, growth: Growth, kinds: np.ndarray[Any, np.dtype[np.int64]]) -> Belief:
        """The belief when trials at ``points`` (p, d) are under way: they are taken to end at the mean."""
        if not len(points):
            return self
        means = self.forest.predict(points, threads=self.threads)[0]
        x, y = np.concatenate([self.x, points]), np.concatenate([self.y, means])
        eligible = np.append(self.eligible, np.full(len(points), not self.constrained))
        forest = growth.forest(x, y, kinds, _LOSSES)
        best = _best(forest, x, eligible, self.threads)
        return replace(self, forest=forest, x=x, y=y, eligible=eligible, best=best)


def categories(coordinates: Coordinates) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Of each coordinate how many unordered values it has, 0 for numbers: what ``numerics.forest`` asks for."""
    sizes = np.round(1.0 / np.where(coordinates.steps > 0.0, coordinates.steps, 1.0))
    return np.where(coordinates.kinds == 1, sizes, 0).astype(np.int64)


def belief_of(seen: Evidence, coordinates: Coordinates, growth: Growth, outputs: str, prior_weight: float) -> Belief:
    """The belief in the evidence, without the trials under way."""
    kinds, threads = categories(coordinates), int(growth.options["threads"])
    y = transformed(seen.losses, outputs)
    forest = growth.forest(seen.x, y, kinds, _LOSSES)
    eligible = (seen.violations == 0.0) & seen.final
    means = forest.predict(seen.x, threads=threads)[0]
    order = np.lexsort((means, seen.violations))
    constraints = [_constraint(seen.x, slacks, kinds, growth, j) for j, slacks in enumerate(seen.slacks.T)]
    return Belief(
        forest,
        seen.x,
        y,
        eligible,
        float(means[eligible].min(initial=HIGHEST)),
        seen.x[order[:_CENTRES]],
        [found for found in constraints if found is not None],
        _failing(seen, kinds, growth),
        seen.slacks.shape[1] > 0,
        prior_weight,
        threads,
    )


def _best(forest: Forest, x: Array, eligible: Bools, threads: int) -> float:
    return float(forest.predict(x[eligible], threads=threads)[0].min(initial=HIGHEST))


def _constraint(
    x: Array, slacks: Array, kinds: np.ndarray[Any, np.dtype[np.int64]], growth: Growth, number: int
) -> tuple[Forest, float] | None:
    """A forest of those ``slacks`` (n,) that are known, and its threshold; ``None`` without any."""
    known = ~np.isnan(slacks)
    if not known.any():
        return None
    values, threshold = standardised(slacks[known])
    return growth.forest(x[known], values, kinds, _SLACKS ^ number), threshold


def _failing(seen: Evidence, kinds: np.ndarray[Any, np.dtype[np.int64]], growth: Growth) -> Forest | None:
    if not len(seen.failed):
        return None
    x = np.concatenate([seen.x, seen.failed])
    return growth.forest(x, (np.arange(len(x)) >= len(seen.x)).astype(np.float64), kinds, _FAILING)
