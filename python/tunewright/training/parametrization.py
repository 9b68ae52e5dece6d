"""Maximal update parametrisation: one learning rate for networks of all widths.

G. Yang, E. Hu et al., "Tensor Programs V", arXiv 2203.03466, table 8, relative to a base: m is how often a size of the
base goes into that of the network. What grew tells a layer's kind, as in the authors' package:

    kind     what grew            first deviation   output   rate (Adam, RMSprop)   rate (SGD)
    input    outputs (or vector)  that of the base  1        1                      m
    hidden   both                 ... / √m          1        1 / m                  1
    output   inputs               ... of the base   1 / m    1                      m

Attention's scores are divided by the head size, not by its root (definition 4.1): by √e of the base, and by m.
A network as wide as the base is the standard one, bit for bit.
"""

from __future__ import annotations

__all__ = ["PARAMETRIZATIONS", "rates", "widened"]

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tunewright.training.layers import Attention, Layer, Linear, Residual, Slot
from tunewright.training.layers.layer import Array

PARAMETRIZATIONS = ("standard", "mup")


def widened(layers: Sequence[Layer], base: Sequence[Layer], m: float) -> tuple[Layer, ...]:
    """The layers with first deviations, multipliers and scores by the table; ``base`` are those of the base width.

    ``m`` is how often the head size of the base goes into theirs.
    """
    return tuple(_widened(layer, narrow, m) for layer, narrow in zip(layers, base, strict=True))


def rates(layers: Sequence[Layer], base: Sequence[Layer], optimizer: str) -> Array:
    """Factor of the learning rate for each parameter, (p,), in the order of the network's vector."""
    pairs = zip(_trained(layers), _trained(base), strict=True)
    return np.concatenate([np.full(math.prod(own.shape), _rate(own, narrow, optimizer)) for own, narrow in pairs])


def _widened(layer: Layer, base: Layer, m: float) -> Layer:
    if isinstance(layer, Residual) and isinstance(base, Residual):
        return replace(layer, layers=widened(layer.layers, base.layers, m))
    if isinstance(layer, Attention):
        return replace(layer, sharpness=layer.sharpness / math.sqrt(m))
    if not isinstance(layer, Linear) or not isinstance(base, Linear) or layer == base:
        return layer
    if layer.outputs == base.outputs:
        return replace(layer, deviation=base.first_deviation, multiplier=base.inputs / layer.inputs)
    return replace(layer, deviation=base.first_deviation * math.sqrt(base.inputs / layer.inputs))


def _trained(layers: Sequence[Layer]) -> list[Slot]:
    return [slot for layer in layers for slot in layer.slots if slot.role in ("weight", "bias")]


def _rate(own: Slot, base: Slot, optimizer: str) -> float:
    """The factor of one array, by how often each size of the base goes into its own."""
    growth = [new / old for new, old in zip(own.shape, base.shape, strict=True)]
    if own.role == "weight" and min(growth) != 1.0:
        return 1.0 if optimizer == "sgd" else 1.0 / growth[0]
    return math.prod(growth) if optimizer == "sgd" else 1.0
