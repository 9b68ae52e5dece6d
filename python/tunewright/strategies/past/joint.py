"""One process of all past tasks together: what a task like them is expected to be before anything is known of it.

=======  ========================================================================================
symbol   meaning
=======  ========================================================================================
t        which task, a categorical coordinate beside the parameters; NaN for a new one
f(x, t)  the transformed losses of all tasks: one Gaussian process in d + 1 coordinates
rho      correlation of two tasks at one point, g(1 / l_t), g the profile of the kernel
=======  ========================================================================================

So tasks share how coordinates are bent, length scales, signal and noise, and how alike they are, fitted by the
likelihood of all of them: a prior that is learnt (Wang et al., "Pre-trained Gaussian processes for Bayesian
optimization", JMLR 25, 2024) with the task kernel of a process of several tasks (Swersky, Snoek & Adams, NeurIPS
2013), here with one correlation for all pairs. A new task is expected to be what all points say together, give or take
a process with the same length scales.
"""

from __future__ import annotations

__all__ = ["Joint", "expected_of_rows", "joint"]

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tunewright.numerics import gp
from tunewright.space import Space, Table
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp.model import Fitting, Kinds, fitted, priors
from tunewright.strategies.gp.warping import Warped
from tunewright.strategies.past.source import Source, representative
from tunewright.trial.columns import Array, Ints

_FITTED, _KEPT = 384, 2_048  # points of all tasks together: for the hyperparameters, and for what is expected
_FITTING = Fitting("matern52", "standard", -4.0, 1, _KEPT)
_BLOCK = 4_096  # queries at a time: their covariances with the points are held in memory


@dataclass(frozen=True, eq=False)
class Joint:
    """What k past tasks teach of the next one.

    Attributes:
        sources: the tasks.
        space: the study's coordinates, bent.
        columns: (c,) which of them any task has.
        x: (N, c + 1) bent points, task after task, the task last.
        starts: (k,) where each task's begin.
        theta: (c + 3,) log hyperparameters.
        kinds: (c + 1,).
        alpha: (N,) weights of the points.
        center: of their transformed losses.
        scale: the deviation of those.
    """

    sources: tuple[Source, ...]
    space: Warped
    columns: Ints
    x: Array
    starts: Ints
    theta: Array
    kinds: Kinds
    alpha: Array
    center: float
    scale: float

    def expected(self, unit: Array) -> Array:
        """What is expected at bent coordinates (m, d), (1 + k, m): a new task's loss, and how far above it each past
        task lies."""
        found = np.empty((1 + len(self.starts), len(unit)))
        for block, same, new in self._covariances(unit):
            found[0, block] = self.center + self.scale * (new @ self.alpha)
            found[1:, block] = self.scale * np.add.reduceat((same - new) * self.alpha, self.starts, axis=1).T
        return found

    def mean(self, unit: Array, weights: Array) -> Array:
        """``weights`` (1 + k,) times :meth:`expected`, (m,), in less memory and time."""
        each = self.alpha * np.repeat(weights[1:], np.diff(np.append(self.starts, len(self.alpha))))
        means = np.empty(len(unit))
        for block, same, new in self._covariances(unit):
            means[block] = weights[0] * self.center + self.scale * (
                new @ (weights[0] * self.alpha - each) + same @ each
            )
        return means

    def own(self) -> tuple[Array, Array]:
        """Log hyperparameters (d + 2,) of what a new task has of its own, and how far they may be off."""
        d, c = self.space.dimension, len(self.columns)
        theta, std = priors(d, _FITTING.noise)[:2]
        r = np.sqrt(5.0) * np.exp(-self.theta[c])
        rho = (1.0 + r + r * r / 3.0) * np.exp(-r)
        theta[self.columns], std[self.columns] = self.theta[:c], 0.5
        theta[d:] = self.theta[c + 1 :] + np.array([np.log1p(-rho), 0.0]) + 2.0 * np.log(self.scale)
        return theta, std

    def points(self) -> Array:
        """Bent coordinates (N, d) of all points, NaN where unknown."""
        unit = np.full((len(self.x), self.space.dimension), np.nan)
        unit[:, self.columns] = self.x[:, :-1]
        return unit

    def _covariances(self, unit: Array) -> Iterator[tuple[slice, Array, Array]]:
        """Block by block those of queries with all points: of the same task as each, and of a new one."""
        x, theta = np.ascontiguousarray(self.x[:, :-1]), np.delete(self.theta, len(self.columns))
        for first in range(0, len(unit), _BLOCK):
            block = slice(first, first + _BLOCK)
            own = np.ascontiguousarray(unit[block][:, self.columns])
            new = np.column_stack([own, np.full(len(own), np.nan)])
            yield (
                block,
                gp.cross_covariance(own, x, theta, self.kinds[:-1], family=_FITTING.family, threads=2),
                gp.cross_covariance(new, self.x, self.theta, self.kinds, family=_FITTING.family, threads=2),
            )


@lru_cache(maxsize=16)
def joint(sources: tuple[Source, ...], space: Space) -> Joint:
    """The process of all sources, in the coordinates of ``space``."""
    own = coordinates(space)
    names = [space.names[j] for j in own.columns]
    columns = np.array([j for j, name in enumerate(names) if any(name in s.names for s in sources)], dtype=np.int64)
    shared, c = [names[j] for j in columns], len(columns)
    free = ((own.kinds == 0) & (own.steps == 0.0) & (own.levels == 0))[columns]
    kinds = np.append(own.kinds[columns], np.uint8(1))
    x, z = _together(sources, shared, _FITTED)
    theta = fitted(x, z, kinds, _FITTING, warps=np.append(free, False))
    shapes = np.ones((2, own.dimension))
    shapes[:, columns] = np.where(free, np.exp(theta[c + 3 :].reshape(2, c + 1)[:, :c]), 1.0)
    bent = Warped.of(own, *shapes)
    x, z = _together(sources, shared, _KEPT)
    straight = np.full((len(x), own.dimension), np.nan)
    straight[:, columns] = x[:, :-1]
    x[:, :-1] = bent.bent(straight)[:, columns]
    center, scale = float(np.mean(z)), float(np.std(z)) or 1.0
    theta = theta[: c + 3]
    alpha = gp.factorise(x, (z - center) / scale, theta, kinds, family=_FITTING.family)[1]
    starts = np.flatnonzero(np.diff(x[:, -1], prepend=-1.0)).astype(np.int64)
    return Joint(sources, bent, columns, x, starts, theta, kinds, alpha, center, scale)


@lru_cache(maxsize=4)
def expected_of_rows(sources: tuple[Source, ...], table: Table) -> Array:
    """:meth:`Joint.expected` of every row of a table, (1 + k, N)."""
    past = joint(sources, table)
    found = past.expected(past.space.of_rows(table, np.arange(table.size)))
    found.flags.writeable = False
    return found


def _together(sources: tuple[Source, ...], names: list[str], most: int) -> tuple[Array, Array]:
    """Points (n, c + 1) and losses (n,) of all sources, as many of each, about ``most`` together."""
    parts, losses = [], []
    for k, source in enumerate(sources):
        kept = representative(source.z, max(2, most // len(sources)))
        part = np.full((len(kept), len(names) + 1), np.nan)
        part[:, [names.index(name) for name in source.names]] = source.x[kept]
        part[:, -1] = (k + 0.5) / len(sources)
        parts.append(part)
        losses.append(source.z[kept])
    return np.concatenate(parts), np.concatenate(losses)
