"""Cells with an operation on every edge, of the shape of NAS-Bench-201."""

from __future__ import annotations

__all__ = ["Cell"]

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tunewright.errors import ArchitectureError
from tunewright.nas.architecture import Architecture
from tunewright.nas.design import checked_operations, complete, whole
from tunewright.nas.draws import another, one_of
from tunewright.nas.wiring import Path, checked_path, graph_of, operation_places
from tunewright.space import Categorical, Space

_MOST_NODES = 8  # 28 edges; a way more for every set of inner nodes
_REWIRED = 0.25  # of the changes; chosen on tables of other data than the ones that are reported


@dataclass(frozen=True)
class Cell:
    """Every pair of nodes has an edge, and every edge an operation (NAS-Bench-201, Dong & Yang, ICLR 2020).

    Node 0 is the input, the last one the output, every other one the sum of what its edges bring. The parameter
    ``edge_0_1`` is the operation on the edge from node 0 to node 1; with ``"zero"`` there is none.

    Args:
        nodes: input and output included.
        operations: what an edge may be; ``"zero"`` and ``"identity"`` have a meaning, see ``Architecture``.
        connected: whether the space forbids cells in which nothing of the input reaches the output.
        prefix: of the parameters' names, to tell cells apart that are searched together.

    Raises:
        ArchitectureError: no operations, one twice, only ``"zero"``, a number of nodes below 2 or above 8.

    Examples:
        >>> Cell(nodes=4).space.size
        15625
    """

    nodes: int = 4
    operations: tuple[str, ...] = ("zero", "identity", "linear", "conv3", "mean3")
    connected: bool = True
    prefix: str = ""

    def __post_init__(self) -> None:
        whole("nodes", self.nodes, 2, _MOST_NODES)
        object.__setattr__(self, "operations", checked_operations(self.operations))
        if self.operations == ("zero",):
            raise ArchitectureError("operations must have one or more beside 'zero', through which nothing flows")

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, one an edge."""
        return tuple(f"{self.prefix}edge_{i}_{j}" for i, j in complete(self.nodes))

    @cached_property
    def space(self) -> Space:
        """One categorical parameter an edge."""
        space = Space({name: Categorical(*self.operations) for name in self.names})
        return space.forbid(self._cut()) if self.connected and "zero" in self.operations else space

    def _cut(self) -> str:
        """The expression that is true where every way from the input to the output has a zero."""
        inner = range(1, self.nodes - 1)
        ways = [(0, *via, self.nodes - 1) for count in range(self.nodes - 1) for via in combinations(inner, count)]
        zeros = [" or ".join(f"{self.prefix}edge_{i}_{j} == 'zero'" for i, j in pairwise(way)) for way in ways]
        return " and ".join(f"({zero})" for zero in zeros)

    def architecture(self, config: Mapping[str, Any]) -> Architecture:
        """See :class:`~tunewright.nas.design.Design`."""
        return self.wired(self.path_of(config))

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """(0, 1), (0, 2), (1, 2), (0, 3), …"""
        return complete(self.nodes)

    @property
    def places(self) -> tuple[int, ...]:
        """See :class:`~tunewright.nas.design.Wired`."""
        return operation_places(self.nodes)

    def path_of(self, config: Mapping[str, Any]) -> Path:
        """See :class:`~tunewright.nas.design.Wired`."""
        return tuple(config[name] for name in self.names)

    def config_of(self, path: Sequence[str]) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Wired`."""
        return dict(zip(self.names, checked_path(path, self.edges, self.operations), strict=True))

    def wired(self, path: Sequence[str]) -> Architecture:
        """See :class:`~tunewright.nas.design.Wired`."""
        return Architecture(*graph_of(self.nodes, dict(zip(self.edges, path, strict=True))))

    def kept(self, strengths: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.bool_]:
        """See :class:`~tunewright.nas.design.Wired`: all edges."""
        return np.ones(len(strengths), dtype=np.bool_)

    def mutated(self, config: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Evolving`: another operation on an edge, or two that meet swapped."""
        child = {name: config[name] for name in self.names}
        swaps = [(a, b) for a, b in self._meeting if child[a] != child[b]]
        if swaps and (len(self.operations) == 1 or draws.random() < _REWIRED):
            a, b = one_of(swaps, draws)
            return {**child, a: child[b], b: child[a]}
        name = one_of(self.names, draws)
        return {**child, name: another(self.operations, child[name], draws)}

    def crossed(self, a: Mapping[str, Any], b: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Evolving`: all edges that lead to a node come from one parent."""
        parents = [one_of((a, b), draws) for _ in range(self.nodes)]
        return {name: parents[edge[1]][name] for edge, name in zip(complete(self.nodes), self.names, strict=True)}

    @cached_property
    def _meeting(self) -> tuple[tuple[str, str], ...]:
        """Pairs of edges that have the same source or the same target: to swap them is to rewire."""
        named = zip(complete(self.nodes), self.names, strict=True)
        return tuple((a, b) for (e, a), (f, b) in combinations(named, 2) if e[0] == f[0] or e[1] == f[1])

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Design`."""
        return {"design": "Cell", **asdict(self), "operations": list(self.operations)}
