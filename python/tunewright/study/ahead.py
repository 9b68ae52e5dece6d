"""Suggestions made before anybody asks for them: of many at once, each costs a fraction of one alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tunewright.space import Space
from tunewright.study.proposal import Proposer
from tunewright.trial import History
from tunewright.trial.columns import Array

__all__ = ["Ahead"]

_FIRST, _MOST = 16, 1024  # trials of the first block, and of the longest


class Ahead:
    """A block of suggestions for the next trials.

    It holds for as long as the strategy would say the same again: fewer trials have ended than its horizon, nobody
    enqueued anything, the space is the same, and the trials before have the configurations that were suggested here.

    Attributes:
        first: number of the block's first trial.
        natives: configurations as native numbers, shape (k, d).
        configs: the same as dictionaries.
        followed: trials of the block below this number are in the record as they were suggested.
    """

    def __init__(self, proposer: Proposer) -> None:
        self.first = 0
        self.natives: Array = np.zeros((0, 0))
        self.configs: list[dict[str, Any]] = []
        self.followed = 0
        self._proposer = proposer
        self._until: float = 0.0
        self._enqueued = 0
        self._space: Space | None = None

    def holds(self, history: History, number: int) -> bool:
        """Whether the block has the suggestion for trial ``number``, and it is still what the strategy would say."""
        return (
            history.ended < self._until
            and 0 <= number - self.first < len(self.configs)
            and len(history.enqueued) == self._enqueued
            and history.search_space is self._space
            and (number <= self.followed or self._is_followed(history, number))
        )

    def _is_followed(self, history: History, number: int) -> bool:
        rows = slice(self.followed - self.first, number - self.first)
        if not np.array_equal(history.natives[self.followed : number], self.natives[rows], equal_nan=True):
            return False
        self.followed = number
        return True

    def renew(self, history: History, number: int) -> None:
        """Suggest a block from ``number`` on: twice as long as the last was of use, and not beyond the horizon."""
        used = min(max(number - self.first, 0), len(self.configs))
        length = min(2 * used, _MOST) if self.configs else _FIRST
        searched = history.searched
        until = self._proposer.strategy.horizon(searched) + (history.ended - searched.ended)
        count = max(1, int(min(length, until - history.ended)))
        natives = self._proposer.propose(history, np.arange(number, number + count))
        self.configs = history.space.configs(natives)
        self.first = self.followed = number
        self.natives, self._until = natives, until
        self._enqueued, self._space = len(history.enqueued), history.search_space

    def revised(self, number: int) -> None:
        """The configuration of a trial is no longer as it was suggested, which may matter to those after it."""
        if self._until < math.inf and number >= self.first:
            self.followed = min(self.followed, number)
