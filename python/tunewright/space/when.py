"""The way a person writes a condition: ``when("optimizer", "sgd")``, ``when("depth") > 2``.

>>> when("optimizer", "sgd")
when('optimizer') == 'sgd'
>>> (when("depth") > 2) & when("norm", ["batch", "layer"])
(when('depth') > 2) & (when('norm').is_in('batch', 'layer'))
"""

from __future__ import annotations

__all__ = ["Parent", "as_condition", "when"]

from typing import Any, overload

from tunewright.errors import DomainError, SpaceError
from tunewright.space.condition import Comparison, Condition, Membership
from tunewright.space.literal import key, plain

_ABSENT = object()


class Parent:
    """A parameter named in a condition: compare it with a value to get the condition."""

    __slots__ = ("name",)
    __hash__ = None  # type: ignore[assignment]  # == makes a condition, so it cannot be a key

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise SpaceError(f"when: the first argument must be the name of a parameter, got {name!r}")
        self.name = name

    def __eq__(self, value: object) -> Comparison:  # type: ignore[override]
        return self._compare("==", value)

    def __ne__(self, value: object) -> Comparison:  # type: ignore[override]
        return self._compare("!=", value)

    def __lt__(self, value: object) -> Comparison:
        return self._compare("<", value)

    def __le__(self, value: object) -> Comparison:
        return self._compare("<=", value)

    def __gt__(self, value: object) -> Comparison:
        return self._compare(">", value)

    def __ge__(self, value: object) -> Comparison:
        return self._compare(">=", value)

    def is_in(self, *values: object) -> Membership:
        """Return the condition that the parameter has one of the values; one list stands for its elements."""
        members = tuple(values[0]) if len(values) == 1 and isinstance(values[0], list) else values
        if not members:
            raise SpaceError(f"when({self.name!r}): is_in needs at least one value, else it can never hold")
        return Membership(self.name, tuple(_operand(self.name, value) for value in members))

    def _compare(self, sign: str, value: object) -> Comparison:
        return Comparison(self.name, sign, _operand(self.name, value))

    def __repr__(self) -> str:
        return f"when({self.name!r})"


@overload
def when(name: str) -> Parent: ...
@overload
def when(name: str, value: object) -> Condition: ...
def when(name: str, value: object = _ABSENT) -> Parent | Condition:
    """Return a condition on the parameter ``name``, or the parameter itself to compare.

    Args:
        name: a parameter of the same space.
        value: the value it must have, or a list of values of which it must have one. Without it the result is
            compared: ``when("depth") > 2``.
    """
    parent = Parent(name)
    if value is _ABSENT:
        return parent
    return parent.is_in(*value) if isinstance(value, list) else parent == value


def as_condition(condition: object) -> Condition | None:
    """Return the argument ``when=``, refused unless it is a condition or None."""
    if condition is None or isinstance(condition, Condition):
        return condition
    hint = f"; compare it with a value: when({condition.name!r}) == ..." if isinstance(condition, Parent) else ""
    raise DomainError(f"when must be a condition such as when('optimizer', 'sgd'), got {condition!r}{hint}")


def _operand(name: str, value: object) -> Any:
    value = plain(value)
    try:
        key(value)
    except TypeError:
        raise SpaceError(f"when({name!r}): {value!r} cannot be compared with, it is not hashable") from None
    return value
