"""Cells of the shape of DARTS, in which every node takes two earlier ones."""

from __future__ import annotations

__all__ = ["DartsCell"]

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from tunewright.nas.architecture import Architecture
from tunewright.nas.design import checked_operations, whole
from tunewright.nas.draws import another, one_of
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
        for node in range(2, self.nodes + 2):
            domains[f"{self.prefix}node_{node}_from"] = Categorical(*combinations(range(node), 2))
            domains[f"{self.prefix}node_{node}_first"] = Categorical(*self.operations)
            domains[f"{self.prefix}node_{node}_second"] = Categorical(*self.operations)
        return Space(domains)

    def architecture(self, config: Mapping[str, Any]) -> Architecture:
        """See :class:`~tunewright.nas.design.Design`."""
        operations, edges, places = ["input0", "input1"], [], [0, 1]
        for node in range(2, self.nodes + 2):
            name, total = f"{self.prefix}node_{node}", len(operations) + 2
            for source, which in zip(config[f"{name}_from"], ("first", "second"), strict=True):
                edges += [(places[source], len(operations)), (len(operations), total)]
                operations.append(config[f"{name}_{which}"])
            places.append(total)
            operations.append("identity")
        edges += [(place, len(operations)) for place in places[2:]]
        return Architecture((*operations, "concat"), tuple(edges))

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
        for node in range(2, self.nodes + 2):
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
