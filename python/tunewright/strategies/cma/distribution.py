"""The distribution that CMA-ES samples from: normal in the numbers, with a margin; independent in the categories.

    x = m + sigma A L z,  z ~ N(0, I),  L L' = C

A is diagonal, 1 where a number is continuous. Where it has few values, m and A are such that every value next to the
usual one keeps a probability of alpha / 2 at least, however small sigma has become (R. Hamano, S. Saito, M. Nomura &
S. Shirakawa, "CMA-ES with margin", GECCO 2022). Categories have probabilities that move towards those of the better
trials, with a margin of their own (after R. Hamano et al., "CatCMA", GECCO 2024).
"""

from __future__ import annotations

__all__ = ["Sample", "State", "sampled", "updated"]

from dataclasses import dataclass, replace

import numpy as np

from tunewright.numerics.evolution import adapted, steps
from tunewright.numerics.linalg import solve_lower
from tunewright.numerics.sampling import purpose, uniform
from tunewright.strategies.cma.layout import Layout
from tunewright.trial.columns import Array, Ints

_STREAM = purpose("cma/steps")
_TRIES = 16  # draws of one trial, before what is out of bounds is moved onto them


@dataclass(frozen=True, eq=False)
class State:
    """A distribution and the paths that led to it.

    Attributes:
        mean, sigma, covariance, factor, conjugate, path: see :func:`tunewright.numerics.evolution.adapted`.
        scale: (d,) the diagonal of A.
        probabilities: (c, most) of the categories, 0 beyond the last.
        generation: how many generations adapted it.
    """

    mean: Array
    sigma: float
    covariance: Array
    factor: Array
    conjugate: Array
    path: Array
    scale: Array
    probabilities: Array
    generation: int = 0

    def injected(self, points: Array) -> Array:
        """Steps (k, d) that would have led to ``points`` (k, d), NaN where a number was not in use.

        What the distribution would hardly have sampled is drawn nearer (N. Hansen, "Injecting external solutions into
        CMA-ES", arXiv:1110.4181, 2011, equation 4).
        """
        d = len(self.mean)
        rows = np.where(np.isnan(points), 0.0, (points - self.mean) / (self.sigma * self.scale))
        lengths = np.linalg.norm(solve_lower(self.factor, np.ascontiguousarray(rows.T)), axis=0)
        near: Array = rows * np.minimum(1.0, (np.sqrt(d) + 2 * d / (d + 2)) / np.maximum(lengths, 1e-300))[:, None]
        return near

    @property
    def numbers(self) -> tuple[Array, float, Array, Array, Array, Array]:
        """What :func:`tunewright.numerics.evolution.adapted` takes and gives."""
        return self.mean, self.sigma, self.covariance, self.factor, self.conjugate, self.path

    @property
    def widths(self) -> Array:
        """Standard deviation of each number before the margin, (d,)."""
        widths: Array = self.sigma * np.sqrt(self.covariance.diagonal())
        return widths


@dataclass(frozen=True, eq=False)
class Sample:
    """Trials that a distribution proposes: steps (k, d), and native rows (k, all columns)."""

    steps: Array
    natives: Array


def sampled(state: State, layout: Layout, seed: int, numbers: Ints) -> Sample:
    """Proposals for trials, each the first of its draws that is within the bounds and allowed.

    Where there is none among so many, the last one is moved onto the bounds; what is still not allowed is the study's.
    """
    sample, fine = _drawn(state, layout, seed, numbers, 0)
    bad = np.flatnonzero(~fine)
    for attempt in range(1, _TRIES):
        if not len(bad):
            break
        again, fine = _drawn(state, layout, seed, numbers[bad], attempt)
        sample.steps[bad], sample.natives[bad] = again.steps, again.natives
        bad = bad[~fine]
    return sample


