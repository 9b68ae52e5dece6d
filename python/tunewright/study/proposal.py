"""From a strategy's suggestion to a configuration that may be run: allowed by the constraints, and new."""

from __future__ import annotations

import logging
from typing import Literal

import numpy as np

from tunewright.errors import SpaceError, StudyError
from tunewright.numerics.sampling import purpose, uniform
from tunewright.space import Space, Table
from tunewright.strategies import Choosing, Grid, Strategy
from tunewright.strategies.grid import rows as all_configurations
from tunewright.strategies.random import draw
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["Duplicates", "Proposer"]

_log = logging.getLogger("tunewright")

Duplicates = Literal["avoid", "reuse", "allow"]

_TRIES = 16  # redraws before a finite space is searched for what is left
_REDRAWS = 10_000  # redraws before the constraints are given up on


class Proposer:
    """Suggestions of one strategy, made admissible.

    What comes out is a pure function of the record, the seed and the trial numbers: redraws take their own
    counter-based streams.
    """

    def __init__(self, strategy: Strategy, seed: int, duplicates: Duplicates, declared: Space) -> None:
        if duplicates not in ("avoid", "reuse", "allow"):
            raise StudyError(f"duplicates must be 'avoid', 'reuse' or 'allow'; got {duplicates!r}")
        self.strategy = strategy
        self.seed = seed
        self.duplicates = duplicates
        self.declared = declared  # what is searched, as its author wrote it
        self._known: set[bytes] = set()
        self._choosing = strategy if isinstance(strategy, Choosing) else None  # asked once: it takes its time
        self._said = ""  # what was last logged to be searching
        self._read = 0  # trials of the record that _known covers
        self._unplaced: list[int] = []  # trials of other processes whose configuration was not there yet
        self._space: Space | None = None
        self._counted: tuple[Space | None, bool] = (None, False)  # counting a space's configurations takes time

    def propose(self, history: History, numbers: Ints) -> Array:
        """Native configurations of trials ``numbers``, shape (k, D); k < len(numbers) when nothing is left.

        They are suggested in the space that is searched now, and come back as rows of the record.
        """
        return history.recorded(self._searched(history.searched, numbers))

    def room(self, history: History, numbers: Ints) -> int:
        """For how many of the trials ``numbers`` a configuration is left, without asking the strategy for any.

        Other trials whose configuration is still being made will take theirs.
        """
        searched = history.searched
        space = searched.space
        if self.strategy.prescribed or self.duplicates != "avoid":
            return len(numbers)
        expecting = np.setdiff1d(np.flatnonzero((history.asked == 0) & (history.told == 0)), numbers)
        everyone = np.concatenate([expecting, numbers])
        if isinstance(space, Table):
            left = int(np.count_nonzero(~space.taken(searched.natives)))
        elif self.runs_out(space):
            drawn = draw(space, self.seed, everyone)
            left = len(self._fresh(searched, self._allowed(space, drawn, everyone), everyone))
        else:
            return len(numbers)
        return max(0, min(len(numbers), left - len(expecting)))

    def _searched(self, history: History, numbers: Ints) -> Array:
        self._say(history)
        natives = self.strategy.suggest(history, self.seed, numbers)
        if self.strategy.prescribed:
            return natives
        space = history.space
        if isinstance(space, Table):
            return self._shelved(history, space, natives)
        if space.constraints:
            natives = self._allowed(space, natives, numbers)
        if self.duplicates == "avoid" and self.runs_out(space):
            natives = self._fresh(history, natives, numbers)
        return natives

    def _say(self, history: History) -> None:
        """Log what the strategy leaves the search to, whenever that has changed."""
        if self._choosing is not None:
            choice = self._choosing.choice(history)
            if choice.name != self._said:
                self._said = choice.name
                _log.info(
                    "%s leaves trial %d on to %s: %s", type(self.strategy).__name__, history.n, choice.name, choice.why
                )

    def runs_out(self, space: Space) -> bool:
        """Whether the space has so many configurations and no more: a space that grows by itself never does."""
        if self._counted[0] is not space:
            self._counted = space, space is self.declared and space.dimension > 0 and space.size is not None
        return self._counted[1]

    @property
    def exhausted(self) -> str:
        """Why there is nothing left to suggest, once there is not."""
        if self.strategy.prescribed:
            return f"{type(self.strategy).__name__} has run its whole plan"
        return "every configuration of the space has been tried (duplicates='allow' repeats them)"

    def _allowed(self, space: Space, natives: Array, numbers: Ints) -> Array:
        """Redraw the forbidden rows until none is left."""
        natives = natives.copy()
        bad = np.flatnonzero(~space.feasible(natives))
        attempt = 0
        while bad.size:
            attempt += 1
            if attempt > _REDRAWS:
                raise SpaceError(
                    f"no allowed configuration found in {_REDRAWS:,} draws: the constraints leave next to nothing. "
                    "Check them with space.feasible(...), or narrow the parameters' ranges instead"
                )
            natives[bad] = draw(space, self.seed, numbers[bad], attempt=attempt)
            bad = bad[~space.feasible(natives[bad])]
        return natives

    def _shelved(self, history: History, table: Table, natives: Array) -> Array:
        """The nearest row of the table to each of ``natives``; of those that are left, unless repeats are allowed."""
        taken = np.zeros(table.size, dtype=np.bool_)
        if self.duplicates == "avoid":
            taken = table.taken(history.natives)
        out: Array = natives.copy()
        for i, row in enumerate(natives):
            place = table.nearest(row, taken)
            if place < 0:
                return out[:i]
            out[i] = table.rows[place]
            taken[place] = self.duplicates == "avoid"
        return out

    def _fresh(self, history: History, natives: Array, numbers: Ints) -> Array:
        """Replace rows that are in the record or earlier in the batch; cut off where the space is used up."""
        self._learn(history)
        space = history.space
        batch: set[bytes] = set()
        left: dict[bytes, Array] | None = None  # what is still untried, once it had to be enumerated
        out: Array = natives.copy()
        for i, suggested in enumerate(space.identities(natives)):
            key = self._redrawn(space, out[i], suggested, numbers[i : i + 1], batch)
            if key is None:
                left = self._left(space) if left is None else left
                free = [known for known in left if known not in batch]
                if not free:
                    return out[:i]
                pick = uniform(self.seed, numbers[i : i + 1], np.array([purpose("unused")], np.uint64))[0, 0]
                key = free[int(pick * len(free))]
                out[i] = left[key]
            batch.add(key)
        return out

    def _redrawn(self, space: Space, row: Array, key: bytes, number: Ints, batch: set[bytes]) -> bytes | None:
        """The identity ``key`` of ``row``, redrawn in place until it is new; ``None`` after too many tries."""
        for attempt in range(_TRIES):
            if attempt:
                row[:] = draw(space, self.seed, number, attempt=_REDRAWS + attempt)[0]
                key = space.identities(row[None, :])[0]
            if key not in self._known and key not in batch and (not attempt or space.feasible(row[None, :])[0]):
                return key
        return None

    def _left(self, space: Space) -> dict[bytes, Array]:
        """The allowed configurations that are not in the record, by identity."""
        rows = all_configurations(Grid(), space)
        table = dict(zip(space.identities(rows), rows, strict=True))
        return {key: row for key, row in table.items() if key not in self._known}

    def _learn(self, history: History) -> None:
        """Take in the trials that joined the record since the last call."""
        if self._space is not history.space or self._read > history.n:
            self._space, self._read = history.space, 0
            self._known.clear()
            self._unplaced.clear()
        fresh = np.array([*self._unplaced, *range(self._read, history.n)], dtype=np.int64)
        self._unplaced = fresh[history.asked[fresh] == 0].tolist()
        self._known.update(history.space.identities(history.natives[fresh]))
        self._read = history.n
