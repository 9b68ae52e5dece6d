"""How far a local search has come, read off the record: where it stands and how long its steps are.

An outcome counts for the step when its configuration was near to where the search stood as the trial was asked for, so
that trials of another strategy, all over the space, do not. It is a success when it beats the best so far: less
violation of the constraints first, then less loss. The logarithm of the step then grows by 1/3, otherwise it falls by
1/12, so that one success in five keeps it (the 1/5 rule: I. Rechenberg, Evolutionsstrategie, 1973; in this form S. Kern
et al., Natural Computing 3, 2004, section 2). A step that has become too short to tell anything begins anew.
"""

from __future__ import annotations

__all__ = ["Walk", "walk"]

import bisect
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.evolution.endings import Endings, losses_of, violations_of
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array

_UP, _DOWN = 1.0 / 3.0, 1.0 / 12.0
_LONGEST = 4.0  # times the first step
_SHORTEST = 1.0 / 64.0
_NEAR = 3.0  # steps, in every coordinate


@dataclass(eq=False)
class Walk:
    """The state after every outcome that changed it.

    Attributes:
        first: length of the first step, in the unit cube.
        home: native row (all columns) that the search begins at; ``None``: at the best of all trials.
        revisions: of the outcomes that changed the state; 0 of the first one.
        stands: coordinates (d,) of where the search stood from there on; ``None`` before anything is known.
        steps: length of its steps from there on.
        began: revision from which on trials count; ``None`` while the outcome of ``home`` is not known.
    """

    first: float
    home: Array | None
    revisions: list[int] = field(default_factory=lambda: [0])
    stands: list[Array | None] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    began: int | None = None
    best: tuple[float, float] = (np.inf, np.inf)
    endings: Endings = field(default_factory=Endings)
    read: int = 0

    def learn(self, history: History, space: Coordinates) -> None:
        """Take in what was told since the last call."""
        if not self.stands:
            self.stands.append(None if self.home is None else space.unit(self.home[None, :])[0])
            self.steps.append(self.first)
            self.began = 0 if self.home is None else None
        self.endings.read(history)
        for number in self.endings.trials[self.read :]:
            self._tell(history, space, number)
        self.read = len(self.endings.trials)

    def _tell(self, history: History, space: Coordinates, number: int) -> None:
        told = int(history.told[number])
        point = history.unit[number, space.columns]
        if self.began is None:
            if not _same(history.natives[number], self.home):
                return
            self.began = told
            self.best = _standing(history, number)
            self._note(told, self.stands[-1], self.steps[-1])
            return
        near = history.seen[number] >= self.began and self._near(space, point, int(history.seen[number]))
        if not near and self.home is not None:
            return
        standing = _standing(history, number)
        better = standing < self.best
        step = self.steps[-1]
        if near and self.stands[-1] is not None:
            step *= float(np.exp(_UP if better else -_DOWN))
            step = self.first if step < _SHORTEST * self.first else min(step, _LONGEST * self.first)
        if better:
            self.best = standing
        self._note(told, point if better else self.stands[-1], step)

    def _note(self, told: int, stand: Array | None, step: float) -> None:
        self.revisions.append(told)
        self.stands.append(stand)
        self.steps.append(step)

    def _near(self, space: Coordinates, point: Array, seen: int) -> bool:
        """Whether ``point`` is a neighbour of where the search stood at revision ``seen``."""
        place = bisect.bisect_right(self.revisions, seen) - 1
        stand = self.stands[place]
        if stand is None:
            return False
        reach = np.maximum(_NEAR * self.steps[place], 1.5 * space.steps)
        apart = np.abs(point - stand) > reach  # what does not exist in one of the two is not apart
        return not bool(np.any(apart & (space.kinds == 0)))


def _standing(history: History, number: int) -> tuple[float, float]:
    """Violation and loss of one trial, less is better; infinite if it failed."""
    trial = np.array([number])
    loss = float(losses_of(history, trial)[0, 0])
    if history.states[number] != TrialState.COMPLETE or not np.isfinite(loss):
        return np.inf, np.inf
    violation = float(violations_of(history, trial)[0])
    return (np.inf if np.isnan(violation) else violation), loss


def _same(row: Array, other: Array | None) -> bool:
    return other is not None and bool(np.all((row == other) | (np.isnan(row) & np.isnan(other))))


_walks: WeakKeyDictionary[History, dict[tuple[float, bytes], tuple[Coordinates, Walk]]] = WeakKeyDictionary()


def walk(history: History, space: Coordinates, first: float, home: Array | None) -> Walk:
    """The walk that the record tells of; what was read before is not read again."""
    known = _walks.setdefault(history, {})
    key = (first, b"" if home is None else home.tobytes())
    if key not in known or known[key][0] is not space:
        known[key] = space, Walk(first, home)
    present = known[key][1]
    present.learn(history, space)
    return present
