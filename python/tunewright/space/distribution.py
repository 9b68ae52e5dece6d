"""A scipy.stats frozen distribution as a domain: the coordinate of a value is its distribution function.

``scipy.stats`` takes half a second to import, so this room never imports it before a distribution is met: whoever
made one has imported it already.
"""

from __future__ import annotations

__all__ = ["Distribution", "is_frozen"]

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tunewright.errors import ConfigError, DomainError, SpaceError
from tunewright.space.array import Array
from tunewright.space.condition import Condition, condition_from_json
from tunewright.space.domain import Domain, Kind
from tunewright.space.inverse import match_nearby
from tunewright.space.literal import Known, plain
from tunewright.space.number import LARGEST_INTEGER, integer, real
from tunewright.space.when import as_condition

_LEAST = 2.0**-53  # coordinates nearer to an end than this stand for it where the support is unbounded


def is_frozen(value: object) -> bool:
    """Return whether ``value`` is a frozen univariate distribution of scipy.stats, without importing it."""
    stats = sys.modules.get("scipy.stats")
    family = getattr(value, "dist", None)
    return stats is not None and isinstance(family, (stats.rv_continuous, stats.rv_discrete)) and hasattr(value, "ppf")


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Distribution(Domain):
    """The values of a frozen distribution, drawn as it says.

    A continuous one gives floats, a discrete one ints. An unbounded side is cut where 2**-53 of the mass remains;
    a value beyond it gets the coordinate of the cut.

    Args:
        frozen: for example ``scipy.stats.loguniform(1e-5, 1e-1)``.
        when: the condition under which the parameter exists.

    Raises:
        DomainError: not a frozen distribution, or its parameters have no meaning to it.
    """

    family: str
    parameters: tuple[tuple[str, float], ...]
    own: object | None  # the family itself, when scipy.stats does not have it by name
    when: Condition | None
    frozen: Any = field(compare=False)
    low: float = field(compare=False)
    high: float = field(compare=False)

    def __init__(self, frozen: Any, *, when: Condition | None = None) -> None:
        if not is_frozen(frozen):
            raise DomainError(
                f"Distribution: a frozen distribution such as scipy.stats.loguniform(1e-5, 1e-1) is needed, got "
                f"{frozen!r}"
            )
        given = [*((str(i), value) for i, value in enumerate(frozen.args)), *frozen.kwds.items()]
        what = f"Distribution: {frozen.dist.name}"
        numbers = tuple((name, _parameter(value, f"{what}: parameter {name}")) for name, value in given)
        low, high = (float(end) for end in frozen.support())
        if math.isnan(low) or math.isnan(high) or math.isnan(float(frozen.ppf(0.5))):
            raise DomainError(f"{what}: the parameters {dict(numbers)} have no meaning to this distribution")
        settled = {"family": frozen.dist.name, "parameters": numbers, "when": as_condition(when), "frozen": frozen}
        own = None if type(_family(frozen.dist.name)) is type(frozen.dist) else frozen.dist
        for name, value in {**settled, "own": own, "low": low, "high": high}.items():
            object.__setattr__(self, name, value)
        self._check_ends(what)

    def _check_ends(self, what: str) -> None:
        ends = self.at(np.array([0.0, 1.0]))
        if not np.isfinite(ends).all():
            raise DomainError(f"{what}: the tails reach beyond float64; use a distribution with lighter ones")
        if self.kind == "int" and np.abs(ends).max() > LARGEST_INTEGER:
            raise DomainError(f"{what}: integers beyond 2**53 cannot be told apart in float64")

    @property
    def kind(self) -> Kind:
        """A number, whole when the distribution is discrete."""
        return "int" if hasattr(self.frozen.dist, "pmf") else "float"

    @property
    def size(self) -> int | None:
        """How many integers the support has; None when continuous or unbounded."""
        if self.low == self.high:
            return 1
        return None if self.kind == "float" or not math.isfinite(self.high - self.low) else self._span()

    def _span(self) -> int:
        return int(self.high) - int(self.low) + 1

    def _cuts(self) -> tuple[float, float]:
        return (0.0 if math.isfinite(self.low) else _LEAST), (1.0 if math.isfinite(self.high) else 1.0 - _LEAST)

    def at(self, unit: Array) -> Array:
        """Return the quantile at each coordinate."""
        value = np.asarray(self.frozen.ppf(np.clip(unit, *self._cuts())), dtype=np.float64)
        value = np.where(unit <= 0.0, self.low, np.where(unit >= 1.0, self.high, value)) if self._bounded() else value
        return np.minimum(np.maximum(value, self.low), self.high)

    def _bounded(self) -> bool:
        return self._cuts() == (0.0, 1.0)

    def coordinate(self, native: Array) -> Array:
        """Return the distribution function, corrected so that the quantile gives the value back where possible."""
        share = np.asarray(self.frozen.cdf(native), dtype=np.float64)
        if self.kind == "int":
            return np.clip(0.5 * (share + np.asarray(self.frozen.cdf(native - 1.0), dtype=np.float64)), 0.0, 1.0)
        return match_nearby(self.at, native, np.clip(share, *self._cuts()))

    def native(self, value: object) -> float:
        """Return the number as a float.

        Raises:
            ConfigError: not a number (a whole one if discrete), or outside the support.
        """
        is_int = self.kind == "int"
        number = integer(value, "the value", ConfigError) if is_int else real(value, "the value", ConfigError)
        if not self.low <= number <= self.high:
            raise ConfigError(f"{number!r} is outside the support [{self.low:g}, {self.high:g}] of {self!r}")
        return float(number)

    def values(self, native: Array) -> list[Any]:
        """Return the floats or ints."""
        numbers: list[Any] = (native.astype(np.int64) if self.kind == "int" else native).tolist()
        return numbers

    def value_of(self, native: float) -> Any:
        """Return the float or int."""
        return int(native) if self.kind == "int" else native

    def points(self, n: int | None = None) -> Array:
        """Return natives spread over the distribution; on an unbounded one the middles of n equal shares."""
        if n is None or n < 1 or self._bounded():
            return Domain.points(self, n)
        return np.unique(self.decode((np.arange(n) + 0.5) / n))

    def _all(self, size: int) -> Array:
        return self.low + np.arange(size, dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return the domain as a JSON object.

        Raises:
            SpaceError: the distribution is not one that scipy.stats has by name.
        """
        if self.own is not None:
            raise SpaceError(f"{self!r} is not a distribution of scipy.stats and cannot be written to JSON")
        data: dict[str, Any] = {"type": "Distribution", "family": self.family}
        data["args"] = [value for name, value in self.parameters if name.isdigit()]
        data["kwds"] = {name: value for name, value in self.parameters if not name.isdigit()}
        if self.when is not None:
            data["when"] = self.when.to_json()
        return data

    @classmethod
    def _read(cls, data: dict[str, Any], known: Mapping[str, Known], name: str) -> Domain:
        family = _family(data["family"])
        if family is None:
            raise SpaceError(f"scipy.stats has no distribution {data['family']!r}")
        return cls(family(*data["args"], **data["kwds"]), when=condition_from_json(data.get("when"), known))

    def union(self, other: Domain) -> Domain:
        """Return the same distribution.

        Raises:
            SpaceError: the other is not this distribution.
        """
        if not isinstance(other, Distribution) or self._key() != other._key():
            raise SpaceError(f"cannot hold both {self!r} and {other!r}: a distribution cannot grow; use Float or Int")
        return Distribution(self.frozen, when=self._union_when(other))

    def _key(self) -> tuple[object, ...]:
        return (self.family, self.parameters, self.own)

    def _arguments(self) -> tuple[Sequence[object], Mapping[str, object]]:
        return (_Call(self.family, self.parameters),), {} if self.when is None else {"when": self.when}


@dataclass(frozen=True, slots=True)
class _Call:
    """How a frozen distribution is written, for repr."""

    family: str
    parameters: tuple[tuple[str, float], ...]

    def __repr__(self) -> str:
        parts = [repr(value) if name.isdigit() else f"{name}={value!r}" for name, value in self.parameters]
        return f"scipy.stats.{self.family}({', '.join(parts)})"


def _family(name: object) -> Any:
    """The distribution family that scipy.stats has under this name, or None."""
    from scipy import stats  # here, because it would cost every import half a second

    family = getattr(stats, name, None) if isinstance(name, str) else None
    return family if isinstance(family, (stats.rv_continuous, stats.rv_discrete)) else None


def _parameter(value: object, what: str) -> float:
    number = plain(value)
    return number if type(number) is int else real(number, what, DomainError)
