"""Cells of the shape of DARTS, in which every node takes two earlier ones."""

from __future__ import annotations

__all__ = ["DartsCell"]

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from tunewright.errors import ArchitectureError
from tunewright.nas.architecture import Architecture
from tunewright.nas.design import checked_operations, whole
from tunewright.nas.draws import another, one_of
from tunewright.nas.wiring import Path, checked_path, graph_of, operation_places
from tunewright.space import Categorical, Space

_MOST_NODES = 8  # inner ones


@dataclass(frozen=True)
class DartsCell:
    """Every inner node takes two earlier ones, each through an operation (DARTS, Liu et al., ICLR 2019).

    The two inputs are the outputs of the two cells before; the output puts all inner nodes side by side. For inner node
    k the parameter ``node_k_from`` is the pair of nodes it takes, 0 and 1 being the inputs, and ``node_k_first``,
    ``node_k_second`` are the operations on the two edges.

    Args:
        nodes: inner nodes.
        operations: what an edge may be. There is no ``"zero"``: an edge that is not wanted is not taken.
        prefix: of the parameters' names, as for a normal and a reduction cell that are searched together.

    Raises:
        ArchitectureError: no operations, one twice or ``"zero"``, a number of nodes below 1 or above 8.

    Examples:
        >>> DartsCell(nodes=2, operations=("identity", "conv3")).space.size
        48
    """

    nodes: int = 4
    operations: tuple[str, ...] = ("identity", "max3", "mean3", "separable3", "separable5", "dilated3", "dilated5")
    prefix: str = ""

    def __post_init__(self) -> None:
        whole("nodes", self.nodes, 1, _MOST_NODES)
        object.__setattr__(self, "operations", checked_operations(self.operations, reserved=("zero",)))

    @cached_property
    def space(self) -> Space:
        """Three categorical parameters an inner node."""
        domains = {}
        for node in self._inner:
            domains[f"{self.prefix}node_{node}_from"] = Categorical(*combinations(range(node), 2))
            domains[f"{self.prefix}node_{node}_first"] = Categorical(*self.operations)
            domains[f"{self.prefix}node_{node}_second"] = Categorical(*self.operations)
        return Space(domains)

    def architecture(self, config: Mapping[str, Any]) -> Architecture:
        """See :class:`~tunewright.nas.design.Design`."""
        chosen = {(source, node): name for node in self._inner for source, name in self._edges(config, node)}
        return Architecture(*graph_of(self.nodes + 2, chosen, inputs=2))

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """All that may be taken: (0, 2), (1, 2), (0, 3), (1, 3), (2, 3), …"""
        return tuple((source, node) for node in self._inner for source in range(node))

    @property
    def places(self) -> tuple[int, ...]:
        """See :class:`~tunewright.nas.design.Wired`."""
        return operation_places(self.nodes + 2, inputs=2)

    def path_of(self, config: Mapping[str, Any]) -> Path:
        """See :class:`~tunewright.nas.design.Wired`: "zero" on the edges that are not taken."""
        taken = {(source, node): name for node in self._inner for source, name in self._edges(config, node)}
        return tuple(taken.get(edge, "zero") for edge in self.edges)

    def config_of(self, path: Sequence[str]) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Wired`."""
        names = checked_path(path, self.edges, ("zero", *self.operations))
        config: dict[str, Any] = {}
        for node in self._inner:
            taken = [(i, name) for (i, j), name in zip(self.edges, names, strict=True) if j == node and name != "zero"]
            if len(taken) != 2:
                raise ArchitectureError(
                    f"path must take two edges to every node, got {len(taken)} to node {node}: {names}"
                )
            config |= self._named(node, taken)
        return config

    def wired(self, path: Sequence[str]) -> Architecture:
        """See :class:`~tunewright.nas.design.Wired`."""
        return Architecture(*graph_of(self.nodes + 2, dict(zip(self.edges, path, strict=True)), inputs=2))

    def kept(self, strengths: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.bool_]:
        """See :class:`~tunewright.nas.design.Wired`: the two strongest edges of every node."""
        kept = np.zeros(len(strengths), dtype=np.bool_)
        first = 0
        for node in self._inner:
            kept[first + np.argsort(-strengths[first : first + node], kind="stable")[:2]] = True
            first += node
        return kept

    @property
    def _inner(self) -> range:
        return range(2, self.nodes + 2)

    def mutated(self, config: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Evolving`: another operation or another source of one edge (AmoebaNet).

        The other edge of the node keeps its operation and source.
        """
        child = {name: config[name] for name in self.space.names}
        node, which = int(draws.integers(2, self.nodes + 2)), int(draws.integers(2))
        edges = self._edges(child, node)
        free = [source for source in range(node) if source not in dict(edges)]
        source, operation = edges[which]
        if free and (len(self.operations) == 1 or draws.random() < 0.5):
            source = one_of(free, draws)
        else:
            operation = another(self.operations, operation, draws)
        edges[which] = source, operation
        return {**child, **self._named(node, edges)}

    def crossed(self, a: Mapping[str, Any], b: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Evolving`: every node takes its two edges from one parent."""
        child: dict[str, Any] = {}
        for node in self._inner:
            child |= self._named(node, self._edges(one_of((a, b), draws), node))
        return child

    def _edges(self, config: Mapping[str, Any], node: int) -> list[tuple[int, str]]:
        """The two (source, operation) of a node."""
        name = f"{self.prefix}node_{node}"
        sources: tuple[int, int] = config[f"{name}_from"]
        return [(sources[0], config[f"{name}_first"]), (sources[1], config[f"{name}_second"])]

    def _named(self, node: int, edges: list[tuple[int, str]]) -> dict[str, Any]:
        """The parameters of a node with these edges, whose sources are in order there."""
        name, ((i, first), (j, second)) = f"{self.prefix}node_{node}", sorted(edges)
        return {f"{name}_from": (i, j), f"{name}_first": first, f"{name}_second": second}

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Design`."""
        return {"design": "DartsCell", **asdict(self), "operations": list(self.operations)}
