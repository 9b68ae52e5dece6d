"""Neighbours of a point: numbers a step away on their own scale, categories exchanged."""

from __future__ import annotations

__all__ = ["neighbours"]

from functools import lru_cache
from typing import Any

import numpy as np

from tunewright.numerics.sampling import purpose, uniform
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.candidates import reflected
from tunewright.trial.columns import Array, Ints


def neighbours(space: Coordinates, stand: Array, step: float, seed: int, numbers: Ints, attempt: int) -> Array:
    """Coordinates (k, d) of one neighbour of ``stand`` (d,) for each trial number; what moves, moves by ``step``.

    Each coordinate moves with a probability d^-u, u uniform and common to all of a trial, so that between one and all
    of them do; at least one that exists does. What does not exist at ``stand`` is drawn from its prior.
    """
    d, k = space.dimension, len(numbers)
    draws = uniform(seed, numbers, _purposes(4 * d + 2), attempt=attempt)
    chance, radius, angle, redrawn = (draws[:, j * d : (j + 1) * d] for j in range(4))
    moved = chance < float(d) ** -draws[:, -2:-1]
    there = np.flatnonzero(~np.isnan(stand))
    if len(there):
        moved[np.arange(k), there[(draws[:, -1] * len(there)).astype(np.intp)]] = True
    normal = np.sqrt(-2.0 * np.log1p(-radius)) * np.cos(2.0 * np.pi * angle)  # Box & Muller
    centre = np.where(np.isnan(stand), space.quantile(redrawn), stand)
    numeric = np.where(moved, _shifted(space, centre, step * normal), centre)
    exchanged = np.where(moved, _exchanged(space, centre, redrawn), centre)
    return space.rounded(np.where(space.kinds == 1, exchanged, numeric))


def _shifted(space: Coordinates, centre: Array, shift: Array) -> Array:
    """``centre`` moved by ``shift``, by one step of the parameter at least, and back at a bound."""
    least = np.where(np.abs(shift) < space.steps, np.copysign(space.steps, shift), shift)
    outside = (centre + least < 0.0) | (centre + least > 1.0)
    turned = np.where(outside & (np.abs(least) <= space.steps), -least, least)
    return reflected(centre + turned)


def _exchanged(space: Coordinates, centre: Array, redrawn: Array) -> Array:
    """Another category than that of ``centre``, each as likely."""
    size = np.where(space.kinds == 1, np.round(1.0 / np.where(space.steps > 0.0, space.steps, 1.0)), 1.0)
    index = np.minimum(np.floor(centre * size), size - 1.0)
    other = np.mod(index + 1.0 + np.floor(redrawn * (size - 1.0)), size)
    exchanged: Array = (other + 0.5) / size
    return exchanged


@lru_cache(maxsize=64)
def _purposes(count: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array([purpose(f"local-search/{j}") for j in range(count)], dtype=np.uint64)
