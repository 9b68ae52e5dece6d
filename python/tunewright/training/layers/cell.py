"""A small graph of layers as one layer (the cell of Zoph et al. 2018, with sums at the nodes)."""

from __future__ import annotations

__all__ = ["Cell"]

from dataclasses import dataclass
from typing import cast

import numpy as np

from tunewright.training.layers.chain import initial_of_parts, shared_out, slots_of_parts
from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot


@dataclass(frozen=True, slots=True)
class Cell(Layer):
    """Node 0 is x, node j the sum of f_ij(node i) over the edges (i, j), and y the last node.

    ``edges`` are pairs i < j in ascending order of j; ``layers`` has one layer an edge, which keeps the shape of x.
    Slots are named by the place of their edge.

    Raises:
        ValueError: no edges, edges and layers of different number, an edge that does not point forward, edges that are
            not in order, a node that nothing leads to.
    """

    edges: tuple[tuple[int, int], ...]
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if not self.edges or len(self.edges) != len(self.layers):
            raise ValueError(
                f"edges must hold at least one edge and layers one layer for each, got {len(self.edges)} edges "
                f"and {len(self.layers)} layers"
            )
        targets = [j for _, j in self.edges]
        if any(not 0 <= i < j for i, j in self.edges) or targets != sorted(targets):
            raise ValueError(f"edges must be pairs (i, j) with 0 <= i < j, in ascending order of j, got {self.edges}")
        if set(targets) != set(range(1, targets[-1] + 1)):
            raise ValueError(f"edges must lead to every node from 1 to {targets[-1]}, got {self.edges}")

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Those of all edges."""
        return slots_of_parts(self.layers)

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """Those of all edges."""
        return initial_of_parts(self.layers, rng)

    def predict(self, held: Held, x: Array) -> Array:
        """The last node."""
        nodes = [x]
        for (i, j), layer, own in zip(self.edges, self.layers, shared_out(held, len(self.layers)), strict=True):
            _gather(nodes, j, layer.predict(own, nodes[i]))
        return nodes[-1]

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """The last node, keeping what each edge keeps."""
        nodes, caches = [x], []
        for (i, j), layer, own in zip(self.edges, self.layers, shared_out(held, len(self.layers)), strict=True):
            y, cache = layer.forward(own, nodes[i], rng)
            _gather(nodes, j, y)
            caches.append(cache)
        return nodes[-1], cast("Cache", tuple(caches))

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """The slope of node i is the sum of f_ij'(node i) times that of node j, from the last node to the first."""
        nodes = [np.zeros_like(dy) for _ in range(self.edges[-1][1])] + [dy]
        n = len(self.layers)
        steps = zip(
            self.edges,
            self.layers,
            shared_out(held, n),
            shared_out(slopes, n),
            cast("tuple[Cache, ...]", cache),
            strict=True,
        )
        for (i, j), layer, own, own_slopes, own_cache in reversed(list(steps)):
            nodes[i] += layer.backward(own, own_cache, nodes[j], own_slopes)
        return nodes[0]


def _gather(nodes: list[Array], j: int, y: Array) -> None:
    """Add y to node j, the last one or the next; no edge's output is changed."""
    if j == len(nodes):
        nodes.append(y)
    else:
        nodes[j] = nodes[j] + y
