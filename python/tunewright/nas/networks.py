"""Layers of the NumPy trainer from architectures."""

from __future__ import annotations

__all__ = ["Assembly"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tunewright.errors import ArchitectureError
from tunewright.nas.architecture import Architecture
from tunewright.training.layers import BatchNorm, Chain, Convolution, Gated, Graph, Identity, Layer, ReLU
from tunewright.training.operations import OPERATIONS, operation, operation_cost

Sides: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Assembly:
    """Cells with the operations of one architecture, of as many channels as ``filters`` where none are named.

    A node ``"conv3:16"`` has 16 channels. Inputs of another width than ``filters`` are brought to it first, by a
    rectifier, a convolution of 1 and a batch norm. With several inputs, the last one is the output of the cell before,
    the one before that of the cell before that one, …: as many outputs lie side by side between the cells. Nodes that
    nothing reaches, or that reach nothing, are not built.

    Args:
        architecture: the graph; what it lists is built as it stands, and keeps its places.
        choices: nodes that have several operations behind gates (see ``Gated``), with their names. Batch norms behind
            gates have no gain, which would do what the gate does (Liu et al. 2019, A.1.1).
        momentum: of the batch norms.

    Raises:
        ArchitectureError: an operation that cannot be trained.
    """

    architecture: Architecture
    filters: int
    momentum: float = 0.1
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = self.architecture.operations[self._inputs : -1]
        for name in (*named, *(name for names in self.choices.values() for name in names)):
            kind, colon, width = name.partition(":")
            if kind not in OPERATIONS or (colon and not (width.isdigit() and int(width) > 0)):
                raise ArchitectureError(
                    f"operation {name!r} cannot be trained: use {', '.join(OPERATIONS)}, or one of them with its "
                    "channels, as in 'conv3:16'"
                )

    @property
    def _inputs(self) -> int:
        return self.architecture.inputs

    def cell(self, sides: Sides, states: tuple[int, ...], last: bool) -> tuple[Layer, tuple[int, ...]]:  # noqa: FBT001
        """See ``training.cellular.CellMaker``."""
        parts, layers, sources, widths, _ = self._built(sides, states)
        beside = {len(layers) - 1} if self.architecture.operations[-1] == "concat" else set[int]()
        kept: tuple[int, ...] = ()
        if not last and self._inputs > 1:
            kept = tuple(range(len(states)))[-self._inputs + 1 :]
            beside.add(len(layers))
            sources.append((*kept, parts + len(layers) - 1))
            layers.append(Identity())
        graph = Graph(states, tuple(layers), tuple(sources), frozenset(beside))
        return graph, (*(states[place] for place in kept), widths[-1])

    def cost(self, sides: Sides, states: tuple[int, ...]) -> tuple[int, int]:
        """(weights, multiplications an example) of a cell; batch norms and sums not counted."""
        return self._built(sides, states)[-1]

    def _built(
        self, sides: Sides, states: tuple[int, ...]
    ) -> tuple[int, list[Layer], list[tuple[int, ...]], list[int], tuple[int, int]]:
        """Parts of x, a layer and sources for each node, the channels of each node, and what all cost."""
        graph, parts = self.architecture, len(states)
        layers, sources, widths, costs = list[Layer](), list[tuple[int, ...]](), list[int](), list[tuple[int, int]]()
        for node, name in enumerate(graph.operations):
            before = [i for i, j in graph.edges if j == node and graph.live[i]]
            if node < self._inputs:
                place = max(0, parts - self._inputs + node)
                came = [states[place]]
                sources.append((place,) if graph.live[node] else ())
                layer, width, cost = self._brought(sides, came[0])
            else:
                came = [widths[i] for i in before]
                sources.append(tuple(parts + i for i in before) if graph.live[node] else ())
                layer, width, cost = self._made(node, name, sides, came or [self.filters])
            layers.append(layer)
            widths.append(width)
            costs.append(cost if graph.live[node] else (0, 0))
        return parts, layers, sources, widths, (sum(w for w, _ in costs), sum(m for _, m in costs))

    def _brought(self, sides: Sides, width: int) -> tuple[Layer, int, tuple[int, int]]:
        """An input of ``width`` channels as one of ``filters``."""
        if width == self.filters:
            return Identity(), width, (0, 0)
        way = Chain((ReLU(), Convolution(sides, 1, width, self.filters), self._norm(self.filters)))
        return way, self.filters, operation_cost("linear", sides, width, self.filters)

    def _made(self, node: int, name: str, sides: Sides, came: list[int]) -> tuple[Layer, int, tuple[int, int]]:
        """The layer of a node to which sources of these widths lead, its channels, and its cost."""
        if name == "concat":
            return Identity(), sum(came), (0, 0)
        inputs, (kind, _, size) = max(came), name.partition(":")
        if name == "output":
            return Identity(), inputs, (0, 0)
        width = int(size) if size else inputs
        if node not in self.choices:
            return operation(kind, sides, inputs, width, self._norm), width, operation_cost(kind, sides, inputs, width)
        behind = [operation(choice, sides, inputs, width, self._gainless) for choice in self.choices[node]]
        return Gated(tuple(behind)), width, (0, 0)

    def _norm(self, channels: int) -> BatchNorm:
        return BatchNorm(channels, self.momentum)

    def _gainless(self, channels: int) -> BatchNorm:
        return BatchNorm(channels, self.momentum, affine=False)
