"""The contract of a scheduler."""

from __future__ import annotations

from typing import Any, Protocol

from tunewright.trial import History

__all__ = ["Scheduler"]


class Scheduler(Protocol):
    """Decides after each report whether a trial goes on: a pure function of the record.

    An object of this kind holds its own options and nothing else.
    """

    def check(self, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` if the scheduler cannot rank trials by these objectives."""
        ...

    def stop(self, history: History, number: int, step: int) -> bool:
        """Whether trial ``number`` should end after its report at ``step``, which is already in the record."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Name and options, for the record."""
        ...
