"""What a person believes about a numeric parameter before any trial: where good values lie, and how surely.

A prior turns uniform numbers into coordinates (``quantile``: random and quasi-random strategies follow it) and gives
a density relative to the uniform one (``log_density``: model-based strategies weigh with it). Every prior is cut to
the domain.
"""

from __future__ import annotations

__all__ = ["Around", "Confidence", "LogNormal", "Normal", "Prior", "PriorLike", "as_prior", "prior_from_json"]

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from tunewright.errors import DomainError, SpaceError
from tunewright.space.array import Array
from tunewright.space.number import real
from tunewright.space.scale import LinearScale, LogScale, Scale
from tunewright.space.truncated import TruncatedNormal

Confidence: TypeAlias = Literal["low", "medium", "high"]

_FARTHEST = 30.0  # standard deviations: beyond, less than 1e-197 of the prior would be inside the domain
_DEEPEST = 9.0  # standard deviations below the median at which a log-normal is cut on a domain that reaches zero


class Prior(ABC):
    """A normal distribution on some scale of the value, cut to the domain."""

    __slots__ = ()

    @abstractmethod
    def _own_scale(self, scale: Scale) -> Scale:
        """The scale on which this prior is normal, over the domain that ``scale`` covers."""

    @abstractmethod
    def _normal(self, own: Scale) -> TruncatedNormal:
        """This prior in coordinates of its own scale."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the prior as a JSON object."""

    def check(self, scale: Scale) -> None:
        """Raise DomainError unless the prior leaves something of itself in the domain that ``scale`` covers."""
        if scale.low == scale.high:
            return
        normal = self._normal(self._own_scale(scale))
        if not -_FARTHEST < normal.mean / normal.std < _FARTHEST + 1.0 / normal.std:
            raise DomainError(
                f"prior {self!r} lies more than {_FARTHEST:.0f} standard deviations outside the domain "
                f"[{scale.low:g}, {scale.high:g}]; move its centre or widen it"
            )

    def quantile(self, p: Array, scale: Scale) -> Array:
        """Return the coordinates on ``scale`` at which the prior's distribution function equals each p in [0, 1]."""
        own = self._own_scale(scale)
        if own.low == own.high:
            return np.array(p)
        v = self._normal(own).quantile(p)
        if own == scale:
            return v
        unit = scale.coordinate(own.at(v))
        return np.minimum(np.maximum(unit, 0.0), 1.0)

    def log_density(self, unit: Array, scale: Scale) -> Array:
        """Return the log density at coordinates of ``scale``, relative to the uniform density there."""
        own = self._own_scale(scale)
        if own.low == own.high:
            return np.zeros(unit.shape)
        if own == scale:
            return self._normal(own).log_density(unit)
        value = scale.at(unit)
        inside = (value >= own.low) & (value <= own.high)
        v = np.minimum(np.maximum(own.coordinate(np.where(inside, value, own.high)), 0.0), 1.0)
        density = self._normal(own).log_density(v) + scale.log_slope(unit) - own.log_slope(v)
        return np.where(inside, density, -np.inf)


@dataclass(frozen=True, slots=True)
class Normal(Prior):
    """The value itself is normal, on a linear and on a logarithmic domain alike.

    Args:
        mean: centre, in units of the parameter.
        std: standard deviation, in units of the parameter.
    """

    mean: float
    std: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", real(self.mean, "Normal: mean", DomainError))
        object.__setattr__(self, "std", _positive(self.std, "Normal: std"))

    def _own_scale(self, scale: Scale) -> Scale:
        return LinearScale(scale.low, scale.high)

    def _normal(self, own: Scale) -> TruncatedNormal:
        factor = 0.25 if max(abs(own.low), abs(own.high), abs(self.mean)) > 1e307 else 1.0  # differences may overflow
        width = own.high * factor - own.low * factor
        return TruncatedNormal((self.mean * factor - own.low * factor) / width, self.std * factor / width)

    def to_json(self) -> dict[str, Any]:
        """Return the prior as a JSON object."""
        return {"type": "Normal", "mean": self.mean, "std": self.std}


