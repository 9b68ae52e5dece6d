"""Schedules that rise again: cosine with restarts, one-cycle, cyclic.

Factors are of the *peak* rate: what PyTorch calls max_lr is the ``lr`` these multiply.
"""

from __future__ import annotations

__all__ = ["CosineRestarts", "Cyclic", "OneCycle"]

import math
from dataclasses import dataclass

from tunewright.training.argument import choice, flag, fraction, positive

_CYCLIC_MODES = ("triangular", "triangular2", "exp_range")
_ANNEALINGS = ("cos", "linear")


@dataclass(frozen=True, slots=True)
class CosineRestarts:
    """floor + (1 - floor) (1 + cos(π t_cur / T_i)) / 2 (Loshchilov & Hutter 2017, eq. 5).

    Cycle i has length T_i = ``first`` · ``multiplier``^i, and t_cur counts from its start: PyTorch's
    CosineAnnealingWarmRestarts with T_0 and T_mult.
    """

    first: float
    multiplier: float = 1.0
    floor: float = 0.0

    def __post_init__(self) -> None:
        positive("first", self.first)
        if positive("multiplier", self.multiplier) < 1.0:
            raise ValueError(f"multiplier must be 1 or more (cycles do not shrink), got {self.multiplier!r}")
        fraction("floor", self.floor)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        if self.multiplier == 1.0:
            elapsed, length = step % self.first, self.first
        else:
            # Subtraction, not a logarithm: exact at the restarts, and the cycles are few.
            elapsed, length = step, self.first
            while elapsed >= length:
                elapsed -= length
                length *= self.multiplier
        return float(self.floor + (1.0 - self.floor) * 0.5 * (1.0 + math.cos(math.pi * elapsed / length)))


@dataclass(frozen=True, slots=True)
class OneCycle:
    """Up from 1 / ``start_divisor`` to 1, then down to 1 / (``start_divisor`` · ``end_divisor``) at step T - 1.

    Smith & Topin 2018 in PyTorch's form (OneCycleLR): the peak is at step ``rise`` · T - 1. With ``three_phase`` the
    way down first mirrors the way up, until step 2 · ``rise`` · T - 2, and then goes on to the end value.
    """

    length: float
    rise: float = 0.3
    start_divisor: float = 25.0
    end_divisor: float = 1e4
    annealing: str = "cos"
    three_phase: bool = False

    def __post_init__(self) -> None:
        positive("length", self.length)
        fraction("rise", self.rise)
        positive("start_divisor", self.start_divisor)
        positive("end_divisor", self.end_divisor)
        choice("annealing", self.annealing, _ANNEALINGS)
        if flag("three_phase", self.three_phase) and self.rise > 0.5:
            raise ValueError(f"rise must be 0.5 or less with three_phase (it is taken twice), got {self.rise!r}")

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        low = 1.0 / self.start_divisor
        begin, value = 0.0, low
        for end, target in self._phases(low):
            # A phase too short to hold a step (rise · T ≤ 1) is passed over.
            if begin < end and step <= end:
                return self._between(value, target, (step - begin) / (end - begin))
            begin, value = max(begin, end), target
        return value

    def _phases(self, low: float) -> tuple[tuple[float, float], ...]:
        """(last step, factor there) of each phase."""
        peak = self.rise * self.length - 1.0
        last = (self.length - 1.0, low / self.end_divisor)
        if self.three_phase:
            return (peak, 1.0), (2.0 * self.rise * self.length - 2.0, low), last
        return (peak, 1.0), last

    def _between(self, start: float, end: float, part: float) -> float:
        if self.annealing == "linear":
            return start + (end - start) * part
        return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * part))


@dataclass(frozen=True, slots=True)
class Cyclic:
    """A triangle wave from ``low`` up to 1 in ``up`` steps and back in ``down`` (``up`` when omitted): CyclicLR.

    Smith 2017: with "triangular2" the height halves from cycle to cycle, with "exp_range" it shrinks by γ^t.
    """

    up: float
    down: float | None = None
    low: float = 0.1
    mode: str = "triangular"
    gamma: float = 1.0

    def __post_init__(self) -> None:
        positive("up", self.up)
        if self.down is not None:
            positive("down", self.down)
        fraction("low", self.low)
        choice("mode", self.mode, _CYCLIC_MODES)
        fraction("gamma", self.gamma)

    def __call__(self, step: float) -> float:
        """The factor at ``step``."""
        down = self.up if self.down is None else self.down
        cycle, place = divmod(step, self.up + down)
        part = place / self.up if place <= self.up else (self.up + down - place) / down
        scale = {"triangular": 1.0, "triangular2": 0.5**cycle, "exp_range": self.gamma**step}[self.mode]
        return float(self.low + (1.0 - self.low) * part * scale)
