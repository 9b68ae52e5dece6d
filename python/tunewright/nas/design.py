"""What a search space of architectures has: parameters, and a graph for each of their values."""

from __future__ import annotations

__all__ = ["Design", "Evolving", "Wired", "checked_design", "checked_operations", "complete", "whole"]

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from tunewright.errors import ArchitectureError
from tunewright.nas.architecture import Architecture
from tunewright.nas.wiring import Path
from tunewright.space import Space


@runtime_checkable
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


@runtime_checkable
class Wired(Design, Protocol):
    """A design whose graphs are choices of an operation on each edge between nodes: what a supernet can hold.

    A *path* is one choice: the name of an operation for each of ``edges``, "zero" where an edge is not taken.
    """

    @property
    def operations(self) -> tuple[str, ...]:
        """What an edge that is taken may be."""
        ...

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """The edges, in the order of paths."""
        ...

    @property
    def places(self) -> tuple[int, ...]:
        """The node of :meth:`wired` at which the operation of each edge stands, the same for all paths."""
        ...

    def path_of(self, config: Mapping[str, Any]) -> Path:
        """The path that a configuration stands for."""
        ...

    def config_of(self, path: Sequence[str]) -> dict[str, Any]:
        """The configuration that stands for ``path``.

        Raises:
            ArchitectureError: not a path of the design.
        """
        ...

    def wired(self, path: Sequence[str]) -> Architecture:
        """The graph of ``path`` with all edges in it, whose operations are those of the path.

        Raises:
            ArchitectureError: nothing of an input reaches the output.
        """
        ...

    def kept(self, strengths: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.bool_]:
        """Which edges a path takes if those of the largest ``strengths`` (e,) are to be taken, (e,)."""
        ...


def checked_design(given: object) -> None:
    """Nothing, if ``given`` is a design.

    Raises:
        ArchitectureError: it is a class, or lacks what a design has.
    """
    if isinstance(given, type) or not isinstance(given, Design):
        raise ArchitectureError(
            f"design must be a Cell, DartsCell, Macro, Hierarchy or like them, in a Skeleton or alone, got {given!r}"
        )


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
