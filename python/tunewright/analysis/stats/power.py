"""How many seeds a comparison needs, and what a number of seeds can show."""

from __future__ import annotations

__all__ = ["power", "seeds_needed"]

import math

import scipy.stats as sps

_MOST = 10**7


def power(effect: float, seeds: int, *, paired: bool = False, alpha: float = 0.05, comparisons: int = 1) -> float:
    """The chance that a two-sided t-test finds a true difference.

    Args:
        effect: the true difference in standard deviations (of one configuration's scores; with ``paired``, of the
            differences).
        seeds: of each configuration, at least 2.
        paired: the same seeds for both.
        alpha: level of the test.
        comparisons: how many are made; the level of each is α / comparisons (Bonferroni).

    Exact for normal scores (noncentral t; J. Cohen, Statistical Power Analysis, 1988).

    Examples:
        >>> round(power(0.5, 64), 3)
        0.801
    """
    _check(effect, alpha, comparisons)
    if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 2:
        raise ValueError(f"seeds must be a whole number from 2 upwards; got {seeds!r}")
    freedom = seeds - 1 if paired else 2 * seeds - 2
    shift = abs(effect) * math.sqrt(seeds if paired else seeds / 2)
    limit = sps.t.isf(alpha / comparisons / 2, freedom)
    if shift > 30.0 + 2 * limit:  # beyond what the noncentral t is computed for; the power is 1 to all digits
        return 1.0
    return float(sps.nct.sf(limit, freedom, shift) + sps.nct.cdf(-limit, freedom, shift))


def seeds_needed(
    effect: float, *, chance: float = 0.8, paired: bool = False, alpha: float = 0.05, comparisons: int = 1
) -> int:
    """The fewest seeds of each configuration for which :func:`power` is at least ``chance``.

    Args:
        effect: the difference that matters, in standard deviations, not 0.
        chance: wanted chance of finding it, 0 < chance < 1.
        paired: as for :func:`power`.
        alpha: as for :func:`power`.
        comparisons: as for :func:`power`.

    Examples:
        >>> seeds_needed(0.5), seeds_needed(2.0), seeds_needed(2.0, comparisons=10)
        (64, 6, 9)
    """
    _check(effect, alpha, comparisons)
    if not effect:
        raise ValueError("effect must not be 0: no number of seeds shows a difference that is not there")
    if not 0.0 < chance < 1.0:
        raise ValueError(f"chance must be 0 < chance < 1, such as 0.8; got {chance!r}")

    def enough(seeds: int) -> bool:
        return power(effect, seeds, paired=paired, alpha=alpha, comparisons=comparisons) >= chance

    high = 2
    while not enough(high):
        high *= 2
        if high > _MOST:
            raise ValueError(f"effect {effect!r} is too small: more than {_MOST:,} seeds would be needed")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _check(effect: float, alpha: float, comparisons: int) -> None:
    if not math.isfinite(effect):
        raise ValueError(f"effect must be a finite number of standard deviations; got {effect!r}")
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must be 0 < alpha < 1, such as 0.05; got {alpha!r}")
    if isinstance(comparisons, bool) or not isinstance(comparisons, int) or comparisons < 1:
        raise ValueError(f"comparisons must be a whole number from 1 upwards; got {comparisons!r}")
