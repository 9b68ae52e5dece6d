"""The layers of networks, each with its derivative written by hand."""

from __future__ import annotations

__all__ = [
    "ACTIVATIONS",
    "GELU",
    "INITIALISERS",
    "POOLS",
    "POSITION_ENCODINGS",
    "Array",
    "Attention",
    "BatchNorm",
    "Chain",
    "Convolution",
    "Depthwise",
    "Dropout",
    "Flatten",
    "Gated",
    "Graph",
    "Identity",
    "Layer",
    "LayerNorm",
    "LearnedPosition",
    "Linear",
    "MaxFilter",
    "MeanFilter",
    "MeanPool",
    "PairPool",
    "Patches",
    "Pool",
    "ReLU",
    "Residual",
    "Rows",
    "SiLU",
    "SinusoidalPosition",
    "Slot",
    "Tanh",
    "Windows",
    "Zero",
]

from tunewright.training.layers.activation import ACTIVATIONS, GELU, ReLU, SiLU, Tanh
from tunewright.training.layers.attention import Attention
from tunewright.training.layers.chain import Chain
from tunewright.training.layers.dropout import Dropout
from tunewright.training.layers.filter import Convolution, MeanFilter
from tunewright.training.layers.gated import Gated
from tunewright.training.layers.graph import Graph
from tunewright.training.layers.image import POOLS, Patches, Pool
from tunewright.training.layers.layer import Array, Layer, Slot
from tunewright.training.layers.linear import INITIALISERS, Linear
from tunewright.training.layers.normalisation import BatchNorm, LayerNorm
from tunewright.training.layers.passage import Identity, Zero
from tunewright.training.layers.position import POSITION_ENCODINGS, LearnedPosition, SinusoidalPosition
from tunewright.training.layers.residual import Residual
from tunewright.training.layers.rows import Flatten, MeanPool, Rows
from tunewright.training.layers.signal import PairPool, Windows
from tunewright.training.layers.surroundings import Depthwise, MaxFilter
