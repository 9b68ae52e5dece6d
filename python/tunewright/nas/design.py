"""What a search space of architectures has: parameters, and a graph for each of their values."""

from __future__ import annotations

__all__ = ["Design", "Evolving", "checked_operations", "complete", "whole"]

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np

from tunewright.errors import ArchitectureError
from tunewright.nas.architecture import Architecture
from tunewright.space import Space


class Design(Protocol):
    """Parameters whose values describe graphs.

    ``space`` is an ordinary space, for any strategy; ``Space({**design.space.by_name, "lr": ...})`` searches the
    architecture and other parameters together, and all of this reads its own names alone.
    """

    @property
    def space(self) -> Space:
        """The parameters."""
        ...

    def architecture(self, config: Mapping[str, Any]) -> Architecture:
        """The graph of a configuration; names that are not the design's are ignored.

        Raises:
            ArchitectureError: nothing of the input reaches the output.
        """
        ...

    def __hash__(self) -> int:
        """Designs are values: equal ones have equal graphs."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Name (under ``"design"``) and options, as JSON values."""
        ...


@runtime_checkable
class Evolving(Design, Protocol):
    """A design that knows small changes of its graphs.

    Both return a configuration of the design's own parameters, which its space may forbid and which may have the
    graph of a parent: who asks, asks again.
    """

    def mutated(self, config: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """The configuration of a graph one change away."""
        ...

    def crossed(self, a: Mapping[str, Any], b: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """The configuration of a graph made of parts of two."""
        ...


def checked_operations(given: Iterable[str], *, reserved: Iterable[str] = (), least: int = 1) -> tuple[str, ...]:
    """The names of operations as a tuple.

    Raises:
        ArchitectureError: too few of them, a name twice, or one that has another meaning here.
    """
    names = tuple(given)
    taken = ("input", "output", "concat", *reserved)
    if isinstance(given, str) or not all(isinstance(name, str) and name for name in names):
        raise ArchitectureError(f"operations must be a list of names, got {given!r}")
    if len(names) < least:
        raise ArchitectureError(
            f"operations must be {least} or more, got {names or 'none'}; there is nothing to choose"
        )
    if len(set(names)) != len(names):
        raise ArchitectureError(f"operations must differ from one another, got {names}")
    wrong = [name for name in names if name in taken or name.startswith("input")]
    if wrong:
        raise ArchitectureError(f"operations must not be called {wrong[0]!r}, which has a meaning of its own here")
    return names


def whole(name: str, value: Any, least: int, most: int) -> int:
    """``value`` if it is a whole number from ``least`` to ``most``, else ``ArchitectureError``."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ArchitectureError(f"{name} must be a whole number from {least} to {most}, got {value!r}")
    return value


def complete(nodes: int) -> tuple[tuple[int, int], ...]:
    """Every pair i < j of ``nodes`` nodes: (0, 1), (0, 2), (1, 2), (0, 3), …"""
    return tuple((i, j) for j in range(1, nodes) for i in range(j))
