"""The contract of a layer: a frozen description that computes with weights it is handed.

x       what comes in, (rows, inputs): a row is an example or, between Rows and MeanPool, one position of one
y       what goes out, (rows, outputs)
dy, dx  slopes of the loss with respect to y and x, same shapes
held    the layer's arrays by slot name: views into the network's flat vectors
cache   what the backward pass needs from the forward pass

All of one network have one type, float64 or float32: whatever a layer makes of them has it too.
"""

from __future__ import annotations

__all__ = ["Array", "Cache", "Held", "Layer", "Role", "Slot"]

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]
Held: TypeAlias = Mapping[str, Array]
Cache: TypeAlias = tuple[Array, ...]
Role: TypeAlias = Literal["weight", "bias", "running", "gate"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One array a layer needs.

    A ``"weight"`` is trained and decays; a ``"bias"`` (offsets and gains) is trained and does not decay; a
    ``"running"`` statistic is gathered during training, not by gradient. A ``"gate"`` is set from outside the network
    and has a slope.
    """

    name: str
    shape: tuple[int, ...]
    role: Role


class Layer(ABC):
    """A differentiable map between batches. Layers have no state: the same instance may serve many networks."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The arrays this layer computes with."""
        return ()

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """First values of every slot."""
        return {}

    @abstractmethod
    def predict(self, held: Held, x: Array) -> Array:
        """The map as used after training: no randomness, running statistics instead of the batch's."""

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """The map as used in training, with what ``backward`` will need. ``rng`` feeds the layers that draw."""
        y = self.predict(held, x)
        return y, (x, y)

    @abstractmethod
    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dx; the slopes of the trained slots are written into ``slopes``."""
