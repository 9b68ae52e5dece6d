"""A closed interval of numbers seen as [0, 1], evenly or evenly in the logarithm.

symbol  meaning                               range
u       coordinate                            [0, 1]
x       value                                 [low, high]

linear  x = low + u (high - low)
log     x = low exp(u ln(high / low))         0 < low
"""

from __future__ import annotations

__all__ = ["LinearScale", "LogScale", "Scale"]

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tunewright.space.array import Array
from tunewright.space.exponential import grow, log_ratio


@dataclass(frozen=True, slots=True)
class LinearScale:
    """Equal differences of value are equal differences of coordinate."""

    low: float
    high: float

    def _halves(self) -> tuple[float, float, float]:
        """The bounds and the factor applied to them: 0.5 when the width itself would overflow."""
        factor = 1.0 if math.isfinite(self.high - self.low) else 0.5
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
        if width == 0.0:
            return np.full(value.shape, 0.5)
        scaled = value * factor
        unit = (scaled - low) / width
        unit = np.minimum(np.maximum(unit, 0.0), 1.0)
        return unit + (scaled - self.at(unit) * factor) / width  # one Newton step on the rounded map

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

    low: float
    high: float

    @property
    def width(self) -> float:
        """ln(high / low)."""
        return log_ratio(self.low, self.high)

    def at(self, unit: Array) -> Array:
        """Return the value at each coordinate: non-decreasing, in bounds; at 1 within 2 ulp of ``high``."""
        value: Array = np.minimum(grow(*math.frexp(self.low), unit * self.width), self.high)
        return value

    def coordinate(self, value: Array) -> Array:
        """Return the coordinate of each positive value, within an ulp or two (see ``inverse``)."""
        width = self.width
        if width == 0.0:
            return np.full(value.shape, 0.5)
        if math.isfinite(self.high / self.low):
            unit = np.log(value / self.low) / width
        else:
            unit = (np.log(value) - math.log(self.low)) / width
        unit = np.minimum(np.maximum(unit, 0.0), 1.0)
        reached = self.at(unit)
        return unit + (value - reached) / reached / width  # one Newton step on the rounded map

    def resolution(self, value: Array) -> Array:
        """Return how far a value may be from what its nearest coordinate gives: a step of u and the rounding."""
        return value * (2.0**-52 * (1.5 * self.width + 3.0))

    def log_slope(self, unit: Array) -> Array:
        """Return ln(dx/du) at each coordinate."""
        return math.log(self.low) + unit * self.width + math.log(self.width)


Scale: TypeAlias = LinearScale | LogScale
