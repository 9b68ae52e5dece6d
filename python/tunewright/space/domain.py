"""The contract of a domain: the values of one parameter, as natives and as coordinates.

    value   what a user sees: 0.01, 64, "adam"
    native  one float64: the number itself, the index of a choice, 0.0 of a constant; NaN when there is none
    unit    coordinate in [0, 1]; NaN when there is none

Laws: ``decode`` is non-decreasing, sends 0 to the first native and 1 to the last; ``decode(encode(x)) == x`` for every
x that ``decode`` can give, and for every other native of the domain that float64 in [0, 1] has a coordinate for
(else the nearest coordinate is given: the record keeps the native itself, so nothing is lost).
"""

from __future__ import annotations

__all__ = ["Domain", "Kind"]

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from tunewright.errors import ConfigError, DomainError, SpaceError
from tunewright.space.array import Array, Column
from tunewright.space.literal import Known

if TYPE_CHECKING:
    from tunewright.space.condition import Condition
    from tunewright.space.prior import Prior

Kind: TypeAlias = Literal["float", "int", "ordinal", "categorical", "constant"]

_TYPES: dict[str, type[Domain]] = {}
_MOST_POINTS = 10_000_000


class Domain(ABC):
    """The values of one parameter. Immutable, compared by content."""

    __slots__ = ()

    when: Condition | None

    def __init_subclass__(cls) -> None:
        _TYPES[cls.__name__] = cls

    @property
    @abstractmethod
    def kind(self) -> Kind:
        """What strategies may assume: a number, an order, or neither."""

    @property
    @abstractmethod
    def size(self) -> int | None:
        """How many distinct values; None when continuous or unbounded."""

    @property
    def prior(self) -> Prior | None:
        """What is believed of a number before any trial."""
        return None

    @abstractmethod
    def at(self, unit: Array) -> Array:
        """Return the natives (n,) at coordinates (n,) that are known to be in [0, 1], contiguous and without NaN."""

    @abstractmethod
    def coordinate(self, native: Array) -> Array:
        """Return coordinates (n,) of natives (n,) that are known to be of this domain, without NaN."""

    @abstractmethod
    def native(self, value: object) -> float:
        """Return the native of one Python value.

        Raises:
            ConfigError: the value is not of this domain; says what is.
        """

    @abstractmethod
    def values(self, native: Array) -> list[Any]:
        """Return the Python values of natives (n,) without NaN."""

    def value_of(self, native: float) -> Any:
        """Return the Python value of one native that is not NaN; as ``values``."""
        return self.values(np.array([native]))[0]

    def meaning(self, native: Array) -> Column:
        """Return the values of natives (n,) without NaN as a column to compute with: float64, bool or object."""
        return native

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the domain as a JSON object."""

    @classmethod
    @abstractmethod
    def _read(cls, data: dict[str, Any], known: Mapping[str, Known], name: str) -> Domain:
        """Return the domain of this class that ``to_json`` wrote."""

    @abstractmethod
    def union(self, other: Domain) -> Domain:
        """Return the domain that holds the values of both, in which the natives of this one mean what they meant.

        Raises:
            SpaceError: the two are not of one kind and scale.
        """

    @abstractmethod
    def _arguments(self) -> tuple[Sequence[object], Mapping[str, object]]:
        """The positional and the keyword arguments that differ from the defaults, for repr."""

    def decode(self, unit: Array) -> Array:
        """Return the natives at coordinates.

        Args:
            unit: (n,), clipped to [0, 1]; NaN stays NaN.
        """
        return _where_known(self.at, np.minimum(np.maximum(np.asarray(unit, dtype=np.float64), 0.0), 1.0))

    def encode(self, native: Array) -> Array:
        """Return the coordinates of natives: ``decode`` gives them back (see the module for the exact law).

        Args:
            native: (n,); NaN stays NaN.
        """
        return _where_known(self.coordinate, np.ascontiguousarray(native, dtype=np.float64))

    def quantile(self, p: Array) -> Array:
        """Return the coordinate (n,) at each probability p (n,) of the prior or the weights; ``p`` itself without."""
        return np.minimum(np.maximum(np.asarray(p, dtype=np.float64), 0.0), 1.0)

    def log_prior(self, unit: Array) -> Array:
        """Return the log density (n,) of the prior or the weights at coordinates (n,), relative to the uniform one."""
        return np.zeros(np.shape(unit))

    def column(self, values: Sequence[object]) -> Array:
        """Return the natives (n,) of Python values; as ``native``, for many."""
        return np.array([self.native(value) for value in values], dtype=np.float64)

    def points(self, n: int | None = None) -> Array:
        """Return natives that spread over the domain, in order and without repeats.

        Args:
            n: how many: evenly spaced coordinates with both ends (the middle for one). A finite domain has at most
                ``size``; None means all of them.

        Raises:
            DomainError: n is below 1, or None for a domain without a size or with more than 10**7 values.
        """
        if n is None and self.size is None:
            raise DomainError(f"{self!r} has no last value to stop at: say how many points, for example points(5)")
        if n is not None and n < 1:
            raise DomainError(f"points: n must be at least 1, got {n}")
        if n is None and self.size is not None and self.size > _MOST_POINTS:
            raise DomainError(f"{self!r} has {self.size} values, too many to list: say how many points")
        if self.size is not None and (n is None or n >= self.size):
            return self._all(self.size)
        assert n is not None
        return np.unique(self.decode(np.linspace(0.0, 1.0, n) if n > 1 else np.array([0.5])))

    def _all(self, size: int) -> Array:
        """Every native, in order."""
        return self.at((np.arange(size) + 0.5) / size)

    def json_value(self, value: object) -> Any:
        """Return the JSON form of a Python value of this domain."""
        return self.values(np.array([self.native(value)]))[0]

    def value_of_json(self, data: Any) -> Any:
        """Return the Python value that ``json_value`` wrote.

        Raises:
            ConfigError: it is not of this domain.
        """
        return self.values(np.array([self.native(data)]))[0]

    def known(self) -> Known:
        """Return the objects among the values that JSON cannot hold, by label."""
        return {}

    @staticmethod
    def from_json(data: dict[str, Any], known: Mapping[str, Known] | None = None, name: str = "") -> Domain:
        """Return the domain that ``to_json`` wrote.

        Args:
            data: the JSON object.
            known: for each parameter, the objects among its values that JSON cannot hold, by label.
            name: of the parameter, to look it up in ``known``.

        Raises:
            SpaceError: not a domain this version writes.
        """
        domain = _TYPES.get(data.get("type", "")) if isinstance(data, dict) else None
        if domain is None:
            raise SpaceError(f"not a domain this version of tunewright writes: {data!r}")
        return domain._read(data, known or {}, name)

    def __repr__(self) -> str:
        positional, named = self._arguments()
        parts = [repr(value) for value in positional] + [f"{name}={value!r}" for name, value in named.items()]
        return f"{type(self).__name__}({', '.join(parts)})"

    def _refuse(self, value: object) -> ConfigError:
        """The error for a value that is not of this domain."""
        return ConfigError(f"{value!r} is not a value of {self!r}")

    def _union_when(self, other: Domain) -> Condition | None:
        """The condition of a union: the one that is there, or the same of both."""
        if self.when is None or other.when is None or self.when == other.when:
            return self.when if other.when is None else other.when
        raise SpaceError(f"the same parameter has two conditions: {self.when!r} and {other.when!r}")


def _where_known(function: Callable[[Array], Array], column: Array) -> Array:
    missing = np.isnan(column)
    if not missing.any():
        return function(column)
    result = np.full(column.shape, np.nan)
    result[~missing] = function(column[~missing])
    return result
