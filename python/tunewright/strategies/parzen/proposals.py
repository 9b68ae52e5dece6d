"""From the two densities to configurations: candidates drawn where trials are good, ranked by their ratio."""

from __future__ import annotations

__all__ = ["Proposals"]

from collections.abc import Iterator
from dataclasses import dataclass, field

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

        if len(numbers) == 1 and self.densities.alone and len(self.densities.space.continuous):
            natives = self.densities.space.natives(self._best(numbers.item()))
            if self._is_new(natives):
                return natives

        def propose(some: Ints, attempt: int) -> Array:
            for number in some.tolist():
                if number not in self._ranked:
                    self._ranked[number] = self._rank(number)
                    if len(numbers) > 1:
                        self.densities.insert([number], self._ranked[number][:1])
            if attempt >= self.candidates:
                return draw(self.history.space, self.seed, some, attempt=attempt)
            rows = [self._ranked[number][attempt : attempt + 1] for number in some.tolist()]
            ranked = rows[0] if len(rows) == 1 else np.concatenate(rows)
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
        if len(space.continuous) and not space.space.has_conditions:
            return True
        continuous = natives[:, space.continuous]
        return bool((continuous == continuous).any(axis=1).all())

    def _best(self, number: int) -> Array:
        """The first of what :meth:`_rank` returns, (1, d), where nothing but the densities has a say."""
        point = np.empty((1, self.densities.space.dimension))
        for group, own in self._drawn(number):
            best = group.good.candidate(*own, group.others, weights=self._weights(group))
            if group.size == len(best) == point.shape[1]:
                return best[None, :]
            point[0, group.columns] = best
        return point

    def _rank(self, number: int) -> Array:
        """Candidates of one trial, (m, d), the best first: in each group of coordinates by itself."""
        space, alone = self.densities.space, self.densities.alone
        points = np.empty((self.candidates, space.dimension))
        for group, own in self._drawn(number):
            if alone:
                points[:, group.columns] = group.good.candidates(*own, group.others, weights=self._weights(group))
            else:
                points[:, group.columns] = group.good.sample(*own, weights=self._weights(group))
        if alone:
            return points
        points = self._rounded(points)
        prior = self._log_prior(points) if space.has_priors else None
        for group in self.densities.groups:
            ranked = self._ratio(group, points, prior)
            points[:, group.columns] = points[np.argsort(-ranked, kind="stable")][:, group.columns]
        if space.space.constraints:
            allowed = space.space.feasible(space.natives(points))
            points = np.concatenate([points[allowed], points[~allowed]])
        return points

    def _drawn(self, number: int) -> Iterator[tuple[Group, tuple[Array, Array]]]:
        """Each group with what its candidates for one trial are made of: draws (m, 1 + size), fallback (m, size)."""
        space, groups, m = self.densities.space, self.densities.groups, self.candidates
        draws = stream(self.seed, number, _DRAWS, m * (2 * space.dimension + len(groups)))
        last = m * space.dimension
        fallback = draws[:last].reshape(m, space.dimension)
        if space.has_priors:
            fallback = space.quantile(fallback)
        for group in groups:
            first, last = last, last + m * (1 + group.size)
            own = fallback if len(groups) == 1 else np.ascontiguousarray(fallback[:, group.columns])
            yield group, (draws[first:last].reshape(m, 1 + group.size), own)

    def _ratio(self, group: Group, points: Array, log_prior: Array | None) -> Array:
        """By how much more probable each point is, (m,), among the good ones: as a logarithm."""
        own = np.ascontiguousarray(points[:, group.columns])
        prior = None if log_prior is None else np.ascontiguousarray(log_prior[:, group.columns])
        ratio = group.good.log_density(own, log_prior=prior, weights=self._weights(group))
        ratio -= group.others.log_density(own, log_prior=prior)
        if prior is not None:
            ratio += _BELIEF / max(self.history.ended, 1) * prior.sum(axis=1)
        return ratio

    def _weights(self, group: Group) -> Array | None:
        """Weights of the good trials that the group has."""
        if self.weights is None:
            return None
        good = np.array(self.densities.good, dtype=np.int64)
        return self.weights[np.searchsorted(good, group.good.trials())]

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
