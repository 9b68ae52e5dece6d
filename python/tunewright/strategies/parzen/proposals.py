"""From the two densities to configurations: candidates drawn where trials are good, ranked by their ratio."""

from __future__ import annotations

__all__ = ["Proposals", "only"]

from dataclasses import dataclass, field

import numpy as np

from tunewright.numerics.sampling import purpose, stream
from tunewright.strategies.evolution.brood import admissible
from tunewright.strategies.parzen.densities import Densities
from tunewright.strategies.random import draw
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

_DRAWS = purpose("tpe/candidates")
_BELIEF = 10.0  # of piBO (C. Hvarfner et al., ICLR 2022): trials until the record weighs as much as the priors
_LEAST = -700.0  # log densities of priors below are cut


def only(densities: Densities, weights: Array | None, candidates: int, seed: int, number: int) -> Array:
    """Native configuration (1, all columns) of the best candidate, where nothing but ``densities`` has a say in it."""
    best = densities.estimator.candidate(seed, number, _DRAWS, candidates, weights=weights)
    return densities.space.natives_of_all(best)


@dataclass(eq=False)
class Proposals:
    """Suggestions of one ask.

    Attributes:
        history: the record.
        densities: what it says.
        weights: of the good trials, by their numbers ascending; None: all the same.
        candidates: how many points are drawn for each trial.
        seed: of the study.
    """

    history: History
    densities: Densities
    weights: Array | None
    candidates: int
    seed: int
    _ranked: dict[int, Array] = field(default_factory=dict)

    def natives(self, numbers: Ints) -> Array:
        """Native configurations of the trials ``numbers``, each but the first as if those before were under way."""
        if len(numbers) > 1:
            return self._several(numbers)
        if self.densities.alone and len(self.densities.space.continuous):
            natives = only(self.densities, self.weights, self.candidates, self.seed, numbers.item())
        else:
            natives = self._propose(numbers, 0)
        return natives if self._is_new(natives) else admissible(self.history, numbers, self._propose)

    def _several(self, numbers: Ints) -> Array:
        estimator = self.densities.estimator
        try:
            for number in numbers.tolist():
                estimator.place([number], self._candidates(number)[:1])
            natives = self._propose(numbers, 0)
            return natives if self._is_new(natives) else admissible(self.history, numbers, self._propose)
        finally:
            estimator.forget(numbers.tolist())

    def _propose(self, numbers: Ints, attempt: int) -> Array:
        if attempt >= self.candidates:
            return draw(self.history.space, self.seed, numbers, attempt=attempt)
        rows = [self._candidates(number)[attempt] for number in numbers.tolist()]
        return self.densities.space.natives(np.array(rows))

    def _is_new(self, natives: Array) -> bool:
        """Whether the rows are allowed and new because there is nothing else they could be."""
        space = self.densities.space
        if space.space.constraints:
            return False
        if len(space.continuous) and not space.space.has_conditions:
            return True
        continuous = natives[:, space.continuous]
        return bool((continuous == continuous).any(axis=1).all())

    def _candidates(self, number: int) -> Array:
        """Candidates of one trial, (m, d), the best first, as they were when they were first asked for."""
        if number not in self._ranked:
            self._ranked[number] = self._rank(self._draws(number))
        return self._ranked[number]

    def _draws(self, number: int) -> Array:
        return stream(self.seed, number, _DRAWS, self.candidates * self.densities.draws)

    def _rank(self, draws: Array) -> Array:
        """Candidates (m, d) made of ``draws``, the best first: in each group of coordinates by itself."""
        space, estimator = self.densities.space, self.densities.estimator
        if self.densities.alone:
            return estimator.candidates(draws, weights=self.weights)
        prior = None
        if space.has_priors:
            first = draws[: self.candidates * space.dimension].reshape(self.candidates, -1)
            prior = space.quantile(first)
        points = self._rounded(estimator.sample(draws, fallback=prior, weights=self.weights))
        log_prior = self._log_prior(points) if space.has_priors else None
        belief = _BELIEF / max(self.history.ended, 1)
        points = estimator.ranked(points, log_prior=log_prior, belief=belief, weights=self.weights)
        if not space.space.constraints:
            return points
        allowed = space.space.feasible(space.natives(points))
        return np.concatenate([points[allowed], points[~allowed]])

    def _rounded(self, points: Array) -> Array:
        """Coordinates of the values that ``points`` stand for, NaN where inactive in a joint model."""
        space = self.densities.space
        joint = len(self.densities.groups) == 1
        if (joint and space.space.has_conditions) or len(space.uneven):
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
