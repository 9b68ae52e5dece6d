"""The layers of a network put together anew, some of them replaced, on copies of its arrays.

Nothing that is computed here can reach the network: its weights, statistics and gradients are as they were, also when
a computation ends in an error.
"""

from __future__ import annotations

__all__ = ["Copy", "batch", "deterministic", "rewired"]

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from tunewright.training import Network
from tunewright.training.layers import Array, Attention, Chain, Dropout, Identity, Layer


def rewired(layer: Layer, change: Callable[[Layer], Layer]) -> Layer:
    """``layer`` with ``change`` applied to it and, where it is made of layers, first to each of those.

    What ``change`` gives must compute with arrays of the names of those it replaces, or with none.
    """
    whole: Any = layer
    changed: dict[str, Any] = {}
    for name in [field.name for field in fields(whole)] if is_dataclass(whole) else []:
        value = getattr(whole, name)
        if isinstance(value, Layer):
            changed[name] = rewired(value, change)
        elif isinstance(value, tuple) and any(isinstance(part, Layer) for part in value):
            changed[name] = tuple(rewired(part, change) for part in value)
    return change(replace(whole, **changed) if changed else layer)


def deterministic(layer: Layer) -> Layer:
    """The layer without its draws: no dropout."""
    if isinstance(layer, Dropout):
        return Identity()
    return replace(layer, dropout=0.0) if isinstance(layer, Attention) else layer


def batch(name: str, inputs: Any) -> Array:
    """``inputs`` as an array (n, d) of finite numbers, n and d of one or more."""
    array = np.asarray(inputs, dtype=np.float64)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"{name} must be examples (n, d), at least one of at least one number, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite; leave out or replace what is NaN or infinite")
    return array


class Copy:
    """The function of a network whose layers went through ``change``, with arrays of its own.

    Attributes:
        held: copies of the arrays that the changed layers compute with, in float64.
        slopes: of the last ``backward``, by the same names; zero before.
        trained: the names of weights and biases.
    """

    def __init__(self, network: Network, change: Callable[[Layer], Layer]) -> None:
        if not isinstance(network, Network):
            raise TypeError(f"network must be a tunewright.training.Network, got {network!r}")
        self._chain = Chain(tuple(rewired(layer, change) for layer in network.layers))
        arrays, slots = network.arrays, self._chain.slots
        self.held = {slot.name: arrays[slot.name].astype(np.float64) for slot in slots}
        self.slopes = {slot.name: np.zeros(slot.shape) for slot in slots if slot.role != "running"}
        self.trained = tuple(slot.name for slot in slots if slot.role in ("weight", "bias"))
        self._cache: Any = None

    def forward(self, inputs: Array) -> Array:
        """Outputs (n, K) of inputs (n, d) as in training, batch norms with the batch's statistics.

        Raises:
            ValueError: examples of a size that the layers cannot read.
        """
        try:
            outputs, self._cache = self._chain.forward(self.held, inputs, None)
        except ValueError as error:
            raise ValueError(f"the network cannot read examples of {inputs.shape[1]} numbers: {error}") from error
        return outputs

    def backward(self, slope: Array) -> None:
        """Fill ``slopes`` for a slope (n, K) of the last outputs."""
        self._chain.backward(self.held, self._cache, slope, self.slopes)
