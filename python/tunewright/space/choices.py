"""One of several given values: what Categorical and Ordinal share."""

from __future__ import annotations

__all__ = ["Choices", "checked", "table"]

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from tunewright.errors import ConfigError, DomainError, SpaceError
from tunewright.space.array import Array, Column
from tunewright.space.cells import UniformCells
from tunewright.space.domain import Domain
from tunewright.space.literal import Known, key, opaque, plain, read, write


class Choices(Domain):
    """A domain whose natives are the indices of its choices. Its subclasses hold the state.

    Choices are told apart by type and value: 1, 1.0 and True are three choices.
    """

    __slots__ = ()

    choices: tuple[Any, ...]
    index: dict[Hashable, int]

    @property
    def size(self) -> int:
        """How many choices."""
        return len(self.choices)

    def at(self, unit: Array) -> Array:
        """Return the indices at coordinates: each choice has an equal share of [0, 1]."""
        return UniformCells(len(self.choices)).index(unit)

    def coordinate(self, native: Array) -> Array:
        """Return the centre of the share of each index."""
        return UniformCells(len(self.choices)).coordinate(native)

    def native(self, value: object) -> float:
        """Return the index of a choice.

        Raises:
            ConfigError: not one of the choices.
        """
        try:
            return float(self.index[key(plain(value))])
        except (KeyError, TypeError):
            raise ConfigError(self._unknown(value)) from None

    def _unknown(self, value: object) -> str:
        allowed = ", ".join(map(repr, self.choices))
        alike = [choice for choice in self.choices if choice == value or str(choice) == str(value)]
        hint = f"; did you mean {alike[0]!r} ({type(alike[0]).__name__})?" if alike else ""
        return f"{value!r} ({type(value).__name__}) is not one of the choices {allowed}{hint}"

    def column(self, values: Sequence[object]) -> Array:
        """Return the indices of many choices; as ``native``."""
        index = self.index
        try:
            return np.array([index[(type(value), value)] for value in values], dtype=np.float64)
        except (KeyError, TypeError):  # a tuple, a NumPy scalar, a NaN, or no choice at all
            return super().column(values)

    def values(self, native: Array) -> list[Any]:
        """Return the choices."""
        choices = self.choices
        return [choices[i] for i in native.astype(np.intp).tolist()]

    def value_of(self, native: float) -> Any:
        """Return the choice."""
        return self.choices[int(native)]

    def meaning(self, native: Array) -> Column:
        """Return the choices as float64 when all are numbers, as bool when all are, else as objects."""
        result: Column = table(self.choices)[native.astype(np.intp)]
        return result

    def json_value(self, value: object) -> Any:
        """Return the JSON form of a choice."""
        return write(self.choices[int(self.native(value))])

    def value_of_json(self, data: Any) -> Any:
        """Return the choice that ``json_value`` wrote.

        Raises:
            ConfigError: not one of the choices.
        """
        try:
            value = read(data, self.known())
        except SpaceError as error:
            raise ConfigError(f"{data!r} is not one of the choices {', '.join(map(repr, self.choices))}") from error
        return self.choices[int(self.native(value))]

    def known(self) -> Known:
        """Return the choices that JSON cannot hold, by label."""
        return opaque(self.choices)

    def to_json(self) -> dict[str, Any]:
        """Return the domain as a JSON object.

        Raises:
            SpaceError: two choices that JSON cannot hold read the same.
        """
        self.known()
        data: dict[str, Any] = {"type": type(self).__name__, "choices": [write(choice) for choice in self.choices]}
        if self.when is not None:
            data["when"] = self.when.to_json()
        return data

    def _same_choices(self, other: object) -> bool:
        return isinstance(other, Choices) and list(self.index) == list(other.index)


def table(values: Sequence[Any]) -> Column:
    """Return values as a column: float64 when all are numbers, bool when all are booleans, else objects."""
    types = {type(value) for value in values}
    if types <= {int, float} or types == {bool}:
        return np.array(values, dtype=np.bool_ if types == {bool} else np.float64)
    column = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):  # one by one: NumPy would spread a tuple over a second axis
        column[i] = value
    return column


def checked(choices: tuple[Any, ...], what: str) -> tuple[tuple[Any, ...], dict[Hashable, int]]:
    """Return the choices as Python values and the index of each by its key."""
    given = tuple(plain(choice) for choice in (choices[0] if _is_one_list(choices) else choices))
    if not given:
        raise DomainError(f"{what}: at least one choice is needed, got none")
    index: dict[Hashable, int] = {}
    for i, choice in enumerate(given):
        try:
            first = index.setdefault(key(choice), i)
        except TypeError:
            raise DomainError(
                f"{what}: choice {i} is not hashable: {choice!r} ({type(choice).__name__}); give a tuple, a string or "
                f"a name that the objective looks up"
            ) from None
        if first != i:
            raise DomainError(f"{what}: choices {first} and {i} are the same: {choice!r}")
    return given, index


def _is_one_list(choices: tuple[Any, ...]) -> bool:
    return len(choices) == 1 and isinstance(choices[0], list)
