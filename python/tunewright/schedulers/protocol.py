"""The contract of a scheduler: who goes on training after a report, and for how long.

A :class:`Scheduler` holds options and nothing else. What it knows of a study it reads from the record, through a
:class:`Judge`: a reader that may remember what it has read (rungs, orders, curves) so that a report costs
little, and that may be thrown away at any time. A fresh judge of the same record answers the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tunewright.schedulers.birth import Birth
from tunewright.schedulers.decision import Decision
from tunewright.trial import History, Ladder

__all__ = ["Judge", "Scheduler"]


class Judge(Protocol):
    """The decisions of one scheduler on one record. Not thread-safe by itself: the study locks.

    A judge that inherits from this class needs :meth:`decide` alone: it grants every trial as much as it likes,
    and pauses none.
    """

    def decide(self, row: int) -> Decision:
        """What the trial of report ``row`` does next: a function of the reports up to that row, in their order.

        The study asks once, right after the report joined the record; and asks a fresh judge again for the last report
        of a trial that was interrupted. After ``STOP`` the trial ends as pruned, after ``PAUSE`` as paused.
        """
        ...

    def resource(self, number: int) -> int | None:
        """Up to which step trial ``number`` may go when it begins or resumes now; ``None`` for no limit.

        It is ``trial.resource``. A trial that returns without having reported that step is taken to report its
        value there.
        """
        return None

    def ladder(self, number: int) -> Ladder:
        """The rungs ahead of trial ``number`` and what the fidelities are on the way to each; none by default."""
        return ()

    def promote(self) -> int | Birth | None:
        """The paused trial that goes on next, a new trial in the place of one, or ``None``: a function of the record.

        The study asks before it suggests anything new, and resumes that trial with a new :meth:`resource`. A paused
        trial has state ``PAUSED``; one that was told to pause and is still on its way out is not promoted yet.
        """
        return None

    def room(self) -> int | None:
        """How many more trials the strategy may begin; ``None`` for any number.

        With a number the study ends by itself, once they are over and nothing is left to promote.
        """
        return None

    def dismissed(self) -> Sequence[int]:
        """Paused trials that will never go on, ascending; the study ends them as pruned with what they reported."""
        return ()


class Scheduler(Protocol):
    """Decides after each report whether a trial goes on: a pure function of the record."""

    def check(self, directions: Mapping[str, str]) -> None:
        """Raise ``StudyError`` if the scheduler cannot rank trials by these objectives."""
        ...

    def judge(self, history: History) -> Judge:
        """A fresh judge of this record."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Name (under ``"scheduler"``) and options as JSON values."""
        ...
