"""A controller's weights as a fold over outcomes, in the order in which they were told.

r_k  reward of outcome k: the share of the earlier ones that it beats, ties half
b, s moving mean and deviation of the rewards, A_k = (r_k - b) / s
"""

from __future__ import annotations

__all__ = ["Learner"]

from bisect import bisect_left, bisect_right, insort

import numpy as np

from tunewright.strategies.evolution.endings import Endings
from tunewright.strategies.evolution.merit import merits
from tunewright.strategies.policy.controller import Controller
from tunewright.trial import History
from tunewright.trial.columns import Array

_FIRST, _SECOND = 0.9, 0.99  # decays of Adam's moments
_TINY = 1e-8
_SPREAD = 1.0 / np.sqrt(12.0)  # deviation of rewards while nothing is learnt: they are uniform then


class Learner:
    """Reads a record that grows: each outcome is learnt from once, so that from the start gives the same bits."""

    def __init__(self, controller: Controller, rate: float, entropy: float, decay: float) -> None:
        self.controller = controller
        self._rates = rate * controller.paces()
        self._entropy, self._decay = entropy, decay
        self._theta = controller.initial()
        self._mean, self._square = np.zeros(len(self._theta)), np.zeros(len(self._theta))
        self._baseline, self._variance = 0.5, _SPREAD**2
        self._endings, self._read, self._steps = Endings(), 0, 0
        self._merits: list[tuple[float, float, float]] = []

    def weights(self, history: History) -> Array:
        """The weights after all outcomes of ``history``."""
        self._endings.read(history)
        fresh = np.array(self._endings.trials[self._read :], dtype=np.int64)
        self._read += len(fresh)
        if len(fresh):
            actions = self.controller.actions
            keys = np.stack(merits(history, fresh), axis=1).tolist()
            for trial, key in zip(fresh.tolist(), keys, strict=True):
                advantage = self._advantage(tuple(key))
                if history.asked[trial] > 0:
                    moves = actions.taken(history.unit[trial, actions.space.columns])
                    self._climb(self.controller.slope(self._theta, moves, advantage, self._entropy))
        return self._theta

    def _advantage(self, merit: tuple[float, float, float]) -> float:
        """By how many deviations the reward is above the baseline; both move on."""
        worse = len(self._merits) - bisect_right(self._merits, merit)
        ties = bisect_right(self._merits, merit) - bisect_left(self._merits, merit)
        reward = (worse + ties / 2) / len(self._merits) if self._merits else 0.5
        insort(self._merits, merit)
        beyond = reward - self._baseline
        advantage = beyond / max(np.sqrt(self._variance), 0.05)
        self._baseline += (1.0 - self._decay) * beyond
        self._variance = self._decay * (self._variance + (1.0 - self._decay) * beyond**2)
        return float(advantage)

    def _climb(self, slope: Array) -> None:
        """One step of Adam (Kingma & Ba, ICLR 2015) uphill."""
        self._steps += 1
        self._mean += (1.0 - _FIRST) * (slope - self._mean)
        self._square += (1.0 - _SECOND) * (slope**2 - self._square)
        size = self._rates * np.sqrt(1.0 - _SECOND**self._steps) / (1.0 - _FIRST**self._steps)
        self._theta = self._theta + size * self._mean / (np.sqrt(self._square) + _TINY)
