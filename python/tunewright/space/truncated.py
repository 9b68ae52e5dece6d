"""The normal distribution cut to [0, 1].

    symbol  meaning                                       range
    c, s    mean and standard deviation before the cut    s > 0
    v       the variable                                  [0, 1]
    a, b    the cuts in standard units, -c/s and (1-c)/s
    Z       Phi(b) - Phi(a), the mass kept

    quantile  v(p) = c + s Phi^-1(Phi(a) + p Z)
    density   f(v) = phi((v - c)/s) / (s Z)

Both are computed in logarithms on the side of the smaller tail, so that a centre far outside [0, 1] loses no digits.
"""

from __future__ import annotations

__all__ = ["TruncatedNormal"]

import math
from dataclasses import dataclass

import numpy as np

from tunewright.space.array import Array

_FLAT = 1e-6  # narrower cuts than this: Phi(b) - Phi(a) loses digits, and the density varies by less than 1e-5
_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True, slots=True)
class TruncatedNormal:
    """N(c, s^2) given that it lies in [0, 1]."""

    mean: float
    std: float

    def _cuts(self) -> tuple[float, float, bool]:
        """a, b and whether the axis was turned so that the interval is not in the upper tail."""
        a, b = -self.mean / self.std, (1.0 - self.mean) / self.std
        return (-b, -a, True) if a + b > 0 else (a, b, False)

    def _log_masses(self) -> tuple[float, float]:
        """ln Phi(a) and ln Z of the turned interval."""
        from scipy.special import log_ndtr  # here, because it would cost every import 0.1 s

        a, b, _ = self._cuts()
        lower, upper = float(log_ndtr(a)), float(log_ndtr(b))
        return lower, upper + math.log1p(-math.exp(lower - upper))

    def quantile(self, p: Array) -> Array:
        """Return v(p) for p in [0, 1], rounded to about 1e-13 of the interval; 0 at 0 and 1 at 1."""
        from scipy.special import ndtri_exp

        a, b, turned = self._cuts()
        if b - a < _FLAT:
            return np.array(p)
        lower, mass = self._log_masses()
        share = 1.0 - p if turned else p
        with np.errstate(divide="ignore"):
            z = ndtri_exp(np.minimum(np.logaddexp(lower, np.log(share) + mass), 0.0))
        z = np.minimum(np.maximum(z, a), b)
        v: Array = self.mean + self.std * (-z if turned else z)
        ends = np.where(p <= 0.0, 0.0, np.where(p >= 1.0, 1.0, v))  # exactly, whatever the rounding between
        return np.minimum(np.maximum(ends, 0.0), 1.0)

    def log_density(self, v: Array) -> Array:
        """Return ln f(v), minus infinity outside [0, 1]."""
        a, b, _ = self._cuts()
        if b - a < _FLAT:
            inside = np.zeros(v.shape)
        else:
            z = (v - self.mean) / self.std
            inside = -0.5 * z * z - _HALF_LOG_TWO_PI - math.log(self.std) - self._log_masses()[1]
        return np.where((v >= 0.0) & (v <= 1.0), inside, -np.inf)
