"""Graphs drawn as nodes with operations on the edges between them, as graphs whose nodes are the operations."""

from __future__ import annotations

__all__ = ["Path", "checked_path", "graph_of", "operation_places"]

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from tunewright.errors import ArchitectureError

Path: TypeAlias = tuple[str, ...]
"""The name of the operation on each edge, in their order; "zero" where there is none."""


def graph_of(
    nodes: int, chosen: Mapping[tuple[int, int], str], inputs: int = 1
) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Operations and edges of the graph in which operations are nodes and sums are identities.

    With one input the last node is the output; with more, the output puts all inner nodes side by side.
    """
    operations = ["input"] if inputs == 1 else [f"input{k}" for k in range(inputs)]
    edges, places = list[tuple[int, int]](), list(range(inputs))
    for target in range(inputs, nodes):
        brought = []
        for source in range(target):
            if (source, target) in chosen:
                edges.append((places[source], len(operations)))
                brought.append(len(operations))
                operations.append(chosen[source, target])
        places.append(len(operations))
        edges += [(place, len(operations)) for place in brought]
        operations.append("output" if inputs == 1 and target == nodes - 1 else "identity")
    if inputs > 1:
        edges += [(place, len(operations)) for place in places[inputs:]]
        operations.append("concat")
    return tuple(operations), tuple(edges)


def operation_places(nodes: int, inputs: int = 1) -> tuple[int, ...]:
    """Where :func:`graph_of` has the operation of each edge, if all of them are there."""
    places, place = list[int](), inputs
    for target in range(inputs, nodes):
        places += range(place, place + target)
        place += target + 1
    return tuple(places)


def checked_path(path: Sequence[str], edges: Sequence[tuple[int, int]], operations: Sequence[str]) -> Path:
    """``path`` as a tuple.

    Raises:
        ArchitectureError: another number of operations than edges, or one that is not among ``operations``.
    """
    if isinstance(path, str) or len(path) != len(edges) or any(name not in operations for name in path):
        raise ArchitectureError(
            f"path must name one of {', '.join(operations)} for each of the {len(edges)} edges, got {path!r}"
        )
    return tuple(path)
