"""A new trial that takes the place of another."""

from __future__ import annotations

from dataclasses import dataclass

from tunewright.trial.columns import Array

__all__ = ["Birth"]


@dataclass(frozen=True, eq=False)
class Birth:
    """What population-based training calls exploit and explore.

    Attributes:
        place: the paused trial that ends, as pruned.
        parent: the trial whose saved state the new one begins with.
        natives: the new one's configuration, (d,).
    """

    place: int
    parent: int
    natives: Array
