"""The contract of a schedule: a pure function of the step to a factor of the learning rate.

    t   step, counted from 0: the factor of step t is the one the (t + 1)-th update is made with
    T   length in steps; beyond its length a schedule holds its last value (except those that cycle)

The rate of an update is ``lr * schedule(t)``. A step may be any unit the caller counts in, batches or epochs, and may
be fractional.
"""

from __future__ import annotations

__all__ = ["Constant", "Schedule", "progress"]

from dataclasses import dataclass
from typing import Protocol

from tunewright.training.argument import nonnegative


class Schedule(Protocol):
    """Anything that maps a step t ≥ 0 to a factor, the same for the same t."""

    def __call__(self, step: float) -> float:
        """The factor of the learning rate at ``step``."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """``factor`` at every step."""

    factor: float = 1.0

    def __post_init__(self) -> None:
        nonnegative("factor", self.factor)

    def __call__(self, step: float) -> float:
        """The factor."""
        return float(self.factor)


def progress(step: float, length: float) -> float:
    """t / T, held at 1 beyond the length."""
    return min(step / length, 1.0)
