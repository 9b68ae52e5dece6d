"""Cells with an operation on every edge, of the shapes of NAS-Bench-201 and of DARTS."""

from __future__ import annotations

__all__ = ["Cell", "DartsCell"]

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any

from tunewright.nas.architecture import Architecture
from tunewright.nas.design import checked_operations, complete, whole
from tunewright.space import Categorical, Space

_MOST_NODES = 8  # 28 edges; a way more for every set of inner nodes


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
        checked_operations([name for name in self.operations if name != "zero"])

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
        chosen = {edge: config[name] for edge, name in zip(complete(self.nodes), self.names, strict=True)}
        return Architecture(*graph_of(self.nodes, chosen))

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Design`."""
        return {"design": "Cell", **asdict(self), "operations": list(self.operations)}


def graph_of(nodes: int, chosen: Mapping[tuple[int, int], str]) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Operations and edges of the graph in which operations are nodes and the inner nodes are identities."""
    operations, edges, places = ["input"], [], {0: 0}
    for target in range(1, nodes):
        brought = []
        for source in range(target):
            if (source, target) in chosen:
                edges.append((places[source], len(operations)))
                brought.append(len(operations))
                operations.append(chosen[source, target])
        places[target] = len(operations)
        edges += [(place, len(operations)) for place in brought]
        operations.append("output" if target == nodes - 1 else "identity")
    return tuple(operations), tuple(edges)


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

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Design`."""
        return {"design": "DartsCell", **asdict(self), "operations": list(self.operations)}
