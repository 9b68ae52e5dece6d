"""Constant: a value that is part of every configuration and never searched."""

from __future__ import annotations

__all__ = ["Constant"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tunewright.errors import ConfigError, SpaceError
from tunewright.space.array import Array, Column
from tunewright.space.choices import table
from tunewright.space.condition import Condition, condition_from_json
from tunewright.space.domain import Domain, Kind
from tunewright.space.literal import Known, key, opaque, plain, read, same, write
from tunewright.space.when import as_condition


@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)
class Constant(Domain):
    """One value.

    Args:
        value: anything; it is handed out as it is.
        when: the condition under which the parameter exists.

    Examples:
        >>> Constant(224)
        Constant(224)
    """

    value: Any
    when: Condition | None

    def __init__(self, value: Any, *, when: Condition | None = None) -> None:
        object.__setattr__(self, "value", plain(value))
        object.__setattr__(self, "when", as_condition(when))

    @property
    def kind(self) -> Kind:
        """Nothing to choose."""
        return "constant"

    @property
    def size(self) -> int:
        """One."""
        return 1

    def at(self, unit: Array) -> Array:
        """Return zeros: the only index."""
        return np.zeros(unit.shape)

    def coordinate(self, native: Array) -> Array:
        """Return the middle of [0, 1]."""
        return np.full(native.shape, 0.5)

    def native(self, value: object) -> float:
        """Return 0.0 for the value.

        Raises:
            ConfigError: any other value.
        """
        if not same(plain(value), self.value):
            raise ConfigError(f"{value!r} is not the constant {self.value!r}")
        return 0.0

    def values(self, native: Array) -> list[Any]:
        """Return the value, as often as there are natives."""
        return [self.value] * len(native)

    def value_of(self, native: float) -> Any:
        """Return the value."""
        return self.value

    def meaning(self, native: Array) -> Column:
        """Return the value in every row, as float64, bool or object."""
        result: Column = table([self.value])[np.zeros(len(native), dtype=np.intp)]
        return result

    def json_value(self, value: object) -> Any:
        """Return the JSON form of the value."""
        self.native(value)
        return write(self.value)

    def value_of_json(self, data: Any) -> Any:
        """Return the value.

        Raises:
            ConfigError: any other value.
        """
        try:
            value = read(data, self.known())
        except SpaceError as error:
            raise ConfigError(f"{data!r} is not the constant {self.value!r}") from error
        self.native(value)
        return self.value

    def known(self) -> Known:
        """Return the value by its label if JSON cannot hold it."""
        return opaque([self.value])

    def to_json(self) -> dict[str, Any]:
        """Return the domain as a JSON object."""
        data = {"type": "Constant", "value": write(self.value)}
        if self.when is not None:
            data["when"] = self.when.to_json()
        return data

    @classmethod
    def _read(cls, data: dict[str, Any], known: Mapping[str, Known], name: str) -> Domain:
        value = read(data["value"], known.get(name, {}))
        return cls(value, when=condition_from_json(data.get("when"), known))

    def union(self, other: Domain) -> Domain:
        """Return the same constant.

        Raises:
            SpaceError: the other is not this constant.
        """
        if not isinstance(other, Constant) or not same(self.value, other.value):
            raise SpaceError(f"cannot hold both {self!r} and {other!r}: a constant has one value; use Categorical")
        return Constant(self.value, when=self._union_when(other))

    def _arguments(self) -> tuple[Sequence[object], Mapping[str, object]]:
        return (self.value,), {} if self.when is None else {"when": self.when}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Constant):
            return NotImplemented
        return same(self.value, other.value) and self.when == other.when

    def __hash__(self) -> int:
        try:
            return hash((Constant, key(self.value), self.when))
        except TypeError:
            return hash((Constant, type(self.value), self.when))
