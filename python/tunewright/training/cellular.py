"""A network of cells: a stem, the same small graph of operations several times, the mean, a linear layer.

The shape of Dong & Yang 2020 (NAS-Bench-201), made small: pooling in place of residual blocks between the cells.
"""

from __future__ import annotations

__all__ = ["OPERATIONS", "cell_sides", "cellular", "complete_edges", "operation_cost", "positions"]

import math
from collections.abc import Callable, Sequence

from tunewright.training.argument import choice, count, whole
from tunewright.training.layers import (
    BatchNorm,
    Cell,
    Chain,
    Convolution,
    Gated,
    Identity,
    Layer,
    Linear,
    MeanFilter,
    MeanPool,
    PairPool,
    Pool,
    ReLU,
    Rows,
    Zero,
)

Sides = tuple[int, ...]
_SMALLEST = 4  # cells of smaller maps would see nothing but their edges


def _convolution(kernel: int) -> Callable[[Sides, int, BatchNorm], Layer]:
    def made(sides: Sides, channels: int, norm: BatchNorm) -> Layer:
        return Chain((ReLU(), Convolution(sides, kernel, channels, channels), norm))

    return made


OPERATIONS: dict[str, Callable[[Sides, int, BatchNorm], Layer]] = {
    "zero": lambda sides, channels, norm: Zero(),
    "identity": lambda sides, channels, norm: Identity(),
    "linear": _convolution(1),
    "conv3": _convolution(3),
    "conv5": _convolution(5),
    "mean3": lambda sides, channels, norm: MeanFilter(sides, 3),
}
_KERNELS = {"linear": 1, "conv3": 3, "conv5": 5}


def operation_cost(name: str, sides: Sides, channels: int) -> tuple[int, int]:
    """(weights, multiplications an example) of one operation on maps of ``sides``; batch norm and sums not counted.

    A mean filter multiplies each unit once.
    """
    choice("operation", name, OPERATIONS)
    units = math.prod(sides) * channels
    if name not in _KERNELS:
        return 0, units if name == "mean3" else 0
    weights = _KERNELS[name] ** len(sides) * channels * channels
    return weights, weights * math.prod(sides)


def complete_edges(nodes: int) -> tuple[tuple[int, int], ...]:
    """All edges (i, j), i < j, between ``nodes`` nodes: (0, 1), (0, 2), (1, 2), (0, 3), …"""
    return tuple((i, j) for j in range(1, whole("nodes", nodes, least=2)) for i in range(j))


def positions(shape: tuple[int, ...], dimensions: int | None = None) -> tuple[Sides, int]:
    """(sides, channels) of examples of ``shape``.

    One dimension is a signal, (length,) or (length, channels); two are an image, (height, width) or (height, width,
    channels). When omitted, what has one side, or a second side of 1, is a signal.

    Raises:
        ValueError: a shape that is neither.
    """
    if dimensions is None:
        dimensions = 1 if len(shape) == 1 or (len(shape) == 2 and shape[1] == 1) else 2
    if whole("dimensions", dimensions, least=1) > 2 or len(shape) not in (dimensions, dimensions + 1):
        raise ValueError(
            f"shape must be (length,) or (length, channels) for dimensions=1, (height, width) or (height, width, "
            f"channels) for dimensions=2; got {shape} and dimensions={dimensions}"
        )
    return shape[:dimensions], (*shape, 1)[dimensions]


def cell_sides(sides: Sides, cells: int) -> list[Sides]:
    """The sides of the maps of each cell: halved before it, as long as no side falls below 4."""
    every = []
    for _ in range(count("cells", cells)):
        if min(sides) // 2 >= _SMALLEST:
            sides = tuple(side // 2 for side in sides)
        every.append(sides)
    return every


def cellular(
    sides: Sides,
    inputs: int,
    outputs: int,
    *,
    edges: Sequence[tuple[int, int]],
    operations: Sequence[str | Sequence[str]],
    cells: int = 2,
    filters: int = 8,
    momentum: float = 0.1,
) -> tuple[Layer, ...]:
    """The layers for examples (n, P · inputs), P the product of ``sides``, position after position.

    A convolution of 3 (by 3) to ``filters`` channels, batch norm; ``cells`` times a max pooling of 2 (see
    ``cell_sides``) and the cell; batch norm, rectifier, the mean over the positions, a linear layer. ``operations``
    names what is on each edge: one operation, or several behind gates (see ``Gated``), the same in every cell. The
    batch norms of operations behind gates have no gain, which would do what the gate does (Liu et al. 2019, A.1.1).
    ``momentum`` is that of the batch norms; with 1 their statistics are those of the last batch alone.

    Raises:
        ValueError: an unknown operation, an edge without any, a number out of range.
    """
    if len(edges) != len(operations):
        raise ValueError(f"operations must name what is on each of the {len(edges)} edges, got {len(operations)}")
    count("filters", filters)
    layers: list[Layer] = [Rows(math.prod(sides)), Convolution(sides, 3, inputs, filters), BatchNorm(filters, momentum)]
    for smaller in cell_sides(sides, cells):
        if smaller != sides:
            layers.append(Pool(*sides) if len(sides) == 2 else PairPool(sides[0]))
        sides = smaller
        on_edges = tuple(_on_edge(names, sides, filters, momentum) for names in operations)
        layers.append(Cell(tuple(edges), on_edges))
    layers += [BatchNorm(filters, momentum), ReLU(), MeanPool(math.prod(sides))]
    return (*layers, Linear(filters, outputs, "xavier"))


def _on_edge(names: str | Sequence[str], sides: Sides, channels: int, momentum: float) -> Layer:
    several = (names,) if isinstance(names, str) else names
    norm = BatchNorm(channels, momentum, affine=isinstance(names, str))
    made = tuple(OPERATIONS[choice("operations", name, OPERATIONS)](sides, channels, norm) for name in several)
    return made[0] if isinstance(names, str) else Gated(made)