@dataclass(frozen=True, slots=True)
class LogNormal(Prior):
    """The natural logarithm of the value is normal; on a domain that reaches below zero only the positive part counts.

    Args:
        median: centre, in units of the parameter, positive.
        sigma: standard deviation of the natural logarithm: two thirds of the mass lie within a factor exp(sigma).
    """

    median: float
    sigma: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "median", _positive(self.median, "LogNormal: median"))
        object.__setattr__(self, "sigma", _positive(self.sigma, "LogNormal: sigma"))

    def _own_scale(self, scale: Scale) -> Scale:
        if scale.high <= 0.0:
            raise DomainError(f"prior {self!r} needs positive values, and the domain ends at {scale.high:g}")
        deepest = max(self.median * math.exp(-_DEEPEST * self.sigma), 5e-324)
        low = scale.low if scale.low > 0.0 else min(deepest, scale.high * math.exp(-_DEEPEST * self.sigma))
        return LogScale(max(low, 5e-324), scale.high)

    def _normal(self, own: Scale) -> TruncatedNormal:
        assert isinstance(own, LogScale)  # what _own_scale returns
        centre = math.log(self.median) - math.log(own.low)
        return TruncatedNormal(centre / own.width, self.sigma / own.width)

    def to_json(self) -> dict[str, Any]:
        """Return the prior as a JSON object."""
        return {"type": "LogNormal", "median": self.median, "sigma": self.sigma}


@dataclass(frozen=True, slots=True)
class Around(Prior):
    """Normal on the domain's own scale around a value: what ``prior=(center, "high")`` means.

    The standard deviation is a share of the domain's range (of its logarithm when ``log=True``): one half for "low"
    confidence, one quarter for "medium", one eighth for "high".

    Args:
        center: a value of the domain.
        confidence: ``"low"``, ``"medium"`` or ``"high"``.
    """

    SHARES: ClassVar[dict[str, float]] = {"low": 0.5, "medium": 0.25, "high": 0.125}
    center: float
    confidence: Confidence

    def __post_init__(self) -> None:
        object.__setattr__(self, "center", real(self.center, "prior: center", DomainError))
        if not isinstance(self.confidence, str) or self.confidence not in self.SHARES:
            raise DomainError(f'prior: confidence must be "low", "medium" or "high", got {self.confidence!r}')

    def check(self, scale: Scale) -> None:
        """Raise DomainError unless the centre lies in the domain."""
        if not scale.low <= self.center <= scale.high:
            raise DomainError(
                f"prior: center must lie in the domain [{scale.low:g}, {scale.high:g}], got {self.center:g}"
            )

    def _own_scale(self, scale: Scale) -> Scale:
        return scale

    def _normal(self, own: Scale) -> TruncatedNormal:
        centre = own.coordinate(np.array([self.center])).item()
        return TruncatedNormal(centre, self.SHARES[self.confidence])

    def to_json(self) -> dict[str, Any]:
        """Return the prior as a JSON object."""
        return {"type": "Around", "center": self.center, "confidence": self.confidence}


PriorLike: TypeAlias = Prior | tuple[float, str]

_TYPES: dict[str, type[Prior]] = {"Normal": Normal, "LogNormal": LogNormal, "Around": Around}


def as_prior(prior: object) -> Prior | None:
    """Return the prior that an argument ``prior=`` stands for.

    Raises:
        DomainError: it is neither a prior nor a pair (center, confidence).
    """
    if prior is None or isinstance(prior, Prior):
        return prior
    if isinstance(prior, (tuple, list)) and len(prior) == 2:
        return Around(prior[0], prior[1])
    raise DomainError(
        f'prior must be Normal(mean, std), LogNormal(median, sigma) or a pair (center, "low" | "medium" | "high"), '
        f"got {prior!r}"
    )


def prior_from_json(data: dict[str, Any] | None) -> Prior | None:
    """Return the prior that ``to_json`` wrote."""
    if data is None:
        return None
    fields = {name: value for name, value in data.items() if name != "type"}
    if data.get("type") not in _TYPES:
        raise SpaceError(f"not a prior this version of tunewright writes: {data!r}")
    return _TYPES[data["type"]](**fields)


def _positive(value: object, what: str) -> float:
    number = real(value, what, DomainError)
    if number <= 0.0:
        raise DomainError(f"{what} must be positive, got {number!r}")
    return number
