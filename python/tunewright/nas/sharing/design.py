"""What a network of cells leaves open: one operation for each edge of its cell."""

from __future__ import annotations

__all__ = ["CellNetwork", "Path"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tunewright.errors import ArchitectureError
from tunewright.nas.cell import Cell
from tunewright.space import Space
from tunewright.training import Splits
from tunewright.training.argument import count
from tunewright.training.cellular import OPERATIONS, cell_sides, cellular, complete_edges, operation_cost, positions
from tunewright.training.layers import Layer

Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellNetwork:
    """A network of equal cells, ready to train (see ``training.cellular``), whose edges ``cell`` leaves open.

    A *path* is one choice: the name of an operation for each of ``edges``, in their order.

    Args:
        cell: a :class:`~tunewright.nas.Cell`, its operations of "zero", "identity", "linear", "conv3", "conv5" and
            "mean3"; all of them and four nodes when omitted.
        cells: how many cells follow one another.
        filters: channels of every map.
        dimensions: 1 for signals, 2 for images; when omitted the data's shape decides (see ``training.cellular``).

    Raises:
        ArchitectureError: an operation that cannot be trained, or only one, which leaves no choice.
        ValueError: sizes out of range.
    """

    cell: Cell = field(default_factory=lambda: Cell(operations=tuple(OPERATIONS)))
    cells: int = 2
    filters: int = 8
    dimensions: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.cell, Cell):
            raise ArchitectureError(f"cell must be a tunewright.nas.Cell, got {self.cell!r}")
        unknown = [name for name in self.operations if name not in OPERATIONS]
        if unknown:
            raise ArchitectureError(
                f"the cell's operations must be of {', '.join(OPERATIONS)}; got {', '.join(map(repr, unknown))}"
            )
        if len(self.operations) < 2:
            raise ArchitectureError(
                f"the cell's operations must be two or more, got {self.operations}: there would be one path and "
                "nothing to choose; train a single one with Trainer(layers=...)"
            )
        count("cells", self.cells)
        count("filters", self.filters)

    @property
    def operations(self) -> tuple[str, ...]:
        """What an edge may be."""
        return self.cell.operations

    @property
    def space(self) -> Space:
        """That of the cell: one categorical parameter an edge."""
        return self.cell.space

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """(0, 1), (0, 2), (1, 2), (0, 3), …"""
        return complete_edges(self.cell.nodes)

    def path_of(self, config: Mapping[str, Any]) -> Path:
        """The path that a configuration of ``space`` stands for."""
        return self.checked([config[name] for name in self.cell.names])

    def config_of(self, path: Sequence[str]) -> dict[str, str]:
        """The configuration of ``space`` that stands for ``path``."""
        return dict(zip(self.cell.names, self.checked(path), strict=True))

    def checked(self, path: Sequence[str]) -> Path:
        """``path`` as a tuple.

        Raises:
            ArchitectureError: another number of operations than edges, or one that the design does not have.
        """
        if isinstance(path, str) or len(path) != len(self.edges) or any(name not in self.operations for name in path):
            raise ArchitectureError(
                f"path must name one of {', '.join(self.operations)} for each of the {len(self.edges)} edges, "
                f"got {path!r}"
            )
        return tuple(path)

    def connected(self, path: Sequence[str]) -> bool:
        """Whether anything of the cell's input reaches its output."""
        reached = {0}
        for (i, j), name in zip(self.edges, self.checked(path), strict=True):
            if i in reached and name != "zero":
                reached.add(j)
        return self.cell.nodes - 1 in reached

    def cost(self, path: Sequence[str], splits: Splits) -> tuple[int, int]:
        """(weights, multiplications an example) of the cells on the splits' data; the rest is always there."""
        sides = positions(splits.train.shape, self.dimensions)[0]
        every = [
            operation_cost(name, smaller, self.filters)
            for smaller in cell_sides(sides, self.cells)
            for name in self.checked(path)
        ]
        return sum(weights for weights, _ in every), sum(multiplications for _, multiplications in every)

    def layers(self, path: Sequence[str], splits: Splits) -> tuple[Layer, ...]:
        """The network of one path, for ``Trainer(recipe, splits, layers=...)``.

        Raises:
            ArchitectureError: a path on which nothing of the input reaches the output.
        """
        if not self.connected(path):
            raise ArchitectureError(
                f"path must connect the cell's input with its output, got {path!r}; it is zero in between"
            )
        return self._built(self.checked(path), splits, momentum=0.1)

    def shared_layers(self, splits: Splits, operations: Sequence[Sequence[str]] | None = None) -> tuple[Layer, ...]:
        """The network of all paths, every edge with gates before its operations (all of them when omitted).

        Its batch norms keep the statistics of the last batch they saw, since those of one path say nothing of another.
        """
        return self._built(operations or [self.operations] * len(self.edges), splits, momentum=1.0)

    def _built(self, operations: Sequence[str | Sequence[str]], splits: Splits, momentum: float) -> tuple[Layer, ...]:
        sides, channels = positions(splits.train.shape, self.dimensions)
        return cellular(
            sides,
            channels,
            splits.classes,
            edges=self.edges,
            operations=operations,
            cells=self.cells,
            filters=self.filters,
            momentum=momentum,
        )
