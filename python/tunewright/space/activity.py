"""Which parameters exist in a configuration: conditions evaluated parents first."""

from __future__ import annotations

__all__ = ["parents_first", "silence"]

from collections.abc import Mapping

import numpy as np

from tunewright.errors import SpaceError
from tunewright.space.array import Array
from tunewright.space.domain import Domain


def parents_first(domains: Mapping[str, Domain]) -> tuple[str, ...]:
    """Return the names that have conditions, each after the parents it reads.

    Raises:
        SpaceError: a condition does not fit the parameters, or parameters wait for each other in a circle.
    """
    done: dict[str, None] = {}
    for name in domains:
        _visit(name, domains, done, ())
    return tuple(name for name in done if domains[name].when is not None)


def _visit(name: str, domains: Mapping[str, Domain], done: dict[str, None], path: tuple[str, ...]) -> None:
    if name in done:
        return
    if name in path:
        circle = " -> ".join([*path[path.index(name) :], name])
        raise SpaceError(f"the conditions go round in a circle: {circle}; drop one of them")
    condition = domains[name].when
    if condition is not None:
        try:
            condition.check(domains)
        except SpaceError as error:
            raise SpaceError(f"condition of {name!r}: {error}") from None
        for parent in condition.parents:
            _visit(parent, domains, done, (*path, name))
    done[name] = None


def silence(columns: Array, domains: Mapping[str, Domain], order: tuple[str, ...]) -> None:
    """Write NaN, in place, where the condition of a parameter does not hold.

    Args:
        columns: (d, n) natives, contiguous, changed.
        domains: the d parameters.
        order: the names that have conditions, parents first.
    """
    places = {name: place for place, name in enumerate(domains)}
    named = dict(zip(places, columns, strict=True))
    for name in order:
        condition = domains[name].when
        if condition is not None:
            columns[places[name], ~condition.holds(named, domains)] = np.nan
