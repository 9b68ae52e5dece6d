"""What nodes of cells compute: operations by name, on maps whose sides they keep."""

from __future__ import annotations

__all__ = ["OPERATIONS", "Norm", "operation", "operation_cost"]

import math
from collections.abc import Callable
from typing import TypeAlias

from tunewright.training.argument import choice
from tunewright.training.layers import (
    BatchNorm,
    Chain,
    Convolution,
    Depthwise,
    Identity,
    Layer,
    MaxFilter,
    MeanFilter,
    ReLU,
    Zero,
)

Sides: TypeAlias = tuple[int, ...]
Norm: TypeAlias = Callable[[int], BatchNorm]
"""From a number of channels to the batch norm behind a convolution."""
_Made: TypeAlias = Callable[[Sides, int, int, Norm], Layer]


def _convolution(kernel: int) -> _Made:
    def made(sides: Sides, inputs: int, outputs: int, norm: Norm) -> Layer:
        return Chain((ReLU(), Convolution(sides, kernel, inputs, outputs), norm(outputs)))

    return made


def _depthwise(kernel: int, dilation: int) -> _Made:
    def made(sides: Sides, inputs: int, outputs: int, norm: Norm) -> Layer:
        own = Depthwise(sides, kernel, inputs, dilation)
        return Chain((ReLU(), own, Convolution(sides, 1, inputs, outputs), norm(outputs)))

    return made


def _separable(kernel: int) -> _Made:
    once = _depthwise(kernel, 1)

    def made(sides: Sides, inputs: int, outputs: int, norm: Norm) -> Layer:
        return Chain((once(sides, inputs, inputs, norm), once(sides, inputs, outputs, norm)))

    return made


def _unweighted(layer: Callable[[Sides], Layer]) -> _Made:
    """A layer without weights; where the channels change, a convolution of 1 and a batch norm follow."""

    def made(sides: Sides, inputs: int, outputs: int, norm: Norm) -> Layer:
        if inputs == outputs:
            return layer(sides)
        return Chain((layer(sides), Convolution(sides, 1, inputs, outputs), norm(outputs)))

    return made


OPERATIONS: dict[str, _Made] = {
    "zero": _unweighted(lambda sides: Zero()),
    "identity": _unweighted(lambda sides: Identity()),
    "linear": _convolution(1),
    "conv3": _convolution(3),
    "conv5": _convolution(5),
    "mean3": _unweighted(lambda sides: MeanFilter(sides, 3)),
    "max3": _unweighted(lambda sides: MaxFilter(sides, 3)),
    "separable3": _separable(3),
    "separable5": _separable(5),
    "dilated3": _depthwise(3, 2),
    "dilated5": _depthwise(5, 2),
}
"""Convolutions begin with a rectifier and end with a batch norm; separable ones are two in a row (Liu et al. 2019)."""


def operation(name: str, sides: Sides, inputs: int, outputs: int, norm: Norm = BatchNorm) -> Layer:
    """The layer from maps of ``inputs`` channels to maps of ``outputs``.

    Raises:
        ValueError: an unknown operation.
    """
    return OPERATIONS[choice("operation", name, OPERATIONS)](sides, inputs, outputs, norm)


def operation_cost(name: str, sides: Sides, inputs: int, outputs: int) -> tuple[int, int]:
    """(weights, multiplications an example) of one operation on maps of ``sides``; batch norm and sums not counted.

    A mean filter multiplies each unit once, a filter of maxima none.
    """
    slots = operation(name, sides, inputs, outputs).slots
    weights = sum(math.prod(slot.shape) for slot in slots if slot.role == "weight")
    own = math.prod(sides) * inputs if name == "mean3" else 0
    return weights, weights * math.prod(sides) + own
