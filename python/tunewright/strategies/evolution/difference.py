"""Differential variation: trial vectors from differences between members of a population.

    target   genes of the member that a trial challenges, NaN where a parameter is not in use
    donors   genes of three other members
    best     genes of the best member
    F, CR    weight of the differences, probability of a gene to come from the mutant

Unordered values have no difference: where the donors have two, any other value takes the place of the base's with
probability F.
"""

from __future__ import annotations

__all__ = ["Rule", "crossed", "mutants"]

from typing import Any, Literal

import numpy as np

from tunewright.strategies.coordinates import Coordinates
from tunewright.trial.columns import Array, Ints

Rule = Literal["rand/1", "current-to-best/1"]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


def mutants(
    rule: Rule,
    space: Coordinates,
    target: Array,
    donors: tuple[Array, Array, Array],
    best: Array,
    weight: Array,
    draws: tuple[Array, Array],
) -> Array:
    """Mutants (k, d) for targets (k, d): R. Storn & K. Price, J. Global Optim. 11, 1997, equation 2 and section 5.

    rand/1: r1 + F (r2 - r3); current-to-best/1: target + F (best - target) + F (r2 - r3). What leaves [0, 1] ends at a
    random place between the base and the bound. ``weight`` is (k, 1), ``draws`` are two of (k, d).
    """
    first, second, third = donors
    base = first if rule == "rand/1" else target
    moved = base + weight * _gap(second, third)
    if rule == "current-to-best/1":
        moved = moved + weight * _gap(best, target)
    bound = np.where(moved > 1.0, 1.0, 0.0)
    inside = np.where((moved < 0.0) | (moved > 1.0), base + draws[0] * (bound - base), moved)
    unordered = space.kinds == 1
    if unordered.any():
        pulled = base if rule == "rand/1" else np.where(draws[1] < weight, best, base)
        inside[:, unordered] = _exchanged(
            pulled[:, unordered], second[:, unordered] != third[:, unordered], weight, draws[0][:, unordered],
            np.round(1.0 / space.steps[unordered]),
        )  # fmt: skip
    return inside


def crossed(target: Array, mutant: Array, probability: float, draws: Array, sure: Ints) -> Array:
    """Binomial crossover: genes of the mutant with ``probability``, the gene ``sure`` (k,) in any case, (k, d)."""
    taken = draws < probability
    taken[np.arange(len(taken)), sure] = True
    child = np.where(taken, mutant, target)
    other = np.where(taken, target, mutant)
    return np.where(np.isnan(child), other, child)


def _gap(a: Array, b: Array) -> Array:
    """a - b, nothing where one of them is missing."""
    return np.nan_to_num(a - b, nan=0.0)


def _exchanged(base: Array, differ: Mask, weight: Array, draws: Array, sizes: Array) -> Array:
    """The base's category, or with probability F another one where the donors differ."""
    here = np.minimum(np.floor(base * sizes), sizes - 1.0)
    step = 1.0 + np.floor(np.minimum(draws / np.maximum(weight, 1e-12), 1.0 - 1e-12) * (sizes - 1.0))
    there = np.where(differ & (draws < weight), np.mod(here + step, sizes), here)
    return (there + 0.5) / sizes
