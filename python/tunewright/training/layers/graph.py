"""A graph of layers as one layer."""

from __future__ import annotations

__all__ = ["Graph"]

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import cast

import numpy as np

from tunewright.training.layers.chain import initial_of_parts, shared_out, slots_of_parts
from tunewright.training.layers.layer import Array, Cache, Held, Layer, Slot


@dataclass(frozen=True, slots=True)
class Graph(Layer):
    """Layers that read one another's outputs.

    x is cut into parts of ``widths`` channels, which stand at places 0, 1, …; layer k stands at place len(widths) + k
    and reads the sum of its ``sources``, places before its own, or has them side by side if k is in ``beside``. y is
    the last layer's output. In a sum, channels that a source does not have count as 0 (He et al. 2016, option A). A
    layer without sources is not computed. Slots are named by k.

    Raises:
        ValueError: no layers, widths below 1, sources that are not before their layer or not computed, a last layer
            without sources.
    """

    widths: tuple[int, ...]
    layers: tuple[Layer, ...]
    sources: tuple[tuple[int, ...], ...]
    beside: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.layers or len(self.layers) != len(self.sources) or not self.sources[-1]:
            raise ValueError(
                f"layers must be one or more, with sources for each and at least one for the last; got "
                f"{len(self.layers)} layers and sources {self.sources}"
            )
        if not self.widths or min(self.widths) < 1:
            raise ValueError(f"widths must be one or more numbers of channels, got {self.widths}")
        there = [True] * len(self.widths)
        for sources in self.sources:
            if any(not 0 <= place < len(there) or not there[place] for place in sources):
                raise ValueError(
                    f"sources must be places from 0 to {len(there) - 1} that are computed, got {sources} at place "
                    f"{len(there)}"
                )
            there.append(bool(sources))

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Those of all layers that are computed."""
        return slots_of_parts(self._parts)

    def initial(self, rng: np.random.Generator) -> dict[str, Array]:
        """Those of all layers that are computed, drawn in order."""
        return initial_of_parts(self._parts, rng)

    @property
    def _parts(self) -> tuple[Layer, ...]:
        none = _Nothing()
        return tuple(layer if sources else none for layer, sources in zip(self.layers, self.sources, strict=True))

    def predict(self, held: Held, x: Array) -> Array:
        """The last layer's output."""
        values = self._cut(x)
        for k, own in enumerate(shared_out(held, len(self.layers))):
            values.append(self.layers[k].predict(own, self._read(k, values)) if self.sources[k] else x[:, :0])
        return values[-1]

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """The last layer's output, keeping what each keeps and how wide each is."""
        values, caches = self._cut(x), list[Cache]()
        for k, own in enumerate(shared_out(held, len(self.layers))):
            y, cache = x[:, :0], cast("Cache", ())
            if self.sources[k]:
                y, cache = self.layers[k].forward(own, self._read(k, values), rng)
            values.append(y)
            caches.append(cache)
        return values[-1], cast("Cache", (x, caches, [value.shape[1] for value in values]))

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """Each place's slope is the sum of those of whoever read it, from the last to the first; 0 if nobody did."""
        x, caches, widths = cast("tuple[Array, list[Cache], list[int]]", cache)
        found: list[Array | None] = [None] * len(widths)
        found[-1] = dy
        own, own_slopes = (shared_out(arrays, len(self.layers)) for arrays in (held, slopes))
        for k in reversed(range(len(self.layers))):
            slope = found[len(self.widths) + k]
            if slope is None:
                for array in own_slopes[k].values():
                    array[...] = 0.0
                continue
            given = self.layers[k].backward(own[k], caches[k], slope, own_slopes[k])
            for place, part in zip(self.sources[k], self._shared(k, given, widths), strict=True):
                before = found[place]
                found[place] = part if before is None else before + part
        parts = zip(found, self.widths, strict=False)
        whole = [np.zeros((len(x), width), x.dtype) if part is None else part for part, width in parts]
        return np.concatenate(whole, axis=1)

    def _cut(self, x: Array) -> list[Array]:
        ends = list(accumulate(self.widths))
        if x.shape[1] != ends[-1]:
            raise ValueError(f"x must have {ends[-1]} channels, the sum of widths={self.widths}, got {x.shape[1]}")
        return [x] if len(ends) == 1 else np.split(x, ends[:-1], axis=1)

    def _read(self, k: int, values: Sequence[Array]) -> Array:
        """What layer k reads."""
        parts = [values[place] for place in self.sources[k]]
        if k in self.beside:
            return np.concatenate(parts, axis=1)
        total = max(parts, key=lambda part: part.shape[1])  # of the widest ones the first
        rest = list(parts)
        del rest[next(i for i, part in enumerate(parts) if part is total)]
        if rest:
            total = total.copy()
        for part in rest:
            total[:, : part.shape[1]] += part
        return total

    def _shared(self, k: int, slope: Array, widths: Sequence[int]) -> list[Array]:
        """The slope of what layer k reads, as those of its sources."""
        own = [widths[place] for place in self.sources[k]]
        if k in self.beside:
            return np.split(slope, list(accumulate(own))[:-1], axis=1)
        return [slope[:, :width] for width in own]


class _Nothing(Layer):
    """What is not computed: no arrays."""

    def predict(self, held: Held, x: Array) -> Array:
        """Never asked for."""
        return x

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """Never asked for."""
        return dy
