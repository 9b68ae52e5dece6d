"""A Gaussian process as an object: fit it to data, ask it for means, deviations, samples and diagnostics.

The functions of ``tunewright.numerics.gp`` do the arithmetic on standardised outputs; this keeps their arguments
together and speaks in the units of the data.
"""

from __future__ import annotations

__all__ = ["LeaveOneOut", "Prediction", "Regression"]

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics import gp
from tunewright.numerics.sampling import generator, purpose

Vector = NDArray[np.float64]
Family = Literal["matern52", "matern32", "rbf"]

_NOISIEST = 1e6  # the largest standard error, in deviations of the values
_STARTS = 3  # of the fit: the mode of the prior, and one with shorter and one with longer lengthscales


@dataclass(frozen=True)
class Prediction:
    """What a process says at m queries, in the units of the data.

    Attributes:
        mean: (m,).
        std: (m,), of the function without the noise of an observation.
        mean_gradient: (m, d), None unless asked for.
        std_gradient: (m, d), None unless asked for.
    """

    mean: Vector
    std: Vector
    mean_gradient: NDArray[np.float64] | None = None
    std_gradient: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class LeaveOneOut:
    """How well each observation is foretold by the others.

    Attributes:
        mean: (n,), prediction from the other observations.
        std: (n,), its deviation, noise included.
        z: (n,), (observed - mean) / std: standard normal where the model is right.
        log_density: mean over the observations of the log density; larger is better.
    """

    mean: Vector
    std: Vector
    z: Vector
    log_density: float


@dataclass(frozen=True)
class Regression:
    """A fitted Gaussian process with a constant mean.

    Build it with :meth:`fit`. With two observations of the same value, or one, it still predicts: the prior then says
    most of it.

    Attributes:
        x: (n, d) points, NaN where a coordinate does not exist.
        y: (n,) observed values.
        kinds: (d,) 0 for numeric coordinates, 1 for categorical ones.
        theta: (d + 2,) log lengthscales, log signal variance, log noise variance, of the standardised values.
        family: "matern52", "matern32" or "rbf".
        log_posterior: of ``theta`` given the data, up to the prior's constant.
    """

    x: NDArray[np.float64]
    y: Vector
    kinds: NDArray[np.uint8]
    theta: Vector
    family: Family
    log_posterior: float
    _factor: NDArray[np.float64] = field(repr=False)
    _alpha: Vector = field(repr=False)
    _center: float = field(repr=False)
    _scale: float = field(repr=False)

    @classmethod
    def fit(
        cls,
        x: ArrayLike,
        y: ArrayLike,
        *,
        categorical: ArrayLike | None = None,
        sem: ArrayLike | None = None,
        family: Family = "matern52",
        threads: int = 1,
    ) -> Regression:
        """Fit the lengthscales, the signal and the noise by maximum a posteriori.

        The prior of the lengthscales grows with the dimension (Hvarfner, Hellsten & Nardi 2024, arXiv:2402.02229).

        Args:
            x: (n, d) points; coordinates are best scaled to [0, 1]. NaN: the coordinate does not exist there.
            y: (n,) finite values, in any unit.
            categorical: (d,) bools: coordinates that are labels rather than numbers.
            sem: (n,) known standard errors of the observations, 0 where there is none, in the units of ``y``; a common
                noise is learnt beside them.
            family: the kernel, from twice differentiable to smooth: "matern32", "matern52", "rbf".
            threads: how many to use; the result is the same for any number.

        Raises:
            TypeError, ValueError: an argument of another type or shape, or a value that is not finite.
        """
        points, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if points.ndim != 2:
            raise ValueError(f"x: expected shape (n, d), got {points.shape}; for one coordinate use x[:, None]")
        if values.shape != (len(points),):
            raise ValueError(f"y: expected shape ({len(points)},), one value for each point, got {values.shape}")
        if not np.isfinite(values).all():
            raise ValueError("y: expected finite values; leave out the points where there is none")
        d = points.shape[1]
        kinds = np.zeros(d, np.uint8) if categorical is None else np.asarray(categorical, dtype=bool).astype(np.uint8)
        center, scale = _standard(values)
        known = None if sem is None else _variance(sem, scale, len(values))
        prior_mean, prior_std, lower, upper = _prior(d)
        shift = np.r_[np.ones(d), 0.0, 0.0]
        theta, value = gp.fit(
            points,
            (values - center) / scale,
            kinds,
            starts=np.array([prior_mean + k * shift for k in (0.0, -1.5, 1.5)])[:_STARTS],
            lower=lower,
            upper=upper,
            prior_mean=prior_mean,
            prior_std=prior_std,
            noise=known,
            family=family,
            threads=threads,
        )
        factor, alpha, _ = gp.factorise(
            points, (values - center) / scale, theta, kinds, noise=known, family=family, threads=threads
        )
        return cls(points, values, kinds, theta, family, -value, factor, alpha, center, scale)

    def predict(self, q: ArrayLike, *, gradient: bool = False, threads: int = 1) -> Prediction:
        """Mean and deviation of the function at queries ``q``, shape (m, d)."""
        found = gp.predict(
            self.x,
            self.theta,
            self.kinds,
            self._factor,
            self._alpha,
            q,
            gradient=gradient,
            family=self.family,
            threads=threads,
        )
        std = np.sqrt(found[1])
        mean = self._center + self._scale * found[0]
        if not gradient:
            return Prediction(mean, self._scale * std)
        slope = found[3] / (2.0 * std[:, None])
        return Prediction(mean, self._scale * std, self._scale * found[2], self._scale * slope)

    def sample(self, q: ArrayLike, count: int = 1, *, seed: int = 0, threads: int = 1) -> NDArray[np.float64]:
        """``count`` functions drawn from the posterior, at queries ``q`` (m, d); shape (count, m)."""
        queries = np.asarray(q, dtype=np.float64)
        normals = generator(seed, 0, purpose("gp/sample")).standard_normal((len(queries), count))
        drawn = gp.sample(
            self.x,
            self.theta,
            self.kinds,
            self._factor,
            self._alpha,
            queries,
            normals,
            family=self.family,
            threads=threads,
        )
        functions: NDArray[np.float64] = self._center + self._scale * drawn.T
        return functions

    def leave_one_out(self) -> LeaveOneOut:
        """Predict each observation from the others, with the same ``theta`` (Rasmussen & Williams 2006, eq. 5.12)."""
        mean, variance = gp.leave_one_out(self._factor, self._alpha, (self.y - self._center) / self._scale)
        mean, std = self._center + self._scale * mean, self._scale * np.sqrt(variance)
        z = (self.y - mean) / std
        density = -0.5 * z**2 - np.log(std) - 0.5 * math.log(2.0 * math.pi)
        return LeaveOneOut(mean, std, z, float(density.mean()) if len(z) else math.nan)

    @property
    def lengthscales(self) -> Vector:
        """(d,), in the units of the coordinates."""
        return np.exp(self.theta[:-2])

    @property
    def signal_std(self) -> float:
        """Deviation of the function, in the units of the data."""
        return float(self._scale * math.exp(0.5 * self.theta[-2]))

    @property
    def noise_std(self) -> float:
        """Deviation of an observation from the function, in the units of the data."""
        return float(self._scale * math.exp(0.5 * self.theta[-1]))


