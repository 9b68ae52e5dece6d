"""What a plan can be expected to find, on a model of learning curves: a model, never a measurement.

========  =====================================================================================================
symbol    meaning
========  =====================================================================================================
x         a configuration, in the unit cube of its effective parameters: at most four, however many there are
          (J. Bergstra & Y. Bengio, JMLR 13, 2012, section 4)
g(x)      how much worse than the best it ends, ∝ ‖x - x*‖²; 1 is the median of random configurations
t / R     the share of a training in full that has been done
L         g + a (t / R)^(-α) - a + ε, a power law (T. Domhan et al., IJCAI 2015; J. Hestness et al., 2017), where
          a, α and x are independent, so that early losses order configurations only roughly
ε         normal, of the standard deviation ``noise``
========  =====================================================================================================
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tunewright.numerics.sampling import generator, purpose
from tunewright.trial.columns import Array

__all__ = ["Expectation", "expectation", "spending"]

_STREAM = purpose("advice")
_EFFECTIVE = 4
_REPEATS = 24
_MOST = 400  # trials simulated; with more the result is that of so many, which is on the safe side
_RANDOM_FIRST = 8  # trials before a model or evolution narrows the search
_REACH = {"model": 0.12, "evolution": 0.25}  # standard deviation of what they try around the best of the record


@dataclass(frozen=True)
class Expectation:
    """Share of the way from a typical random configuration (0) to the best there is (1), simulated.

    Attributes:
        median: over the repeats.
        low: their 10th percentile.
        high: their 90th.
    """

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.0%} (80 % of simulations: {self.low:.0%} to {self.high:.0%})"


def expectation(
    trials: int,
    parameters: int,
    noise: float,
    levels: Sequence[int],
    *,
    full: int | None = None,
    eta: int = 3,
    search: str = "random",
) -> Expectation:
    """Simulate a search on the curves above.

    Args:
        trials: how many begin.
        parameters: how many vary.
        noise: ε, as a share of the distance from the median configuration to the best.
        levels: epochs at which trials are compared, ascending; nobody trains beyond the last.
        full: epochs of a training in full, if that is more than the last of ``levels``.
        eta: of a rung's entrants one of so many goes on.
        search: "random", "model" (narrows around the best so far), "evolution" (the same, less), or "population"
            (exploit and explore at every level, M. Jaderberg et al., 2017).
    """
    run = _population if search == "population" else _halving
    shares = np.array(levels) / (levels[-1] if full is None else full)
    problem = _Problem(min(trials, _MOST), min(max(parameters, 1), _EFFECTIVE), noise, shares, eta, search)
    gaps = [run(generator(k, problem.dimension, _STREAM), problem) for k in range(_REPEATS)]
    low, median, high = np.quantile(1.0 - np.array(gaps), [0.1, 0.5, 0.9])
    return Expectation(float(median), float(low), float(high))


@lru_cache(maxsize=64)
def spending(levels: tuple[int, ...], eta: int) -> Array:
    """(400,) mean epochs that the first 1, 2, … trials of asynchronous halving take, when early losses do not mislead.

    Nothing costs more: who enters a rung late is better than those before, and goes on more often.
    """
    spent = np.zeros(_MOST)
    for order in range(_REPEATS):
        rungs: list[list[float]] = [[] for _ in levels]
        for number, loss in enumerate(generator(order, 0, _STREAM, attempt=2).random(_MOST).tolist()):
            for level, before, rung in zip(levels, (0, *levels), rungs, strict=False):
                spent[number] += level - before
                ahead = bisect_left(rung, loss)
                insort(rung, loss)
                if ahead >= max(1, len(rung) // eta):
                    break
    total: Array = np.cumsum(spent) / _REPEATS
    return total


@dataclass(frozen=True, eq=False)
class _Problem:
    trials: int
    dimension: int
    noise: float
    shares: Array
    eta: int
    search: str


@lru_cache(maxsize=8)
def _unit(dimension: int) -> float:
    """Median ‖x - x*‖² over random x and x*."""
    pairs = generator(0, dimension, _STREAM, attempt=1).random((2, 4000, dimension))
    return float(np.median(((pairs[0] - pairs[1]) ** 2).sum(axis=1)))


def _curve(draws: np.random.Generator, shares: Array, noise: float) -> Array:
    """(levels,) what a curve is above g at each level."""
    height, power = draws.lognormal(-1.5, 0.5), draws.uniform(0.3, 0.9)
    above: Array = height * (shares**-power - 1.0) + noise * draws.standard_normal(len(shares))
    return above


def _halving(draws: np.random.Generator, of: _Problem) -> float:
    """g of the configuration that a search with asynchronous successive halving would return."""
    target, unit = draws.random(of.dimension), _unit(of.dimension)
    rungs: list[list[float]] = [[] for _ in of.shares]
    best: tuple[int, float, Array, float] = (-1, np.inf, target, 1.0)  # rung, loss there, x, g
    for number in range(of.trials):
        x = draws.random(of.dimension)
        if of.search in _REACH and number >= _RANDOM_FIRST and draws.random() < 0.8:
            x = np.clip(best[2] + _REACH[of.search] * draws.standard_normal(of.dimension), 0.0, 1.0)
        gap = float(((x - target) ** 2).sum()) / unit
        for rung, loss in enumerate((gap + _curve(draws, of.shares, of.noise)).tolist()):
            if (rung, -loss) > (best[0], -best[1]):
                best = (rung, loss, x, gap)
            rungs[rung].append(loss)
            ahead = sum(other < loss for other in rungs[rung])
            if ahead >= max(1, len(rungs[rung]) // of.eta):
                break
    return best[3]


def _population(draws: np.random.Generator, of: _Problem) -> float:
    """g of the best of a population of which the last quarter goes on from the first at every level."""
    target, unit = draws.random(of.dimension), _unit(of.dimension)
    x = draws.random((of.trials, of.dimension))
    above = np.array([_curve(draws, of.shares, 0.0) for _ in range(of.trials)])
    quarter, order = max(1, of.trials // 4), np.arange(of.trials)
    for level in range(len(of.shares)):
        gap = ((x - target) ** 2).sum(axis=1) / unit
        order = np.argsort(gap + above[:, level] + of.noise * draws.standard_normal(of.trials))
        if level < len(of.shares) - 1:
            lost, won = order[-quarter:], draws.choice(order[:quarter], quarter)
            x[lost] = np.clip(x[won] + 0.1 * draws.standard_normal((quarter, of.dimension)), 0.0, 1.0)
            above[lost] = above[won]
    return float(gap[order[0]])
