"""The lives of trust regions, read off the record.

Trial k belongs to region k mod m. A region begins with a design, then grows by luck and shrinks by the lack of it;
too small, it dies and a new one begins. Which life a trial belongs to follows from what had been told when it was
asked for, so all of this is a function of the record.
"""

from __future__ import annotations

__all__ = ["Life", "lives"]

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from tunewright.trial import History, TrialState

LENGTH_FIRST, LENGTH_MOST, LENGTH_LEAST = 0.8, 1.6, 0.5**7
"""Side of a new region, the largest side, and the side below which a region dies (Eriksson et al. 2019, section 4)."""

_LUCK = 3  # improvements in a row that double the side
_ENOUGH = 1e-3  # of the best loss' magnitude: less than this is no improvement


@dataclass(eq=False)
class Life:
    """One region from its beginning on.

    Attributes:
        length: side of the box, in the unit cube.
        born: revision at which it began.
        trials: numbers of its trials whose outcome is told, in that order.
        violation: the smallest of their violations, 0 once one of them kept all constraints.
        best: the smallest finite loss of those.
    """

    length: float = LENGTH_FIRST
    born: int = 0
    trials: list[int] = field(default_factory=list)
    violation: float = np.inf
    best: float = np.inf
    lucky: int = 0
    unlucky: int = 0

    def learn(self, number: int, loss: float, design: int, patience: int, violation: float = 0.0) -> None:
        """Take in the outcome of one of its trials; the design's do not move the side.

        A smaller violation of the constraints is an improvement whatever the loss, a larger one is none.
        """
        self.trials.append(number)
        improved = False
        if np.isfinite(loss) and violation <= self.violation:
            if violation < self.violation:
                improved, self.best = True, np.inf
            improved |= not np.isfinite(self.best) or loss < self.best - _ENOUGH * abs(self.best)
            self.violation, self.best = violation, min(self.best, loss)
        if len(self.trials) <= design:
            return
        self.lucky, self.unlucky = (self.lucky + 1, 0) if improved else (0, self.unlucky + 1)
        if self.lucky == _LUCK:
            self.length, self.lucky = min(2.0 * self.length, LENGTH_MOST), 0
        elif self.unlucky == patience:
            self.length, self.unlucky = self.length / 2.0, 0


@dataclass(eq=False)
class _Told:
    """How far a record has been read, and the lives it led to."""

    revision: int
    lives: list[Life]


_read: WeakKeyDictionary[History, dict[tuple[int, int, int], _Told]] = WeakKeyDictionary()


def lives(history: History, regions: int, design: int, patience: int) -> list[Life]:
    """The present life of each region: outcomes are taken in the order in which they were told."""
    kept = _read.setdefault(history, {})
    key = (regions, design, patience)
    state = kept.setdefault(key, _Told(0, [Life() for _ in range(regions)]))
    told = history.told
    fresh = np.flatnonzero(told > state.revision)
    for number in fresh[np.argsort(told[fresh], kind="stable")].tolist():
        _tell(state.lives, history, number, design, patience)
        state.revision = int(told[number])
    return state.lives


def _tell(present: list[Life], history: History, number: int, design: int, patience: int) -> None:
    region = number % len(present)
    life = present[region]
    if history.seen[number] < life.born:
        return  # asked for by a region that is dead
    good = history.states[number] == TrialState.COMPLETE
    loss, violation = float(history.losses[number, 0]), float(history.violations[number])
    life.learn(number, loss if good else np.inf, design, patience, np.inf if np.isnan(violation) else violation)
    if life.length < LENGTH_LEAST:
        present[region] = Life(born=int(history.told[number]))
