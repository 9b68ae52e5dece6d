"""Whether a parameter exists: comparisons with the values of others, combined by ``&`` and ``|``.

A comparison with a parameter that does not exist itself is false (``!=`` too), so conditions nest by themselves.
"""

from __future__ import annotations

__all__ = [
    "AllOf",
    "AnyOf",
    "Comparison",
    "Condition",
    "Membership",
    "condition_from_json",
    "unknown_name",
]

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from tunewright.errors import ConfigError, SpaceError
from tunewright.space.array import Array, Mask
from tunewright.space.literal import Known, key, read, write
from tunewright.space.number import real

if TYPE_CHECKING:
    from tunewright.space.domain import Domain

_COMPARE = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


class Condition(ABC):
    """Whether a parameter exists, as a function of the parameters it names."""

    __slots__ = ()

    @property
    @abstractmethod
    def parents(self) -> tuple[str, ...]:
        """The names read, without repeats."""

    @abstractmethod
    def check(self, domains: Mapping[str, Domain]) -> None:
        """Raise SpaceError for an unknown name, a value its parent does not have, or an order where there is none."""

    @abstractmethod
    def holds(self, columns: Mapping[str, Array], domains: Mapping[str, Domain]) -> Mask:
        """Return the truth (n,) for native columns (n,) that are NaN where a parent does not exist."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the condition as a JSON object."""

    def __and__(self, other: Condition) -> Condition:
        return AllOf(_flat(AllOf, self, other))

    def __or__(self, other: Condition) -> Condition:
        return AnyOf(_flat(AnyOf, self, other))

    def __bool__(self) -> bool:
        raise SpaceError(
            f"{self!r} is a condition, true or false only for a configuration: combine conditions with & and |, not "
            f"with 'and', 'or', 'not' or a chain such as 1 < when(...) < 3"
        )


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Comparison(Condition):
    """One parameter compared with one value; ``sign`` is one of == != < <= > >=."""

    name: str
    sign: str
    value: Any

    @property
    def parents(self) -> tuple[str, ...]:
        """The one name read."""
        return (self.name,)

    def check(self, domains: Mapping[str, Domain]) -> None:
        """Raise SpaceError when the parent is unknown or can never satisfy, or never fail, the comparison."""
        domain = _parent(self.name, domains, self)
        if self.sign not in ("==", "!=") and domain.kind in ("categorical", "constant"):
            raise SpaceError(f"{self!r}: {self.name!r} has no order; use == , != or is_in")
        threshold = self._threshold(domain)
        if self.sign not in ("==", "!="):
            ends = domain.decode(np.array([0.0, 1.0]))
            if not _COMPARE[self.sign](ends, threshold).any():
                raise SpaceError(f"{self!r} can never hold: {self.name!r} is {domain!r}")

    def _threshold(self, domain: Domain) -> float:
        """The native to compare with; of a number with an order it need not be a value of the domain."""
        if self.sign not in ("==", "!=") and domain.kind in ("float", "int"):
            return real(self.value, f"the value in {self!r}", SpaceError)
        return _native(self.value, domain, self)

    def holds(self, columns: Mapping[str, Array], domains: Mapping[str, Domain]) -> Mask:
        """Return where the comparison is true; false where the parent does not exist."""
        column = columns[self.name]
        truth: Mask = _COMPARE[self.sign](column, self._threshold(domains[self.name]))
        return truth & ~np.isnan(column) if self.sign == "!=" else truth

    def to_json(self) -> dict[str, Any]:
        """Return the condition as a JSON object."""
        return {"type": "Comparison", "name": self.name, "sign": self.sign, "value": write(self.value)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Comparison) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return (self.name, self.sign, key(self.value))

    def __repr__(self) -> str:
        return f"when({self.name!r}) {self.sign} {self.value!r}"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Membership(Condition):
    """One parameter among several values."""

    name: str
    members: tuple[Any, ...]

    @property
    def parents(self) -> tuple[str, ...]:
        """The one name read."""
        return (self.name,)

    def check(self, domains: Mapping[str, Domain]) -> None:
        """Raise SpaceError when the parent is unknown or does not have one of the values."""
        domain = _parent(self.name, domains, self)
        for value in self.members:
            _native(value, domain, self)

    def holds(self, columns: Mapping[str, Array], domains: Mapping[str, Domain]) -> Mask:
        """Return where the value is among the members; false where the parent does not exist."""
        column, domain = columns[self.name], domains[self.name]
        truth = np.zeros(column.shape, dtype=np.bool_)
        for value in self.members:
            truth |= column == _native(value, domain, self)
        return truth

    def to_json(self) -> dict[str, Any]:
        """Return the condition as a JSON object."""
        return {"type": "Membership", "name": self.name, "members": [write(value) for value in self.members]}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Membership) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return (self.name, *(key(value) for value in self.members))

    def __repr__(self) -> str:
        return f"when({self.name!r}).is_in({', '.join(map(repr, self.members))})"


