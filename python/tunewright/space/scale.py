"""A closed interval of numbers seen as [0, 1], evenly or evenly in the logarithm.

symbol  meaning                               range
u       coordinate                            [0, 1]
x       value                                 [low, high]

linear  x = low + u (high - low)
log     x = low exp(u ln(high / low))         0 < low

The bounds are numbers, or columns (k, 1) of bounds that ``stack`` puts together: then u and x are (k, n).
"""

from __future__ import annotations

__all__ = ["Bound", "LinearScale", "LogScale", "Scale"]

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from tunewright.space.array import Array
from tunewright.space.exponential import grow, log_ratio

Bound: TypeAlias = Any
"""A number, or a column of numbers."""


@dataclass(frozen=True, slots=True)
class LinearScale:
    """Equal differences of value are equal differences of coordinate."""

    low: Bound
    high: Bound

    def _halves(self) -> tuple[Bound, Bound, float]:
        """The bounds and the factor applied to them: 0.5 when the width itself would overflow."""
        factor = 1.0 if np.all(np.isfinite(self.high - self.low)) else 0.5
        return self.low * factor, self.high * factor, factor

    def at(self, unit: Array) -> Array:
        """Return the value at each coordinate: non-decreasing, in bounds; at 1 within 2 ulp of ``high``."""
        low, high, factor = self._halves()
        value: Array = np.minimum(low + unit * (high - low), high) / factor
        return value

    def coordinate(self, value: Array) -> Array:
        """Return the coordinate of each value, within an ulp or two (see ``inverse`` for the exact one)."""
        low, high, factor = self._halves()
        width = high - low
        if not np.any(width):
            return np.full(value.shape, 0.5)
        scaled = value * factor
        unit = (scaled - low) / width
        unit = np.minimum(np.maximum(unit, 0.0), 1.0)
        newton: Array = unit + (scaled - self.at(unit) * factor) / width  # one step, on the rounded map
        return newton

    def resolution(self, value: Array) -> Array:
        """Return how far a value may be from what its nearest coordinate gives: two steps of u."""
        resolution: Array = (value * 0.25 - self.low * 0.25) * 2.0**-49  # quarters: the difference may overflow
        return resolution

    def log_slope(self, unit: Array) -> Array:
        """Return ln(dx/du) at each coordinate."""
        low, high, factor = self._halves()
        return np.full(unit.shape, math.log(high - low) - math.log(factor))


@dataclass(frozen=True, slots=True)
class LogScale:
    """Equal ratios of value are equal differences of coordinate."""

    low: Bound
    high: Bound

    @property
    def width(self) -> Bound:
        """ln(high / low)."""
        if isinstance(self.low, np.ndarray):
            ends = zip(self.low.ravel().tolist(), self.high.ravel().tolist(), strict=True)
            return np.array([log_ratio(low, high) for low, high in ends])[:, None]
        return log_ratio(self.low, self.high)

    def at(self, unit: Array) -> Array:
        """Return the value at each coordinate: non-decreasing, in bounds; at 1 within 2 ulp of ``high``."""
        value: Array = np.minimum(grow(*np.frexp(self.low), unit * self.width), self.high)
        return value

    def coordinate(self, value: Array) -> Array:
        """Return the coordinate of each positive value, within an ulp or two (see ``inverse``)."""
        width = self.width
        if not np.any(width):
            return np.full(value.shape, 0.5)
        if np.all(np.isfinite(self.high / self.low)):
            unit = np.log(value / self.low) / width
        else:
            unit = (np.log(value) - math.log(self.low)) / width
        unit = np.minimum(np.maximum(unit, 0.0), 1.0)
        reached = self.at(unit)
        newton: Array = unit + (value - reached) / reached / width  # one step, on the rounded map
        return newton

    def resolution(self, value: Array) -> Array:
        """Return how far a value may be from what its nearest coordinate gives: a step of u and the rounding."""
        resolution: Array = value * (2.0**-52 * (1.5 * self.width + 3.0))
        return resolution

    def log_slope(self, unit: Array) -> Array:
        """Return ln(dx/du) at each coordinate."""
        slope: Array = math.log(self.low) + unit * self.width + math.log(self.width)
        return slope


Scale: TypeAlias = LinearScale | LogScale