def _drawn(
    state: State, layout: Layout, seed: int, numbers: Ints, attempt: int
) -> tuple[Sample, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """One draw of each trial, moved onto the bounds, and whether it was within them and is allowed."""
    d, space = len(layout.numbers), layout.space
    unit = np.full((len(numbers), space.dimension), 0.5)
    rows, fine = np.zeros((len(numbers), d)), np.ones(len(numbers), dtype=np.bool_)
    if d:
        rows = steps(state.factor, numbers, seed=seed, purpose=_STREAM, attempt=attempt)
        points = state.mean + state.sigma * state.scale * rows
        inside = np.minimum(np.maximum(points, 0.0), 1.0)
        unit[:, layout.numbers] = inside
        outside = (points != inside) & layout.continuous
        if outside.any():
            rows = np.where(outside, (inside - state.mean) / (state.sigma * state.scale), rows)
            fine = ~outside.any(axis=1)
    if len(layout.categories):
        limits = np.cumsum(state.probabilities, axis=1)
        draws = uniform(seed, numbers, layout.purposes, attempt=attempt)
        chosen = np.sum(draws[:, :, None] >= limits, axis=2)
        unit[:, layout.categories] = (np.minimum(chosen, layout.sizes - 1) + 0.5) / layout.sizes
    natives = space.natives(unit)
    if space.space.constraints:
        fine = fine & space.space.feasible(natives)
    return Sample(rows, natives), fine


def updated(state: State, layout: Layout, rows: Array, categories: Array) -> State:
    """The distribution after a generation with steps ``rows`` (k, d), the best first.

    ``categories`` (k, c) are the coordinates of its categories, NaN where a parameter was not in use.
    """
    now = state.numbers
    if len(layout.numbers):
        now = adapted(*now, steps=rows, generation=state.generation)
    found = State(*now, state.scale, state.probabilities, state.generation + 1)
    alpha = 1.0 / max(1, layout.space.dimension * len(rows))
    if len(layout.discrete):
        found = _with_margin(found, layout, alpha)
    if len(layout.categories):
        found = replace(found, probabilities=_learnt(found.probabilities, layout, categories, alpha))
    return found


def _with_margin(state: State, layout: Layout, alpha: float) -> State:
    """``state`` with m and A such that no neighbouring value is out of reach (Hamano et al., algorithm 2)."""
    from scipy.special import ndtr, ndtri

    rows, at = np.arange(len(layout.discrete)), layout.discrete
    mean, scale = state.mean.copy(), state.scale.copy()
    cells = np.sum(layout.edges <= mean[at, None], axis=1)
    last = np.sum(np.isfinite(layout.edges), axis=1)
    low = np.where(cells > 0, layout.edges[rows, np.maximum(cells - 1, 0)], -np.inf)
    high = np.where(cells < last, layout.edges[rows, np.minimum(cells, last - 1)], np.inf)
    size = state.widths[at]
    m, width = mean[at], size * scale[at]

    edge = np.where(cells == last, low, high)  # of the first and the last value there is one
    reach = np.minimum(np.abs(m - edge), -ndtri(alpha) * width)
    outer = edge + np.where(m >= edge, reach, -reach)

    below, above = (np.where(np.isfinite(e), ndtr(s * (e - m) / width), 0.0) for e, s in ((low, 1), (high, -1)))
    between = 1.0 - below - above
    below_least, above_least = np.maximum(below, alpha / 2), np.maximum(above, alpha / 2)
    total = below_least + above_least + between
    share = (1.0 - total) / (total - 1.5 * alpha)
    down, up = (-ndtri(p + share * (p - alpha / 2)) for p in (below_least, above_least))
    both = np.isfinite(low) & np.isfinite(high)
    tight = both & ((below < alpha / 2) | (above < alpha / 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        stretched = (high - low) / (size * (down + up))
        moved = (low * up + high * down) / (down + up)
    mean[at] = np.where(tight, moved, np.where(both, m, outer))
    scale[at] = np.where(tight, stretched, scale[at])
    return replace(state, mean=mean, scale=scale)


def _learnt(probabilities: Array, layout: Layout, unit: Array, alpha: float) -> Array:
    """Probabilities moved towards the categories of the better half of ``unit`` (k, c), the best first."""
    parents = len(unit) // 2
    weights = np.log((len(unit) + 1) / 2) - np.log(np.arange(1, parents + 1))
    weights /= weights.sum()
    effective = 1.0 / np.sum(weights**2)
    rate = effective / (effective + 2.0 * layout.freedom + 6.0)
    moved = probabilities.copy()
    for row, column, size in zip(moved, unit[:parents].T, layout.sizes.tolist(), strict=True):
        used = np.flatnonzero(~np.isnan(column))
        seen = np.minimum((column[used] * size).astype(np.int64), size - 1)
        votes = np.bincount(seen, weights[used], minlength=size)
        row[:size] += rate * (votes - votes.sum() * row[:size])
        least = min(alpha, 0.5) / max(size - 1, 1)
        above = np.maximum(row[:size] - least, 0.0)
        row[:size] = least + above * (1.0 - size * least) / above.sum()
    learnt: Array = moved
    return learnt
