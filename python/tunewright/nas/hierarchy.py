"""Graphs whose edges are graphs: motifs of operations, and a cell of motifs."""

from __future__ import annotations

__all__ = ["Hierarchy"]

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tunewright.nas.architecture import Architecture
from tunewright.nas.cell import Cell
from tunewright.nas.design import checked_operations, complete, whole
from tunewright.nas.draws import one_of
from tunewright.nas.wiring import graph_of
from tunewright.space import Space

_MOST_MOTIFS = 16


@dataclass(frozen=True)
class Hierarchy:
    """A cell whose edges carry small graphs, which are searched too (Liu et al., ICLR 2018, with two levels).

    A motif is a ``Cell`` of ``motif_nodes`` nodes over the operations: its parameters are ``motif_1_edge_0_1``, …. The
    cell on top has ``nodes`` nodes, and on every edge ``"zero"``, ``"identity"`` or one of the motifs, ``"motif_1"``,
    …: its parameters are ``edge_0_1``, …. A motif that is used twice stands there twice, with weights of its own.

    Args:
        operations: what an edge of a motif may be.
        motifs: how many there are.
        motif_nodes: nodes of each.
        nodes: nodes of the cell on top.
        prefix: of the parameters' names.

    Raises:
        ArchitectureError: no operations or one twice, sizes out of range.
    """

    operations: tuple[str, ...] = ("zero", "identity", "linear", "conv3", "mean3")
    motifs: int = 2
    motif_nodes: int = 3
    nodes: int = 3
    prefix: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "operations", checked_operations(self.operations))
        whole("motifs", self.motifs, 1, _MOST_MOTIFS)
        for level in (*self._motifs, self._top):
            _ = level.space  # each checks its own sizes

    @cached_property
    def _motifs(self) -> tuple[Cell, ...]:
        names = [f"{self.prefix}motif_{k}_" for k in range(1, self.motifs + 1)]
        return tuple(Cell(self.motif_nodes, self.operations, prefix=name) for name in names)

    @cached_property
    def _top(self) -> Cell:
        choices = ("zero", "identity", *(f"motif_{k}" for k in range(1, self.motifs + 1)))
        return Cell(self.nodes, choices, prefix=self.prefix)

    @cached_property
    def space(self) -> Space:
        """The parameters of every motif and of the cell on top; each level is connected."""
        levels = (*self._motifs, self._top)
        domains = {name: domain for level in levels for name, domain in level.space.by_name.items()}
        return Space(domains).forbid(*(constraint for level in levels for constraint in level.space.constraints))

    def architecture(self, config: Mapping[str, Any]) -> Architecture:
        """See :class:`~tunewright.nas.design.Design`."""
        graphs = {f"motif_{k}": _chosen(motif, config) for k, motif in enumerate(self._motifs, start=1)}
        operations, edges = graph_of(self.nodes, _chosen(self._top, config))
        out: list[str] = []
        pairs: list[tuple[int, int]] = []
        places: dict[int, int] = {}
        for node, name in enumerate(operations):
            places[node] = first = len(out)
            if name not in graphs:
                out.append(name)
                pairs += [(places[i], first) for i, j in edges if j == node]
                continue
            inner, inner_edges = graph_of(self.motif_nodes, graphs[name])
            out += ["identity", *inner[1:-1], "identity"]
            pairs += [(places[i], first) for i, j in edges if j == node]
            pairs += [(first + i, first + j) for i, j in inner_edges]
            places[node] = len(out) - 1
        return Architecture(tuple(out), tuple(pairs))

    def mutated(self, config: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Evolving`: a change of one level, drawn by the edges that each has."""
        own = {name: config[name] for name in self.space.names}
        name = one_of(self.space.names, draws)
        level = next(level for level in (*self._motifs, self._top) if name in level.names)
        return {**own, **level.mutated(own, draws)}

    def crossed(self, a: Mapping[str, Any], b: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Evolving`: each motif, and the cell on top, comes from one parent."""
        child: dict[str, Any] = {}
        for level in (*self._motifs, self._top):
            parent = one_of((a, b), draws)
            child |= {name: parent[name] for name in level.names}
        return child

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Design`."""
        return {"design": "Hierarchy", **asdict(self), "operations": list(self.operations)}


def _chosen(cell: Cell, config: Mapping[str, Any]) -> dict[tuple[int, int], str]:
    return {edge: config[name] for edge, name in zip(complete(cell.nodes), cell.names, strict=True)}
