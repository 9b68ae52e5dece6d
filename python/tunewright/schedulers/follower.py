"""A judge that reads the reports one after another, each once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from tunewright.schedulers.birth import Birth
from tunewright.schedulers.decision import Decision
from tunewright.schedulers.protocol import Judge
from tunewright.trial import History, Ladder
from tunewright.trial.reports import NOBODY

__all__ = ["Follower", "Rule"]


class Rule(Protocol):
    """What one scheduler makes of reports that it is handed in their order.

    A rule that inherits from this class needs :meth:`read` alone.
    """

    def read(self, trial: int, step: int, revision: int, metrics: Mapping[str, float]) -> Decision:
        """What the trial does after this report, and what later reports are compared with."""
        ...

    def resource(self, number: int) -> int | None:
        """See :meth:`Judge.resource`."""
        return None

    def ladder(self, number: int) -> Ladder:
        """See :meth:`Judge.ladder`."""
        return ()

    def promote(self, history: History) -> int | Birth | None:
        """See :meth:`Judge.promote`."""
        return None

    def room(self) -> int | None:
        """See :meth:`Judge.room`."""
        return None

    def dismissed(self, history: History) -> Sequence[int]:
        """See :meth:`Judge.dismissed`."""
        return ()


class Follower(Judge):
    """Keeps a rule level with the record.

    Args:
        history: the record.
        rule: makes a rule that has read nothing. It is made anew when reports were taken back (an attempt that was
            interrupted), or when an earlier row is asked for.
    """

    def __init__(self, history: History, rule: Callable[[], Rule]) -> None:
        self._history = history
        self._reports = history.reports
        self._make = rule
        self._rule = rule()
        self._read = 0
        self._forgotten = history.reports.forgotten

    def decide(self, row: int) -> Decision:
        """See :class:`Judge`."""
        if row != self._read or self._forgotten != self._reports.forgotten:
            self._follow(row)
        self._read = row + 1
        trial, step, revision, metrics = self._reports.at(row)
        return self._rule.read(trial, step, revision, metrics)

    def resource(self, number: int) -> int | None:
        """See :class:`Judge`."""
        self._follow(len(self._reports))
        return self._rule.resource(number)

    def ladder(self, number: int) -> Ladder:
        """See :class:`Judge`."""
        return self._rule.ladder(number)

    def room(self) -> int | None:
        """See :class:`Judge`."""
        return self._rule.room()

    def promote(self) -> int | Birth | None:
        """See :class:`Judge`."""
        self._follow(len(self._reports))
        return self._rule.promote(self._history)

    def dismissed(self) -> Sequence[int]:
        """See :class:`Judge`."""
        self._follow(len(self._reports))
        return self._rule.dismissed(self._history)

    def _follow(self, end: int) -> None:
        """Have read the rows before ``end`` and no others."""
        if end < self._read or self._forgotten != self._reports.forgotten:
            self._rule, self._read, self._forgotten = self._make(), 0, self._reports.forgotten
        for row in range(self._read, end):
            trial, step, revision, metrics = self._reports.at(row)
            if trial != NOBODY:
                self._rule.read(trial, step, revision, metrics)
        self._read = end
