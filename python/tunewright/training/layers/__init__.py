"""The layers of a multi-layer perceptron, each with its derivative written by hand."""

from __future__ import annotations

__all__ = [
    "ACTIVATIONS",
    "GELU",
    "INITIALISERS",
    "Array",
    "BatchNorm",
    "Dropout",
    "Layer",
    "LayerNorm",
    "Linear",
    "ReLU",
    "SiLU",
    "Slot",
    "Tanh",
]

from tunewright.training.layers.activation import ACTIVATIONS, GELU, ReLU, SiLU, Tanh
from tunewright.training.layers.dropout import Dropout
from tunewright.training.layers.layer import Array, Layer, Slot
from tunewright.training.layers.linear import INITIALISERS, Linear
from tunewright.training.layers.normalisation import BatchNorm, LayerNorm
