"""A network whose weights are the leading blocks of a larger one's arrays (Cai et al. 2020, section 3.1)."""

from __future__ import annotations

__all__ = ["Part"]

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from tunewright.training.network import Network

_Array = npt.NDArray[Any]


class Part:
    """Shares the arrays of ``whole`` with ``part``, by name.

    ``name`` turns the name of an array of the part ("3.weight": the weight of the fourth layer) into that of the array
    of the whole it is the leading block of, None where the part has it to itself; when omitted they are the same.

    Raises:
        ValueError: an array that the whole does not have, or of more axes or longer ones than the whole's.
    """

    def __init__(self, part: Network, whole: Network, name: Callable[[str], str | None] = str) -> None:
        self._part, self._whole = part, whole
        self._values = _pairs(part.arrays, whole.arrays, name)
        self._slopes = _pairs(part.slopes, whole.slopes, name)
        self._name = name

    def take(self) -> None:
        """Copy the values, running statistics too, from the whole to the part."""
        for own, block in self._values:
            own[...] = block

    def give(self) -> None:
        """Copy the values back; what else the whole holds stays."""
        for own, block in self._values:
            block[...] = own

    def places(self) -> npt.NDArray[np.intp]:
        """Where the part's weights lie in the whole's flat vector, in the order of the part's arrays."""
        own = self._part.named(self._part.parameters)
        blocks = _pairs(own, self._whole.named(np.arange(self._whole.parameters.size)), self._name)
        return np.concatenate([block.ravel() for _, block in blocks])

    def add_gradient(self) -> None:
        """Add the part's gradient to the whole's, which has zeros beside it: both slopes are of one loss."""
        for own, block in self._slopes:
            block += own


def _pairs(
    part: dict[str, _Array], whole: dict[str, _Array], name: Callable[[str], str | None]
) -> list[tuple[_Array, _Array]]:
    pairs = []
    for own_name, own in part.items():
        source = name(own_name)
        if source is None:
            continue
        if source not in whole:
            raise ValueError(f"whole must have an array {source!r} for the part's {own_name!r}; the networks differ")
        block = whole[source]
        if own.ndim != block.ndim or any(a > b for a, b in zip(own.shape, block.shape, strict=True)):
            raise ValueError(f"part's {own_name!r} must fit into {source!r}, {block.shape}, got {own.shape}")
        pairs.append((own, block[tuple(map(slice, own.shape))]))
    return pairs
