"""Ordinal: one of several given values with an order."""

from __future__ import annotations

__all__ = ["Ordinal"]

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tunewright.errors import SpaceError
from tunewright.space.choices import Choices, checked
from tunewright.space.condition import Condition, condition_from_json
from tunewright.space.domain import Domain, Kind
from tunewright.space.literal import Known, read
from tunewright.space.when import as_condition


@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)
class Ordinal(Choices):
    """One of several values in the order given, evenly spaced.

    Args:
        choices: hashable values, from first to last; a single list stands for its elements.
        when: the condition under which the parameter exists.

    Raises:
        DomainError: arguments that describe no domain.

    Examples:
        >>> Ordinal("small", "medium", "large").size
        3
    """

    choices: tuple[Any, ...]
    when: Condition | None
    index: dict[Hashable, int] = field(compare=False)

    def __init__(self, *choices: Any, when: Condition | None = None) -> None:
        given, index = checked(choices, "Ordinal")
        object.__setattr__(self, "choices", given)
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "when", as_condition(when))

    @property
    def kind(self) -> Kind:
        """A value with an order."""
        return "ordinal"

    @classmethod
    def _read(cls, data: dict[str, Any], known: Mapping[str, Known], name: str) -> Domain:
        choices = [read(choice, known.get(name, {})) for choice in data["choices"]]
        return cls(choices, when=condition_from_json(data.get("when"), known))

    def union(self, other: Domain) -> Domain:
        """Return the longer of two orders of which one begins with the other.

        Raises:
            SpaceError: the other is not ordinal, or would change the place of a choice.
        """
        if not isinstance(other, Ordinal):
            raise SpaceError(f"cannot hold both {self!r} and {other!r}: the kind must be the same")
        shorter, longer = sorted((self, other), key=lambda domain: len(domain.choices))
        if list(longer.index)[: len(shorter.index)] != list(shorter.index):
            raise SpaceError(f"cannot hold both {self!r} and {other!r}: new choices of an order go to its end")
        return Ordinal(list(longer.choices), when=self._union_when(other))

    def _arguments(self) -> tuple[Sequence[object], Mapping[str, object]]:
        return self.choices, {} if self.when is None else {"when": self.when}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ordinal):
            return NotImplemented
        return self._same_choices(other) and self.when == other.when

    def __hash__(self) -> int:
        return hash((Ordinal, *self.index, self.when))
