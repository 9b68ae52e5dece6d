"""Networks of cells that a design leaves open: search space, networks of the NumPy trainer, what they cost."""

from __future__ import annotations

__all__ = ["Skeleton"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import numpy as np

from tunewright.errors import ArchitectureError
from tunewright.nas.architecture import Architecture
from tunewright.nas.cell import Cell
from tunewright.nas.design import Design, Evolving, Wired, checked_design
from tunewright.nas.networks import Assembly
from tunewright.nas.wiring import Path
from tunewright.space import Space
from tunewright.training import Network, Splits
from tunewright.training.argument import count
from tunewright.training.cellular import CellMaker, cellular, positions
from tunewright.training.layers import Layer

Choice: TypeAlias = Mapping[str, Any] | Sequence[str] | Architecture
"""A configuration of the design, a path of it, or any architecture of trainable operations."""

_OPERATIONS = ("zero", "identity", "linear", "conv3", "conv5", "mean3")


@dataclass(frozen=True)
class Skeleton:
    """A network of equal cells, ready to train (see ``training.cellular``), whose graph ``design`` leaves open.

    It is a design too: strategies, studies and proxies take it in the place of the one it is made of.

    Args:
        design: a ``Cell``, ``DartsCell``, ``Macro``, ``Hierarchy``, …; its operations are those of
            ``training.operations``, to be trained. A ``Cell`` of six operations and four nodes when omitted.
        cells: how many cells follow one another; 1 where the design is of whole networks.
        filters: channels of every map whose operation does not name its own.
        dimensions: 1 for signals, 2 for images; when omitted the data's shape decides.

    Raises:
        ArchitectureError: what is no design.
        ValueError: sizes out of range.

    Examples:
        >>> from tunewright.nas import Macro
        >>> from tunewright.training import Recipe, Trainer, digit_signals, split
        >>> splits = split(digit_signals(200), seed=0)
        >>> skeleton = Skeleton(Macro(("conv3", "mean3"), depth=(1, 2), widths=(4, 8), skips=1), cells=1, filters=4)
        >>> config = {"depth": 2, "layer_1": "conv3", "width_1": 8, "layer_2": "mean3", "width_2": 8, "skip_0_2": True}
        >>> skeleton.cost(config, splits)  # weights and multiplications of the cell, maps of 20 samples
        (96, 2080)
        >>> trainer = Trainer(Recipe(epochs=1), splits, layers=skeleton.layers(config, splits))
    """

    design: Design = field(default_factory=lambda: Cell(operations=_OPERATIONS))
    cells: int = 2
    filters: int = 8
    dimensions: int | None = None

    def __post_init__(self) -> None:
        checked_design(self.design)
        count("cells", self.cells)
        count("filters", self.filters)

    # ---- as a design

    @property
    def space(self) -> Space:
        """That of the design."""
        return self.design.space

    def architecture(self, config: Mapping[str, Any]) -> Architecture:
        """See :class:`~tunewright.nas.design.Design`."""
        return self.design.architecture(config)

    def mutated(self, config: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Evolving`."""
        return cast("Evolving", self.design).mutated(config, draws)

    def crossed(self, a: Mapping[str, Any], b: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Evolving`."""
        return cast("Evolving", self.design).crossed(a, b, draws)

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Design`."""
        own = {"cells": self.cells, "filters": self.filters, "dimensions": self.dimensions}
        return {"design": "Skeleton", "of": self.design.to_json(), **own}

    # ---- as networks

    @property
    def wired(self) -> Wired:
        """The design, if it is one of operations on edges, which can share weights.

        Raises:
            ArchitectureError: it is not.
        """
        if not isinstance(self.design, Wired):
            raise ArchitectureError(
                f"design must be a Cell or a DartsCell for weights to be shared among its architectures, got "
                f"{self.design!r}; sharing.Elastic shares those of depths and widths"
            )
        return self.design

    def path_of(self, config: Mapping[str, Any]) -> Path:
        """The path that a configuration of ``space`` stands for."""
        return self.wired.path_of(config)

    def config_of(self, path: Sequence[str]) -> dict[str, Any]:
        """The configuration of ``space`` that stands for ``path``."""
        return self.wired.config_of(path)

    def graph(self, choice: Choice) -> Architecture:
        """The architecture that is built for a configuration, a path or an architecture.

        Raises:
            ArchitectureError: a path that the design does not have, or nothing of an input reaches the output.
        """
        if isinstance(choice, Architecture):
            return choice
        if not isinstance(choice, Mapping):
            self.wired.config_of(choice)
            return self.wired.wired(choice)
        if isinstance(self.design, Wired):  # with its places, which a supernet has too
            return self.design.wired(self.design.path_of(choice))
        return self.design.architecture(choice)

    def layers(self, choice: Choice, splits: Splits) -> tuple[Layer, ...]:
        """The layers of one architecture, for ``Trainer(recipe, splits, layers=...)``.

        Raises:
            ArchitectureError: as of :meth:`graph`, or an operation that cannot be trained.
        """
        return self._built(Assembly(self.graph(choice), self.filters).cell, splits)

    def network(self, choice: Choice, splits: Splits, seed: int = 0) -> Network:
        """The network of one architecture, its first weights drawn with ``seed``."""
        return Network(self.layers(choice, splits), np.random.default_rng(seed))

    def shared_layers(self, splits: Splits, operations: Sequence[Sequence[str]] | None = None) -> tuple[Layer, ...]:
        """The network of all paths, every edge with gates before its operations (all of them when omitted).

        Its batch norms keep the statistics of the last batch they saw, since those of one path say nothing of another.
        """
        design = self.wired
        open_ = operations or [design.operations] * len(design.edges)
        plain = next(name for name in design.operations if name != "zero")
        whole = design.wired([plain] * len(design.edges))
        assembly = Assembly(whole, self.filters, 1.0, dict(zip(design.places, open_, strict=True)))
        return self._built(assembly.cell, splits, momentum=1.0)

    def cost(self, choice: Choice, splits: Splits) -> tuple[int, int]:
        """(weights, multiplications an example) of the cells on the splits' data; the rest is always there.

        Operations that reach nothing, or that nothing reaches, are not built and cost nothing.
        """
        assembly, costs = Assembly(self.graph(choice), self.filters), list[tuple[int, int]]()

        def counted(sides: tuple[int, ...], states: tuple[int, ...], last: bool) -> tuple[Layer, tuple[int, ...]]:  # noqa: FBT001
            costs.append(assembly.cost(sides, states))
            return assembly.cell(sides, states, last)

        self._built(counted, splits)
        return sum(weights for weights, _ in costs), sum(multiplications for _, multiplications in costs)

    def _built(self, cell: CellMaker, splits: Splits, momentum: float = 0.1) -> tuple[Layer, ...]:
        sides, channels = positions(splits.train.shape, self.dimensions)
        return cellular(
            sides, channels, splits.classes, cell, cells=self.cells, filters=self.filters, momentum=momentum
        )
