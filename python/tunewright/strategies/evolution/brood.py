"""Children that may be run: allowed by the space's constraints, and not in the record yet."""

from __future__ import annotations

__all__ = ["Proposal", "admissible"]

from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from tunewright.space import Space
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

_TRIES = 32  # attempts for one trial before the last of them is handed on as it is

Proposal = Callable[[Ints, int], Array]
"""(trial numbers (k,), attempt) -> native rows (k, d), each a function of its number and the attempt."""


def admissible(history: History, numbers: Ints, propose: Proposal, alike: Space | None = None) -> Array:
    """For each trial the first attempt that is allowed and new: not in the record, and of no trial before it here.

    Where there is none among so many, the last one is left to the study, which redraws what it must. ``alike``: a space
    of the same parameters that says what counts as the same configuration; the study's own by default.
    """
    space, alike = history.space, alike or history.space
    natives = propose(numbers, 0)
    attempts = np.zeros(len(numbers), dtype=np.int64)
    if space.constraints:
        _allow(space, natives, attempts, numbers, propose)
    known = _known(history, alike)
    batch: set[bytes] = set()
    for i, key in enumerate(alike.identities(natives)):
        while (key in known or key in batch) and attempts[i] < _TRIES:
            attempts[i] += 1
            row = propose(numbers[i : i + 1], int(attempts[i]))
            if space.feasible(row)[0]:
                natives[i], key = row[0], alike.identities(row)[0]
        batch.add(key)
    return natives


def _allow(space: Space, natives: Array, attempts: Ints, numbers: Ints, propose: Proposal) -> None:
    """Replace forbidden rows, in place, by later attempts."""
    bad = np.flatnonzero(~space.feasible(natives))
    attempt = 0
    while len(bad) and attempt < _TRIES:
        attempt += 1
        natives[bad] = propose(numbers[bad], attempt)
        attempts[bad] = attempt
        bad = bad[~space.feasible(natives[bad])]


@dataclass(eq=False)
class _Known:
    """Configurations of a record that grows."""

    space: Space
    keys: set[bytes] = field(default_factory=set)
    unplaced: list[int] = field(default_factory=list)  # trials whose configuration was not there yet
    read: int = 0

    def learn(self, history: History) -> None:
        fresh = np.array([*self.unplaced, *range(self.read, history.n)], dtype=np.int64)
        there = history.asked[fresh] > 0
        self.keys.update(self.space.identities(history.natives[fresh[there]]))
        self.unplaced, self.read = fresh[~there].tolist(), history.n


_records: WeakKeyDictionary[History, _Known] = WeakKeyDictionary()


def _known(history: History, alike: Space) -> set[bytes]:
    record = _records.get(history)
    if record is None or record.space is not alike:
        record = _records[history] = _Known(alike)
    record.learn(history)
    return record.keys
