"""What was learnt of a record that grows, to save learning it again."""

from __future__ import annotations

__all__ = ["Knowledge"]

from dataclasses import dataclass, field

from tunewright.space import Space
from tunewright.strategies.parzen.densities import Densities
from tunewright.strategies.parzen.fronts import Fronts
from tunewright.strategies.parzen.standing import Standing
from tunewright.trial import History


@dataclass(eq=False)
class Knowledge:
    """Who is better than whom, and the densities: of each trial once, and of those under way until they have ended.

    Attributes:
        of: the space of the record then.
        standing: who is better than whom.
        densities: where everybody is.
    """

    of: Space
    standing: Standing | Fronts
    densities: Densities
    _open: list[int] = field(default_factory=list)
    _read: int = 0

    def read(self, history: History) -> None:
        """Take in what is new since the last call. A trial under way may have moved, where names are met on the way."""
        asked, told = history.asked, history.told
        fresh = [*self._open, *range(self._read, history.n)]
        self._read = history.n
        known = [number for number in fresh if asked[number]]
        ended = [number for number in fresh if told[number]]
        self._open = [] if len(ended) == len(fresh) else [number for number in fresh if not told[number]]
        if ended:
            self.standing.take(history, ended)
        if known:
            self.densities.place(history, known)