@dataclass(frozen=True, slots=True, repr=False)
class _Combination(Condition):
    parts: tuple[Condition, ...]

    @property
    def parents(self) -> tuple[str, ...]:
        """The names read, without repeats."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.parents))

    def check(self, domains: Mapping[str, Domain]) -> None:
        """Check every part."""
        for part in self.parts:
            part.check(domains)

    def to_json(self) -> dict[str, Any]:
        """Return the condition as a JSON object."""
        return {"type": type(self).__name__, "parts": [part.to_json() for part in self.parts]}


class AllOf(_Combination):
    """True where all parts are."""

    __slots__ = ()

    def holds(self, columns: Mapping[str, Array], domains: Mapping[str, Domain]) -> Mask:
        """Return where all parts hold."""
        truth: Mask = np.logical_and.reduce([part.holds(columns, domains) for part in self.parts])
        return truth

    def __repr__(self) -> str:
        return " & ".join(f"({part!r})" for part in self.parts)


class AnyOf(_Combination):
    """True where at least one part is."""

    __slots__ = ()

    def holds(self, columns: Mapping[str, Array], domains: Mapping[str, Domain]) -> Mask:
        """Return where at least one part holds."""
        truth: Mask = np.logical_or.reduce([part.holds(columns, domains) for part in self.parts])
        return truth

    def __repr__(self) -> str:
        return " | ".join(f"({part!r})" for part in self.parts)


def condition_from_json(data: dict[str, Any] | None, known: Mapping[str, Known]) -> Condition | None:
    """Return the condition that ``to_json`` wrote; ``known`` has the opaque objects of each parent by label."""
    if data is None:
        return None
    form = data.get("type")
    if form in ("AllOf", "AnyOf"):
        parts = tuple(part for each in data["parts"] if (part := condition_from_json(each, known)) is not None)
        return AllOf(parts) if form == "AllOf" else AnyOf(parts)
    if form == "Comparison" and data["sign"] in _COMPARE:
        return Comparison(data["name"], data["sign"], read(data["value"], known.get(data["name"], {})))
    if form == "Membership":
        return Membership(data["name"], tuple(read(value, known.get(data["name"], {})) for value in data["members"]))
    raise SpaceError(f"not a condition this version of tunewright writes: {data!r}")


def unknown_name(name: object, names: Mapping[str, object] | tuple[str, ...]) -> str:
    """Return the words that say a name is unknown, with the nearest known ones."""
    close = get_close_matches(name, list(names), n=1) if isinstance(name, str) else []
    known = ", ".join(names) if names else "none yet"
    return f"unknown parameter {name!r}" + (f"; did you mean {close[0]!r}?" if close else f"; known: {known}")


def _flat(kind: type[_Combination], first: Condition, second: object) -> tuple[Condition, ...]:
    parts: list[Condition] = []
    for part in (first, second):
        if not isinstance(part, Condition):
            raise SpaceError(f"& and | combine conditions, got {part!r}; put comparisons in parentheses")
        parts.extend(part.parts if isinstance(part, kind) else (part,))
    return tuple(parts)


def _parent(name: str, domains: Mapping[str, Domain], condition: Condition) -> Domain:
    if name not in domains:
        raise SpaceError(f"{condition!r}: {unknown_name(name, domains)}")
    return domains[name]


def _native(value: object, domain: Domain, condition: Condition) -> float:
    try:
        return domain.native(value)
    except ConfigError as error:
        raise SpaceError(f"{condition!r} compares with a value the parameter never has: {error}") from None
