"""What is left of the operations: the strongest of each edge, and sizes to go through one after another."""

from __future__ import annotations

__all__ = ["Stage", "narrowed", "strongest"]

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tunewright.nas.design import Wired
from tunewright.nas.sharing.gates import softmax
from tunewright.nas.skeleton import Skeleton
from tunewright.nas.wiring import Path
from tunewright.training.argument import count, whole
from tunewright.training.layers import Array


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a search: how many ``operations`` each edge has in it, and how many ``cells`` the network."""

    operations: int
    cells: int

    def __post_init__(self) -> None:
        whole("operations", self.operations, least=2)
        count("cells", self.cells)

    @classmethod
    def checked(cls, stages: Sequence[Stage] | None, design: Skeleton, epochs: int) -> tuple[Stage, ...]:
        """The stages, or the one of the whole design.

        Raises:
            ValueError: stages that do not begin with all operations, that add some, or more than there are epochs.
        """
        every = len(design.wired.operations)
        if stages is None:
            return (cls(every, design.cells),)
        sizes = [stage.operations for stage in stages]
        if sizes[:1] != [every] or any(later > earlier for earlier, later in pairwise(sizes)):
            raise ValueError(
                f"stages must begin with all {every} operations of the design and never have more than the one before, "
                f"got {sizes}"
            )
        if len(stages) > epochs:
            raise ValueError(f"stages must be at most as many as the recipe's epochs, {epochs}, got {len(stages)}")
        return tuple(stages)


def strongest(alpha: Array, operations: Sequence[Path], design: Wired) -> Path:
    """The operation of each edge with the largest architecture weight, "zero" left aside where there are others.

    Where a path takes some of the edges alone, those whose strongest operations have the most of their edge's softmax
    (Liu, Simonyan & Yang 2019, section 2.4).
    """
    best = [
        max(range(len(names)), key=lambda k: (names[k] != "zero", weights[k]))
        for names, weights in zip(operations, alpha, strict=True)
    ]
    kept = design.kept(softmax(alpha)[np.arange(len(best)), best])
    chosen = zip(operations, best, kept.tolist(), strict=True)
    return tuple(names[k] if taken else "zero" for names, k, taken in chosen)


def narrowed(alpha: Array, operations: Sequence[Path], kept: int) -> list[Path]:
    """The ``kept`` operations of each edge with the largest architecture weights, in their old order."""
    return [
        tuple(names[place] for place in np.sort(np.argsort(-weights, kind="stable")[:kept]))
        for names, weights in zip(operations, alpha, strict=True)
    ]
