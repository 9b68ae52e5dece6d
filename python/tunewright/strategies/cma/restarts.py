"""When a run of CMA-ES is over, and how the next one begins.

IPOP doubles the population (A. Auger & N. Hansen, CEC 2005). BIPOP alternates between that and small populations with
small steps, by the trials that both have had (N. Hansen, GECCO workshops 2009).
"""

from __future__ import annotations

__all__ = ["Run", "begun", "finished", "following", "noted"]

from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

import numpy as np

from tunewright.numerics.linalg import cholesky
from tunewright.numerics.sampling import purpose, stream
from tunewright.strategies.cma.distribution import State
from tunewright.strategies.cma.layout import Layout
from tunewright.trial.columns import Array

_STREAM = purpose("cma/restart")
_NARROW = 1e-12  # of the first step size: no point is another one any more
_WIDE = 1e4
_FLAT = 1e-12  # difference of losses, of their size where that is above 1
_CONDITION = 1e14

Policy = Literal["ipop", "bipop"] | None


@dataclass(frozen=True, eq=False)
class Run:
    """One run, from a start to convergence.

    Attributes:
        state: its distribution.
        population: trials of a generation.
        sigma: the step size it began with.
        number: how many runs there were before.
        trials: how many it has had.
        limit: and how many it may have.
        extremes: best and worst losses of its last generations.
        doublings: how often the population of large runs was doubled.
        spent: trials of earlier large and small runs, by BIPOP's count.
        small: whether it is one of the small ones.
        broken: whether its covariance lost its meaning to rounding.
    """

    state: State
    population: int
    sigma: float
    number: int = 0
    trials: int = 0
    limit: float = np.inf
    extremes: tuple[tuple[float, float], ...] = ()
    doublings: int = 0
    spent: tuple[int, int] = (0, 0)
    small: bool = False
    broken: bool = False


def begun(layout: Layout, mean: Array, sigma: float, covariance: Array, probabilities: Array) -> State:
    """A distribution without a past."""
    d = len(layout.numbers)
    factor = cholesky(covariance)[0] if d else np.zeros((0, 0))
    return State(mean, sigma, covariance, factor, np.zeros(d), np.zeros(d), np.ones(d), probabilities)


def noted(run: Run, extremes: tuple[float, float] | None) -> Run:
    """``run`` after one more generation with these losses."""
    most = 10 + ceil(30 * len(run.state.mean) / run.population)
    kept = (*run.extremes, extremes)[-most:] if extremes is not None else ()
    return replace(run, trials=run.trials + run.population, extremes=kept)


def finished(run: Run) -> bool:
    """Whether nothing more is to be expected of a run: what the tutorial's appendix B.3 lists."""
    state = run.state
    if run.broken or run.trials >= run.limit:
        return True
    most = 10 + ceil(30 * len(state.mean) / run.population)
    if len(run.extremes) == most:
        low, high = min(e[0] for e in run.extremes), max(e[1] for e in run.extremes)
        if high - low <= _FLAT * max(1.0, abs(low)):
            return True
    if not len(state.mean):
        return False
    widest, pivots = float(state.widths.max()), state.factor.diagonal()
    narrow = widest < _NARROW * run.sigma and state.sigma * np.abs(state.path).max() < _NARROW * run.sigma
    return bool(narrow or widest > _WIDE * run.sigma or (pivots.max() / pivots.min()) ** 2 > _CONDITION)


def following(policy: Policy, layout: Layout, last: Run, usual: int, sigma: float, seed: int) -> Run:
    """The run after ``last``, from a point drawn from the prior; ``usual`` is the first run's population."""
    draws = stream(seed, last.number, _STREAM, 2 + len(layout.numbers))
    large, small = last.spent
    if last.number:
        large, small = (large, small + last.trials) if last.small else (large + last.trials, small)
    if policy == "bipop" and small < large:
        ratio = 0.5 * 2**last.doublings
        population = max(4, int(usual * ratio ** (draws[0] ** 2)))
        run = Run(_fresh(layout, sigma * 10 ** (-2 * float(draws[1])), draws[2:]), population, sigma, small=True)
        run = replace(run, limit=large / 2, doublings=last.doublings)
    else:
        doublings = last.doublings + (policy is not None)
        run = Run(_fresh(layout, sigma, draws[2:]), usual * 2**doublings, sigma, doublings=doublings)
    return replace(run, number=last.number + 1, spent=(large, small), sigma=run.state.sigma)


def _fresh(layout: Layout, sigma: float, draws: Array) -> State:
    """A distribution as wide as the prior, about a point drawn from it."""
    p = np.full((1, layout.space.dimension), 0.5)
    p[0, layout.numbers] = draws
    mean = layout.space.quantile(p)[0, layout.numbers]
    return begun(layout, mean, sigma, np.diag(layout.prior[1] ** 2), layout.prior_categories)
