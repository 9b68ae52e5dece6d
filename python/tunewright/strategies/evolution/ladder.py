"""Populations of differential evolution, one for each rung that trials reached.

Losses after different numbers of steps say nothing of each other, so a challenger meets, on every rung that it
reached, whoever holds its place there (Awad, Mallik & Hutter, DEHB, IJCAI 2021, section 3.1).
"""

from __future__ import annotations

__all__ = ["WHOLE", "Ladder", "Rung"]

from dataclasses import dataclass, field

import numpy as np

from tunewright.strategies.evolution.endings import Endings
from tunewright.strategies.evolution.merit import EARLY, FAILED, merits
from tunewright.trial import History
from tunewright.trial.columns import Ints

WHOLE = int(np.iinfo(np.int64).max)  # the step of outcomes: above every rung
_Merit = tuple[float, float, float]


@dataclass(eq=False)
class Rung:
    """Who holds each place on a rung, -1 where nobody does, and how good it was there."""

    trials: Ints
    merits: list[_Merit]

    @property
    def held(self) -> Ints:
        """Those who hold a place, in the order of places."""
        return self.trials[self.trials >= 0]

    def challenge(self, trial: int, merit: _Merit) -> None:
        """``trial`` takes the place of its number if nobody holds it or it is not worse."""
        place = trial % len(self.trials)
        if self.trials[place] < 0 or merit <= self.merits[place]:
            self.trials[place], self.merits[place] = trial, merit

    def best(self, count: int) -> Ints:
        """Trials of the ``count`` best places that are held, the best first."""
        held = np.flatnonzero(self.trials >= 0)
        order = sorted(held.tolist(), key=lambda place: self.merits[place])
        return self.trials[np.array(order[:count], dtype=np.int64)]


@dataclass(eq=False)
class Ladder:
    """All rungs after the last whole generation of ``size`` ended trials.

    A rung is a step at which a trial was ended early; the highest, :data:`WHOLE`, holds outcomes. A rung that comes to
    be known later begins with the trials of that generation.
    """

    size: int
    rungs: dict[int, Rung] = field(default_factory=dict)
    _taken: int = 0
    _endings: Endings = field(default_factory=Endings)

    def learn(self, history: History) -> None:
        """Take in the generations that are whole by now."""
        self._endings.read(history)
        ended = self._endings.trials
        while len(ended) - self._taken >= self.size:
            block = np.array(ended[self._taken : self._taken + self.size], dtype=np.int64)
            self._taken += self.size
            self._climb(history, block)

    def held(self, least: int) -> list[Rung]:
        """Rungs with ``least`` members or more, the highest first."""
        return [rung for _, rung in sorted(self.rungs.items(), reverse=True) if len(rung.held) >= least]

    def _climb(self, history: History, block: Ints) -> None:
        keys = np.stack(merits(history, block), axis=1).tolist()
        tops = [_top(history, trial, key[0]) for trial, key in zip(block.tolist(), keys, strict=True)]
        for top in tops:
            if top and top not in self.rungs:
                self.rungs[top] = Rung(np.full(self.size, -1, dtype=np.int64), [(0.0, 0.0, 0.0)] * self.size)
        for trial, key, top in zip(block.tolist(), keys, tops, strict=True):
            for step, rung in self.rungs.items():
                if step == WHOLE == top:
                    rung.challenge(trial, tuple(key))
                elif step <= top and key[0] <= EARLY and history.reports.has(trial, step):
                    loss = _loss(history, trial, step)
                    if np.isfinite(loss):
                        rung.challenge(trial, (0.0, 0.0, loss))


def _top(history: History, trial: int, kind: float) -> int:
    """The highest rung of an ended trial; 0 for one that is of no use."""
    if kind == EARLY:
        return history.reports.last_step(trial)
    return 0 if kind == FAILED else WHOLE


def _loss(history: History, trial: int, step: int) -> float:
    report = history.reports.at(history.reports.row(trial, step))[3]
    return float(report.get(history.metrics[0], np.nan)) * float(history.signs[0])
