"""From the two densities to configurations: candidates drawn where trials are good, ranked by their ratio."""

from __future__ import annotations

__all__ = ["Proposals"]

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tunewright.numerics.sampling import purpose, stream
from tunewright.strategies.evolution.brood import admissible
from tunewright.strategies.parzen.densities import Densities, Group
from tunewright.strategies.random import draw
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

_DRAWS = purpose("tpe/candidates")
_BELIEF = 10.0  # of piBO (C. Hvarfner et al., ICLR 2022): trials until the record weighs as much as the priors
_LEAST = -700.0  # log densities of priors below are cut


@dataclass(eq=False)
class Proposals:
    """Suggestions of one ask.

    Attributes:
        history: the record.
        densities: what it says.
        good: coordinates (k, d) of the good trials.
        weights: (k,) of them; None: all the same.
        candidates: how many points are drawn for each trial.
        seed: of the study.
    """

    history: History
    densities: Densities
    good: Array
    weights: Array | None
    candidates: int
    seed: int
    _ranked: dict[int, Array] = field(default_factory=dict)

    def natives(self, numbers: Ints) -> Array:
        """Native configurations of the trials ``numbers``, each but the first as if those before were under way."""
        groups = [(group, *group.good(self.good, self.weights)) for group in self.densities.groups]

        def propose(some: Ints, attempt: int) -> Array:
            for number in some.tolist():
                if number not in self._ranked:
                    self._ranked[number] = self._rank(groups, number)
                    if len(numbers) > 1:
                        self.densities.insert(np.array([number]), self._ranked[number][:1])
            if attempt >= self.candidates:
                return draw(self.history.space, self.seed, some, attempt=attempt)
            ranked = np.concatenate([self._ranked[number][attempt : attempt + 1] for number in some.tolist()])
            return self.densities.space.natives(ranked)

        try:
            natives = propose(numbers, 0)
            return natives if self._is_new(natives) else admissible(self.history, numbers, propose)
        finally:
            if len(numbers) > 1:
                self.densities.remove(list(self._ranked))

    def _is_new(self, natives: Array) -> bool:
        """Whether the rows are allowed and new because there is nothing else they could be."""
        space = self.densities.space
        if space.space.constraints:
            return False
        continuous = natives[:, space.columns[space.steps == 0.0]]
        return bool((~np.isnan(continuous)).any(axis=1).all())

    def _rank(self, groups: list[tuple[Group, Any, Array]], number: int) -> Array:
        """Candidates of one trial, (m, d), the best first: in each group of coordinates by itself."""
        space, m = self.densities.space, self.candidates
        d, width = space.dimension, 2 * space.dimension + len(groups)
        draws = stream(self.seed, number, _DRAWS, m * width).reshape(m, width)
        fallback = draws[:, :d]
        if space.has_priors:
            fallback = space.quantile(fallback)
        points, first = np.empty((m, d)), d
        for group, good, weights in groups:
            last = first + 1 + len(group.columns)
            own = np.ascontiguousarray(draws[:, first:last]), np.ascontiguousarray(fallback[:, group.columns])
            points[:, group.columns] = good.sample(*own, weights=weights)
            first = last
        points = self._rounded(points)
        prior = self._log_prior(points) if space.has_priors else None
        for group, good, weights in groups:
            own_points = np.ascontiguousarray(points[:, group.columns])
            own_prior = None if prior is None else np.ascontiguousarray(prior[:, group.columns])
            ratio = good.log_density(own_points, log_prior=own_prior, weights=weights)
            ratio -= group.others.log_density(own_points, log_prior=own_prior)
            if own_prior is not None:
                ratio += _BELIEF / max(self.history.ended, 1) * own_prior.sum(axis=1)
            points[:, group.columns] = own_points[np.argsort(-ratio, kind="stable")]
        if space.space.constraints:
            allowed = space.space.feasible(space.natives(points))
            points = np.concatenate([points[allowed], points[~allowed]])
        return points

    def _rounded(self, points: Array) -> Array:
        """Coordinates of the values that ``points`` stand for, NaN where inactive in a joint model."""
        space = self.densities.space
        joint = len(self.densities.groups) == 1
        if (joint and space.space.has_conditions) or np.any(~space.even & (space.steps > 0.0)):
            rounded = space.rounded(points)
            return rounded if joint else np.where(np.isnan(rounded), points, rounded)
        return points

    def _log_prior(self, points: Array) -> Array:
        """Log density of each coordinate's prior, (m, d), where there is a coordinate."""
        space, logs = self.densities.space, np.zeros(points.shape)
        for j, column in enumerate(space.columns):
            there = ~np.isnan(points[:, j])
            logs[there, j] = space.space.domains[column].log_prior(points[there, j])
        return np.maximum(logs, _LEAST)
