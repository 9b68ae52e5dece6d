"""The rungs ahead of a trial, and what grows from one to the next beside the resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

__all__ = ["Ladder", "on"]

Ladder: TypeAlias = tuple[tuple[int, Mapping[str, float]], ...]
"""Resource of each rung, ascending, and the fidelities on the way to it; empty where nothing grows."""


def on(ladder: Ladder, step: int) -> Mapping[str, float]:
    """The fidelities of ``step``, which is on the way to the next rung, or beyond the last."""
    for level, values in ladder:
        if step <= level:
            return values
    return ladder[-1][1] if ladder else {}
