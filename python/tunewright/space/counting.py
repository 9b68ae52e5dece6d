"""How many configurations a space has, conditions counted exactly.

Only parameters that others depend on are enumerated; and of their values only the classes that conditions can tell
apart, each with the number of values in it. Everything else multiplies.
"""

from __future__ import annotations

__all__ = ["count"]

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tunewright.space.array import Array
from tunewright.space.condition import AllOf, AnyOf, Condition
from tunewright.space.domain import Domain

_MOST_VALUES = 10_000_000  # of one parent: they are all listed once
_MOST_STATES = 100_000  # combinations of classes: each is one small evaluation


@dataclass(frozen=True, slots=True)
class _Parent:
    """One parameter that conditions read: a representative native of each class, and the class sizes."""

    name: str
    natives: tuple[float, ...]
    sizes: tuple[int, ...]


class _TooMany(Exception):  # noqa: N818  a signal inside this module, not an error
    """The count is not worth its cost."""


def count(domains: Mapping[str, Domain], order: tuple[str, ...]) -> int | None:
    """Return the number of distinct configurations.

    Args:
        domains: the parameters.
        order: the names that have conditions, parents first.

    Returns:
        The exact number, constraints not considered; None when a parameter that can exist is continuous or unbounded,
        when a parent has more than 10**7 values, or when more than 10**5 combinations of parents would be visited.
    """
    read = {name for child in order for name in _parents(domains[child])}
    first = [name for name in domains if name in read and name not in order]
    sequence = [*first, *(name for name in order if name in read)]
    leaves = [name for name in domains if name not in read]
    try:
        parents = [_classes(name, domains, order) for name in sequence]
        return _walk(parents, {}, domains, leaves, [0])
    except _TooMany:
        return None


def _parents(domain: Domain) -> tuple[str, ...]:
    return () if domain.when is None else domain.when.parents


def _classes(name: str, domains: Mapping[str, Domain], order: tuple[str, ...]) -> _Parent:
    """The values of a parent, those that no condition tells apart taken together."""
    size = domains[name].size
    if size is None:
        return _Parent(name, (), ())
    if size > _MOST_VALUES:
        raise _TooMany
    natives = domains[name].points()
    tests = [atom for child in order for atom in _atoms(domains[child].when) if atom.parents == (name,)]
    truths = np.array([test.holds({name: natives}, domains) for test in tests])
    _, places, sizes = np.unique(truths, axis=1, return_index=True, return_counts=True)
    return _Parent(name, tuple(natives[places].tolist()), tuple(sizes.tolist()))


def _atoms(condition: Condition | None) -> list[Condition]:
    if isinstance(condition, (AllOf, AnyOf)):
        return [atom for part in condition.parts for atom in _atoms(part)]
    return [] if condition is None else [condition]


def _walk(
    parents: list[_Parent],
    state: dict[str, Array],
    domains: Mapping[str, Domain],
    leaves: list[str],
    visited: list[int],
) -> int | None:
    """The number of configurations that agree with ``state`` on the parents decided so far; None if not finite."""
    visited[0] += 1
    if visited[0] > _MOST_STATES:
        raise _TooMany
    if not parents:
        return _product(state, domains, leaves)
    parent, rest = parents[0], parents[1:]
    if not _exists(parent.name, state, domains):
        return _walk(rest, {**state, parent.name: np.array([np.nan])}, domains, leaves, visited)
    if not parent.natives:
        return None
    total = 0
    for native, size in zip(parent.natives, parent.sizes, strict=True):
        below = _walk(rest, {**state, parent.name: np.array([native])}, domains, leaves, visited)
        if below is None:
            return None
        total += size * below
    return total


def _product(state: dict[str, Array], domains: Mapping[str, Domain], leaves: list[str]) -> int | None:
    product = 1
    for name in leaves:
        if _exists(name, state, domains):
            size = domains[name].size
            if size is None:
                return None
            product *= size
    return product


def _exists(name: str, state: dict[str, Array], domains: Mapping[str, Domain]) -> bool:
    condition = domains[name].when
    return condition is None or bool(condition.holds(state, domains)[0])
