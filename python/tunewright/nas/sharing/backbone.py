"""A plain convolutional network whose depth and widths are open."""

from __future__ import annotations

__all__ = ["Backbone", "Shape"]

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tunewright.errors import ArchitectureError
from tunewright.space import Domain, Ordinal, Space, when
from tunewright.training import Splits
from tunewright.training.argument import count
from tunewright.training.cellular import cell_sides, positions
from tunewright.training.layers import (
    BatchNorm,
    Chain,
    Convolution,
    Layer,
    Linear,
    MeanPool,
    PairPool,
    Pool,
    ReLU,
    Rows,
)

Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Backbone:
    """Blocks of (convolution, batch norm, rectifier, pooling as in ``training.cellular``), the mean, a linear layer.

    A *shape* is one choice: the width of each block, as many as it has blocks.

    Args:
        depths: numbers of blocks to choose from.
        widths: numbers of filters that each block chooses from.
        kernel: side of the filters, odd.
        dimensions: 1 for signals, 2 for images; when omitted the data's shape decides.

    Raises:
        ArchitectureError: depths and widths that leave one choice or none, or that come twice.
        ValueError: a number below 1, or an even kernel.
    """

    depths: tuple[int, ...] = (1, 2, 3)
    widths: tuple[int, ...] = (4, 8, 12)
    kernel: int = 3
    dimensions: int | None = None

    def __post_init__(self) -> None:
        for name in ("depths", "widths"):
            values = tuple(count(name, value) for value in getattr(self, name))
            if not values or len(set(values)) != len(values):
                raise ArchitectureError(f"{name} must be one or more numbers that differ, got {values}")
            object.__setattr__(self, name, tuple(sorted(values)))
        if len(self.depths) * len(self.widths) == 1:
            raise ArchitectureError(
                f"depths and widths must leave a choice, got depths={self.depths} and widths={self.widths}: there is "
                "one network; train it with Trainer(layers=...)"
            )
        if count("kernel", self.kernel) % 2 == 0:
            raise ValueError(f"kernel must be odd, so that it has a middle, got {self.kernel}")

    @property
    def largest(self) -> Shape:
        """The shape that all others are parts of."""
        return (self.widths[-1],) * self.depths[-1]

    @property
    def space(self) -> Space:
        """ "depth", and "width_1" … for the blocks that a depth has."""
        domains: dict[str, Domain] = {"depth": Ordinal(*self.depths)} if len(self.depths) > 1 else {}
        for block in range(1, self.depths[-1] + 1):
            deep = None if block <= self.depths[0] else when("depth", [d for d in self.depths if d >= block])
            domains[f"width_{block}"] = Ordinal(*self.widths, when=deep)
        return Space(domains)

    def shape_of(self, config: Mapping[str, Any]) -> Shape:
        """The shape that a configuration of ``space`` stands for."""
        return self.checked([config[f"width_{block + 1}"] for block in range(config.get("depth", self.depths[-1]))])

    def checked(self, shape: Sequence[int]) -> Shape:
        """``shape`` as a tuple.

        Raises:
            ArchitectureError: a depth or a width that the backbone does not have.
        """
        if len(shape) not in self.depths or any(width not in self.widths for width in shape):
            raise ArchitectureError(
                f"shape must have {self.depths} widths (as many as blocks) of {self.widths}, got {tuple(shape)}"
            )
        return tuple(int(width) for width in shape)

    def cost(self, shape: Sequence[int], splits: Splits) -> tuple[int, int]:
        """(weights, multiplications an example) of the convolutions."""
        sides, channels = positions(splits.train.shape, self.dimensions)
        weights = multiplications = 0
        before = [sides, *cell_sides(sides, len(shape))]
        for maps, width in zip(before, self.checked(shape), strict=False):
            block = self.kernel ** len(sides) * channels * width
            weights, multiplications, channels = weights + block, multiplications + block * math.prod(maps), width
        return weights, multiplications

    def layers(self, shape: Sequence[int], splits: Splits, *, momentum: float = 0.1) -> tuple[Layer, ...]:
        """The network of one shape; ``momentum`` is that of the batch norms."""
        sides, channels = positions(splits.train.shape, self.dimensions)
        layers: list[Layer] = [Rows(math.prod(sides))]
        for smaller, width in zip(cell_sides(sides, len(shape)), self.checked(shape), strict=True):
            block: list[Layer] = [Convolution(sides, self.kernel, channels, width), BatchNorm(width, momentum), ReLU()]
            if smaller != sides:
                block.append(Pool(*sides) if len(sides) == 2 else PairPool(sides[0]))
            layers.append(Chain(tuple(block)))
            sides, channels = smaller, width
        # The mean over all positions needs none of the sides at which a shallower network would end.
        return (*layers, MeanPool(math.prod(sides)), Linear(channels, splits.classes, "xavier"))
