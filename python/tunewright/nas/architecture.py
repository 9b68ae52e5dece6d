"""An architecture: operations as the nodes of a directed graph without cycles.

Every node sums what leads to it and applies its operation. Four names have a meaning here: ``"input"`` (or several,
``"input0"``, ``"input1"``, …), where data come in; ``"identity"``, which passes the sum on; ``"zero"``, which passes
nothing on; and the last node, ``"output"`` (the sum) or ``"concat"`` (its parts side by side). Other names are the
user's own.
"""

from __future__ import annotations

__all__ = ["Architecture"]

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tunewright.errors import ArchitectureError
from tunewright.nas.canonical import Form, canonical, reduced


@dataclass(frozen=True, eq=False, repr=False)
class Architecture:
    """A network as a graph.

    Two architectures are equal when they compute the same up to the names of their nodes: what passes nothing on, or
    leads nowhere, is left out, identities are drawn together with what they lead to, and the order of nodes does not
    matter. Weights are not shared, so that two equal operations side by side stay two.

    Args:
        operations: of each node, the inputs first and ``"output"`` or ``"concat"`` last.
        edges: pairs (i, j), i < j, of nodes; a pair may come twice, and then counts twice.

    Raises:
        ArchitectureError: operations or edges that make no such graph, or nothing of an input reaches the output.

    Examples:
        >>> a = Architecture(("input", "conv3", "identity", "output"), ((0, 1), (1, 2), (2, 3)))
        >>> b = Architecture(("input", "zero", "conv3", "output"), ((0, 1), (0, 2), (1, 3), (2, 3)))
        >>> a == b, a.canonical
        (True, Architecture('input', 'conv3', 'output'; 0-1, 1-2))
    """

    operations: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "operations", _operations(self.operations))
        object.__setattr__(self, "edges", _edges(self.edges, len(self.operations)))
        if not self._form.edges:
            raise ArchitectureError(
                f"nothing of an input reaches the output of {self.operations} by {self.edges}: connect them by "
                "operations other than 'zero'"
            )

    @cached_property
    def _form(self) -> Form:
        return canonical(reduced(self.operations, self.edges))

    @cached_property
    def canonical(self) -> Architecture:
        """The one graph that stands for all that are equal to this one, as small as it can be."""
        if (self.operations, self.edges) == (self._form.operations, self._form.edges):
            return self
        one: Architecture = object.__new__(Architecture)  # its own canonical form: nothing to work out again
        one.__dict__.update(operations=self._form.operations, edges=self._form.edges, _form=self._form)
        return one

    @property
    def size(self) -> int:
        """How many operations it has, in the canonical form; neither inputs, sums nor the output are any."""
        structural = ("identity", "output", "concat")
        return sum(name not in structural and not _is_input(name) for name in self._form.operations)

    @cached_property
    def live(self) -> tuple[bool, ...]:
        """For each node whether something of an input reaches it and it reaches the output; the output always."""
        into = [[i for i, j in self.edges if j == node] for node in range(len(self.operations))]
        reached: list[bool] = []
        for node, name in enumerate(self.operations):
            reached.append(name != "zero" and (node < self.inputs or any(reached[i] for i in into[node])))
        needed = [False] * len(self.operations)
        needed[-1] = True
        for node in reversed(range(len(self.operations))):
            for i in into[node] if needed[node] and reached[node] else ():
                needed[i] = True
        return tuple(there and wanted for there, wanted in zip(reached, needed, strict=True))

    @property
    def inputs(self) -> int:
        """How many inputs there are, used or not."""
        return sum(_is_input(name) for name in self.operations)

    @cached_property
    def key(self) -> str:
        """A digest, 32 hexadecimal digits, that equal architectures share, in every process and release."""
        return hashlib.blake2b(repr(tuple(self._form)).encode(), digest_size=16).hexdigest()

    def __eq__(self, other: object) -> bool:
        return self._form == other._form if isinstance(other, Architecture) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._form)

    def __repr__(self) -> str:
        nodes, edges = ", ".join(map(repr, self.operations)), ", ".join(f"{i}-{j}" for i, j in self.edges)
        return f"Architecture({nodes}; {edges})"


def _is_input(name: str) -> bool:
    return name.startswith("input") and (name == "input" or name[5:].isdigit())


def _operations(given: Iterable[str]) -> tuple[str, ...]:
    names = tuple(given)
    if isinstance(given, str) or not all(isinstance(name, str) and name for name in names):
        raise ArchitectureError(f"operations must be names, one a node; got {given!r}")
    inputs = [name for name in names if _is_input(name)]
    if len(names) < 2 or names[-1] not in ("output", "concat"):
        raise ArchitectureError(f"operations must end with 'output' or 'concat', got {names}")
    if not inputs or list(names[: len(inputs)]) != inputs or len(set(inputs)) != len(inputs):
        raise ArchitectureError(f"operations must begin with 'input', or 'input0', 'input1', … once each; got {names}")
    if any(name in ("output", "concat") for name in names[:-1]):
        raise ArchitectureError(f"operations must have one 'output' or 'concat', the last node; got {names}")
    return names


def _edges(given: Iterable[tuple[int, int]], nodes: int) -> tuple[tuple[int, int], ...]:
    edges = tuple((int(i), int(j)) for i, j in given)
    wrong = [edge for edge in edges if not 0 <= edge[0] < edge[1] < nodes]
    if wrong:
        raise ArchitectureError(f"edges must be pairs (i, j) with 0 <= i < j < {nodes}; got {wrong[0]}")
    return tuple(sorted(edges))