def _standard(values: Vector) -> tuple[float, float]:
    """Mean and deviation; a deviation of 1 where all values are equal."""
    if not len(values):
        return 0.0, 1.0
    largest = float(np.abs(values).max()) or 1.0  # scaled, so that the squares of huge values stay finite
    scaled = values / largest
    deviation = float(scaled.std()) * largest
    return float(scaled.mean()) * largest, deviation if deviation > 0.0 else 1.0


def _variance(sem: ArrayLike, scale: float, n: int) -> Vector:
    """(sem / scale)^2, cut where it makes no more difference and might overflow."""
    errors = np.asarray(sem, dtype=np.float64)
    if errors.shape != (n,):
        raise ValueError(f"sem: expected shape ({n},), one standard error for each value, got {errors.shape}")
    if not (np.isfinite(errors) & (errors >= 0.0)).all():
        wrong = errors[~(np.isfinite(errors) & (errors >= 0.0))][0]
        raise ValueError(f"sem: expected finite numbers from 0 on, got {wrong}; use 0 where the error is not known")
    return (np.minimum(errors, _NOISIEST * scale) / scale) ** 2


def _prior(d: int) -> tuple[Vector, Vector, Vector, Vector]:
    """Mean, deviation and bounds of the prior of theta, (d + 2,) each."""
    ones = np.ones(d)
    mean = np.r_[(math.sqrt(2.0) + 0.5 * math.log(max(d, 1))) * ones, 0.0, -4.0]
    std = np.r_[math.sqrt(3.0) * ones, 1.0, 2.0]
    lower = np.r_[math.log(1e-3) * ones, math.log(1e-3), math.log(1e-8)]
    upper = np.r_[math.log(1e4) * ones, math.log(1e3), math.log(1e1)]
    return mean, std, lower, upper
