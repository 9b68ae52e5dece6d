"""What changes of architectures draw."""

from __future__ import annotations

__all__ = ["another", "one_of"]

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def one_of(choices: Sequence[T], draws: np.random.Generator) -> T:
    """One of the choices, all equally likely."""
    return choices[int(draws.integers(len(choices)))]


def another(choices: Sequence[T], present: T, draws: np.random.Generator) -> T:
    """One of the choices that is not ``present``; that itself where there is no other."""
    others = [choice for choice in choices if choice != present]
    return one_of(others, draws) if others else present
