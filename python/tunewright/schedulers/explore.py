"""A configuration like its parent's: what population-based training calls explore."""

from __future__ import annotations

import numpy as np

from tunewright.space import Domain, PowerOfTwo, Space
from tunewright.trial.columns import Array

__all__ = ["explored", "moved"]

_TRIES = 100  # until the constraints are given up on
_LEAST = 0.02  # of its range: the least that a number on a linear scale moves


def explored(
    space: Space, natives: Array, draws: np.random.Generator, *, resample: float, factors: tuple[float, float]
) -> Array:
    """Native row (d,) near ``natives`` (d,), allowed by the space; the same row if no allowed one was found.

    Every parameter is drawn anew from its prior with probability ``resample``. Otherwise a number or an ordinal moves
    by one of the two ``factors`` (see :func:`moved`), and a category stays. What becomes active is drawn.
    """
    for _ in range(_TRIES):
        unit = space.quantile(draws.random((1, space.dimension)))
        anew, coin = draws.random((2, space.dimension))
        for j, domain in enumerate(space.domains):
            if anew[j] >= resample and not np.isnan(natives[j]):
                there = moved(domain, float(natives[j]), factors[int(coin[j] >= 0.5)])
                unit[0, j] = domain.encode(np.array([there]))[0]
        rows = space.decode(unit)
        if space.feasible(rows)[0]:
            row: Array = rows[0]
            return row
    return natives


def moved(domain: Domain, native: float, factor: float) -> float:
    """The native that ``native`` becomes when it moves by ``factor``, within its domain.

    On a log scale it is multiplied. On a linear one it moves by factor - 1 of its size, or 0.02 of its range if that is
    more. Whole numbers, steps and ordinals move by one step at least, categories not at all.
    """
    way = 1.0 if factor > 1.0 else -1.0
    if domain.kind == "ordinal":
        return min(max(native + way, 0.0), (domain.size or 1) - 1.0)
    if domain.kind not in ("float", "int"):
        return native
    low, high = _bounds(domain)
    if isinstance(domain, PowerOfTwo):
        return min(max(native * (2.0 if way > 0.0 else 0.5), low), high)
    if getattr(domain, "log", False):
        target = native * factor
    else:
        target = native + way * max(abs(factor - 1.0) * abs(native), _LEAST * (high - low))
    step = float(getattr(domain, "step", None) or (domain.kind == "int"))
    if step:
        target = low + step * round((target - low) / step)
        target = native + way * step if target == native else target
    return min(max(target, low), high)


def _bounds(domain: Domain) -> tuple[float, float]:
    """The least and the greatest value; of a distribution without such its 0.001 and 0.999 quantiles."""
    low, high = domain.decode(np.array([0.0, 1.0])).tolist()
    if np.isfinite(low) and np.isfinite(high):
        return low, high
    low, high = domain.decode(np.array([0.001, 0.999])).tolist()
    return float(low), float(high)
