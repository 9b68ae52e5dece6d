"""Coordinates bent so that a stationary process fits: fine where the losses change fast, coarse where they do not.

Each continuous parameter is replaced by w(x) = 1 - (1 - x^a)^b, with a and b fitted together with the process (Snoek,
Swersky, Zemel & Adams, ICML 2014; the distribution function of Kumaraswamy in place of the Beta's). A model that is
given bent coordinates, and a search in them, need not know.
"""

from __future__ import annotations

__all__ = ["Warped", "warped"]

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from tunewright.space import Table
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.model import Fitting, checkpoint, fitted
from tunewright.strategies.gp.record import Evidence
from tunewright.trial.columns import Array, Ints


@dataclass(frozen=True, eq=False)
class Warped(Coordinates):
    """Coordinates of a space, bent.

    Attributes:
        straight: the same, not bent.
        a: (d,) above 0, 1 where a parameter is not continuous.
        b: (d,) likewise.
    """

    straight: Coordinates
    a: Array
    b: Array

    @classmethod
    def of(cls, space: Coordinates, a: Array, b: Array) -> Warped:
        """``space`` bent."""
        return cls(
            **{field.name: getattr(space, field.name) for field in fields(Coordinates)}, straight=space, a=a, b=b
        )

    def evidence(self, seen: Evidence) -> Evidence:
        """What was seen in coordinates of the space, in bent ones."""
        return replace(seen, x=self.bent(seen.x), failed=self.bent(seen.failed), pending=self.bent(seen.pending))

    def bent(self, unit: Array) -> Array:
        """w(x) of coordinates (n, d) of the space; NaN stays NaN."""
        with np.errstate(divide="ignore"):  # log 0 = -inf is what the ends of the interval need
            power = self.a * np.log(unit)  # log of x^a
            rest = np.where(power < -0.7, np.log1p(-np.exp(power)), np.log(-np.expm1(power)))  # log of 1 - x^a
            bent = -np.expm1(self.b * rest)
        return np.where(self._unbent, unit, bent)

    def straightened(self, bent: Array) -> Array:
        """The inverse of :meth:`bent`."""
        with np.errstate(divide="ignore"):
            rest = np.log1p(-bent) / self.b  # log of 1 - x^a
            power = np.where(rest < -0.7, np.log1p(-np.exp(rest)), np.log(-np.expm1(rest)))  # log of x^a
            unit = np.exp(power / self.a)
        return np.where(self._unbent, bent, unit)

    @property
    def _unbent(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        unbent: np.ndarray[Any, np.dtype[np.bool_]] = (self.a == 1.0) & (self.b == 1.0)
        return unbent

    def natives(self, unit: Array) -> Array:
        """Native rows, shape (n, all columns), of bent coordinates (n, d): NaN where inactive."""
        return self.straight.natives(self.straightened(unit))

    def of_rows(self, table: Table, places: Ints) -> Array:
        """Bent coordinates (m, d) of rows of the space, which is a ``table``."""
        return self.bent(self.straight.of_rows(table, places))

    def unit(self, natives: Array) -> Array:
        """Bent coordinates (n, d) of native rows."""
        return self.bent(self.straight.unit(natives))

    def log_prior(self, unit: Array) -> Array:
        """Log density of the space's priors, as of the space's own coordinates, at bent ones (n, d)."""
        return self.straight.log_prior(self.straightened(unit))

    def quantile(self, p: Array) -> Array:
        """Bent coordinates (n, d) at probabilities of the priors."""
        return self.bent(self.straight.quantile(p))

    def rounded(self, unit: Array) -> Array:
        """Bent coordinates (n, d) of the values that ``unit`` (n, d) stands for; NaN where inactive."""
        rounded = self.straight.rounded(self.straightened(unit))
        return np.where(self._unbent | np.isnan(rounded), rounded, unit)  # what is bent is continuous: not rounded

    def normal_prior(self) -> tuple[Array, Array]:
        """Centre and precision (d,), bent like a small neighbourhood of the centre."""
        centre, precision = self.straight.normal_prior()
        low, middle, high = self.bent(np.clip(centre + np.array([[-1e-3], [0.0], [1e-3]]), 0.0, 1.0))
        return middle, precision * (2e-3 / np.maximum(high - low, 1e-9)) ** 2


def warped(space: Coordinates, seen: Evidence, rows: Ints, fitting: Fitting) -> tuple[Warped, Evidence]:
    """The space and the evidence in coordinates that suit the losses at ``rows``."""
    d, c = space.dimension, checkpoint(len(rows))
    first = rows[:c]
    free = (space.kinds == 0) & (space.steps == 0.0) & (space.levels == 0)
    theta = fitted(seen.x[first], seen.losses[first], space.kinds, fitting, seen.sems[first], free)
    a, b = np.where(free, np.exp(theta[d + 2 :].reshape(2, d)), 1.0)
    bent = Warped.of(space, a, b)
    return bent, bent.evidence(seen)
