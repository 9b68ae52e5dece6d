"""The population of ageing evolution: the last trials that ended."""

from __future__ import annotations

__all__ = ["living"]

from weakref import WeakKeyDictionary

import numpy as np

from tunewright.strategies.evolution.endings import Endings
from tunewright.strategies.evolution.merit import ranked
from tunewright.strategies.evolution.population import Population
from tunewright.trial import History, TrialState

_endings: WeakKeyDictionary[History, Endings] = WeakKeyDictionary()


def living(history: History, size: int) -> Population:
    """The last ``size`` trials that ended, but for failed ones; nobody before there were so many."""
    endings = _endings.setdefault(history, Endings())
    endings.read(history)
    trials = np.array(endings.trials[-size:] if len(endings.trials) >= size else [], dtype=np.int64)
    trials = trials[history.states[trials] != TrialState.FAILED]
    return Population(0, trials, ranked(history, trials).astype(np.float64), np.zeros(0))
