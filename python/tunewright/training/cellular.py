"""A network of cells: a stem, the same small graph of operations several times, the mean, a linear layer.

The shape of Dong & Yang 2020 (NAS-Bench-201), made small: pooling in place of residual blocks between the cells.
"""

from __future__ import annotations

__all__ = ["CellMaker", "cell_sides", "cellular", "positions"]

import math
from collections.abc import Callable
from typing import TypeAlias

from tunewright.training.argument import count, whole
from tunewright.training.layers import BatchNorm, Convolution, Layer, Linear, MeanPool, PairPool, Pool, ReLU, Rows

Sides: TypeAlias = tuple[int, ...]
CellMaker: TypeAlias = Callable[[Sides, tuple[int, ...], bool], tuple[Layer, tuple[int, ...]]]
"""From the sides of the maps, the channels of the outputs that lie side by side before the cell, oldest first, and
whether it is the last one, to the cell and the channels of the outputs behind it."""
_SMALLEST = 4  # cells of smaller maps would see nothing but their edges


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
    cell: CellMaker,
    *,
    cells: int = 2,
    filters: int = 8,
    momentum: float = 0.1,
) -> tuple[Layer, ...]:
    """The layers for examples (n, P · inputs), P the product of ``sides``, position after position.

    A convolution of 3 (by 3) to ``filters`` channels, batch norm; ``cells`` times a max pooling of 2 (see
    ``cell_sides``) and what ``cell`` makes; batch norm, rectifier, the mean over the positions, a linear layer.
    ``momentum`` is that of these batch norms; with 1 their statistics are those of the last batch alone.

    Raises:
        ValueError: a number out of range.
    """
    count("filters", filters)
    layers: list[Layer] = [Rows(math.prod(sides)), Convolution(sides, 3, inputs, filters), BatchNorm(filters, momentum)]
    states: tuple[int, ...] = (filters,)
    for number, smaller in enumerate(cell_sides(sides, cells), start=1):
        if smaller != sides:
            layers.append(Pool(*sides) if len(sides) == 2 else PairPool(sides[0]))
        sides = smaller
        made, states = cell(sides, states, number == cells)
        layers.append(made)
    (width,) = states
    layers += [BatchNorm(width, momentum), ReLU(), MeanPool(math.prod(sides))]
    return (*layers, Linear(width, outputs, "xavier"))
