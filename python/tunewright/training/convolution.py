"""A convolutional network that classifies small images (LeCun et al. 1998, in its simplest present form)."""

from __future__ import annotations

__all__ = ["conv"]

from tunewright.training.argument import choice, count, proper_fraction, whole
from tunewright.training.layers import ACTIVATIONS, POOLS, Dropout, Flatten, Layer, Linear, Patches, Pool, Rows
from tunewright.training.network import NORMS


def conv(
    height: int,
    width: int,
    channels: int,
    outputs: int,
    *,
    depth: int = 2,
    filters: int = 32,
    kernel: int = 3,
    pool: str = "max",
    activation: str = "relu",
    norm: str = "none",
    dropout: float = 0.0,
    init: str = "he",
) -> tuple[Layer, ...]:
    """The layers for images (n, height · width · channels), row by row, the channels of a pixel together.

    ``depth`` blocks of (convolution of ``filters`` filters that keeps the size, norm, activation, pooling of 2 by 2),
    then dropout and a linear layer. Blocks whose images have a side of 1 pool no more. Batch norm is over all pixels
    of the batch, layer norm over the channels of each pixel.

    Raises:
        ValueError: an unknown name or a number out of range; the message names the argument.
    """
    whole("depth", depth)
    count("filters", filters)
    choice("pool", pool, POOLS)
    choice("activation", activation, ACTIVATIONS)
    choice("norm", norm, NORMS)
    normalise = NORMS[norm]
    layers: list[Layer] = [Rows(height * width)]
    for _ in range(depth):
        layers += [Patches(height, width, kernel), Linear(kernel * kernel * channels, filters, init)]
        layers += [] if normalise is None else [normalise(filters)]
        layers.append(ACTIVATIONS[activation])
        channels = filters
        if min(height, width) > 1:
            layers.append(Pool(height, width, pool))
            height, width = height // 2, width // 2
    layers.append(Flatten(height * width))
    if proper_fraction("dropout", dropout) > 0.0:
        layers.append(Dropout(dropout))
    return (*layers, Linear(height * width * channels, outputs, "xavier"))
