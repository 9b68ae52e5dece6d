"""A stack of layers over one flat vector of parameters.

    parameters  everything trained, (p,)
    gradient    slope of the last loss, (p,)
    decays      1.0 where weight decay applies (weight matrices), else 0.0, (p,)
    running     statistics gathered in training (batch norm), (r,)
    gates       what layers with gates are set to from outside, (g,), and gate_gradient, its slope

The layers see views into these vectors, so an optimiser updates all of them with a few whole-vector operations. All
vectors have one type, float64 or float32, in which everything is computed; inputs of another are converted first.
"""

from __future__ import annotations

__all__ = ["NORMS", "Network", "mlp"]

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tunewright.training.argument import choice, count, proper_fraction, whole
from tunewright.training.layers.activation import ACTIVATIONS
from tunewright.training.layers.dropout import Dropout
from tunewright.training.layers.layer import Array, Layer, Slot
from tunewright.training.layers.linear import Linear
from tunewright.training.layers.normalisation import BatchNorm, LayerNorm
from tunewright.training.loss import cross_entropy

NORMS: dict[str, type[BatchNorm] | type[LayerNorm] | None] = {"none": None, "batch": BatchNorm, "layer": LayerNorm}


def mlp(
    inputs: int,
    outputs: int,
    *,
    depth: int = 2,
    width: int = 128,
    activation: str = "relu",
    norm: str = "none",
    dropout: float = 0.0,
    init: str = "he",
) -> tuple[Layer, ...]:
    """The layers of a perceptron: ``depth`` blocks of (linear, norm, activation, dropout), then a linear layer.

    A depth of 0 is softmax regression. The last layer always starts with the Xavier scale: no rectifier follows it.

    Raises:
        ValueError: an unknown name or a number out of range; the message names the argument.
    """
    whole("depth", depth)
    count("width", width)
    choice("activation", activation, ACTIVATIONS)
    choice("norm", norm, NORMS)
    proper_fraction("dropout", dropout)
    layers: list[Layer] = []
    units, normalise = inputs, NORMS[norm]
    for _ in range(depth):
        layers.append(Linear(units, width, init))
        if normalise is not None:
            layers.append(normalise(width))
        layers.append(ACTIVATIONS[activation])
        if dropout > 0.0:
            layers.append(Dropout(dropout))
        units = width
    return (*layers, Linear(units, outputs, "xavier"))


class Network:
    """Layers with their weights."""

    def __init__(self, layers: Sequence[Layer], rng: np.random.Generator, dtype: npt.DTypeLike = np.float64) -> None:
        """First weights are drawn from ``rng``, layer by layer: in float64, then rounded to ``dtype``."""
        self.layers = tuple(layers)
        sizes = _sizes(self.layers)
        self.parameters: Array = np.zeros(sizes["trained"], dtype)
        self.gradient: Array = np.zeros(sizes["trained"], dtype)
        self.decays: Array = np.zeros(sizes["trained"], dtype)
        self.running: Array = np.zeros(sizes["running"], dtype)
        self.gates: Array = np.zeros(sizes["gate"], dtype)
        self.gate_gradient: Array = np.zeros(sizes["gate"], dtype)
        self._held = _views(self.layers, self.parameters, self.running, self.gates)
        # The running statistics have no slope; their views here are never written.
        self._slopes = _views(self.layers, self.gradient, self.running, self.gate_gradient)
        decays = _views(self.layers, self.decays, self.running, self.gates)
        for layer, held, decay in zip(self.layers, self._held, decays, strict=True):
            for name, value in layer.initial(rng).items():
                held[name][...] = value
            for slot in layer.slots:
                if slot.role == "weight":
                    decay[slot.name][...] = 1.0

    @property
    def arrays(self) -> dict[str, Array]:
        """Every array by name, "3.weight" for the weight of the fourth layer: views into the flat vectors."""
        return {f"{place}.{name}": array for place, held in enumerate(self._held) for name, array in held.items()}

    @property
    def slopes(self) -> dict[str, Array]:
        """The slopes of the arrays that have one, by the same names: views into the gradients."""
        return {
            f"{place}.{slot.name}": slopes[slot.name]
            for place, (layer, slopes) in enumerate(zip(self.layers, self._slopes, strict=True))
            for slot in layer.slots
            if slot.role != "running"
        }

    def named(self, vector: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
        """A vector laid out as ``parameters`` (an optimiser's moment, places in it) as views, by the arrays' names."""
        views = _views(self.layers, vector, self.running, self.gates)
        return {
            f"{place}.{slot.name}": held[slot.name]
            for place, (layer, held) in enumerate(zip(self.layers, views, strict=True))
            for slot in layer.slots
            if slot.role in ("weight", "bias")
        }

    def gather(self, inputs: Array) -> None:
        """Let layers that gather running statistics see the inputs (n, d) as one training batch; nothing is learned."""
        x = self._typed(inputs)
        for layer, held in zip(self.layers, self._held, strict=True):
            x, _ = layer.forward(held, x, None)

    def predict(self, inputs: Array) -> Array:
        """Logits (n, K) of inputs (n, d), in prediction mode."""
        x = self._typed(inputs)
        for layer, held in zip(self.layers, self._held, strict=True):
            x = layer.predict(held, x)
        return x

    def learn(
        self,
        inputs: Array,
        labels: npt.NDArray[np.intp] | Array,
        *,
        smoothing: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> tuple[float, Array]:
        """(loss, logits) of one training batch; its slope is left in ``gradient``.

        Labels are (n,), or targets (n, K) (see ``cross_entropy``). ``rng`` feeds dropout and may be omitted without it.
        """
        x, caches = self._typed(inputs), []
        for layer, held in zip(self.layers, self._held, strict=True):
            x, cache = layer.forward(held, x, rng)
            caches.append(cache)
        loss, slope = cross_entropy(x, labels, smoothing=smoothing)
        for layer, held, cache, slopes in zip(
            reversed(self.layers), reversed(self._held), reversed(caches), reversed(self._slopes), strict=True
        ):
            slope = layer.backward(held, cache, slope, slopes)
        return loss, x

    def _typed(self, inputs: Array) -> Array:
        """The inputs in the type of the weights."""
        return np.asarray(inputs, dtype=self.parameters.dtype)


def _sizes(layers: Sequence[Layer]) -> dict[str, int]:
    """Length of each flat vector."""
    sizes = {"trained": 0, "running": 0, "gate": 0}
    for layer in layers:
        for slot in layer.slots:
            sizes[_vector(slot)] += int(np.prod(slot.shape))
    return sizes


def _views(layers: Sequence[Layer], trained: Array, running: Array, gates: Array) -> list[dict[str, Array]]:
    """For each layer, its slots as views into the flat vectors, laid out in order."""
    vectors = {"trained": trained, "running": running, "gate": gates}
    used = dict.fromkeys(vectors, 0)
    views = []
    for layer in layers:
        held: dict[str, Array] = {}
        for slot in layer.slots:
            vector, size = _vector(slot), int(np.prod(slot.shape))
            first = used[vector]
            held[slot.name] = vectors[vector][first : first + size].reshape(slot.shape)
            used[vector] = first + size
        views.append(held)
    return views


def _vector(slot: Slot) -> str:
    """The flat vector that a slot lies in."""
    return slot.role if slot.role in ("running", "gate") else "trained"
