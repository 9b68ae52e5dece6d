"""Where running trials call home: what they report, meet and note, and word of when to stop."""

from __future__ import annotations

import threading
from typing import Any

from tunewright.errors import UnknownMetricError
from tunewright.space import Domain
from tunewright.study.ledger import Ledger
from tunewright.study.meetings import Meetings
from tunewright.study.referee import Referee

__all__ = ["Home"]


class Home:
    """The line home of a running trial (see :class:`~tunewright.trial.Link`).

    Args:
        ledger: the study's record.
        meetings: who meets which parameter.
        referee: who carries out what the scheduler decides; ``None`` without a scheduler.
        lock: the study's own; calls come from any thread.

    Attributes:
        ending: the run was interrupted: trials that still report shall stop.
    """

    def __init__(self, ledger: Ledger, meetings: Meetings, referee: Referee | None, lock: threading.RLock) -> None:
        self.ending = False
        self._ledger = ledger
        self._meetings = meetings
        self._referee = referee
        self._lock = lock

    def report(self, number: int, step: int, metrics: dict[str, float]) -> bool:
        """Record intermediate metrics of a running trial; true when it should stop."""
        objectives = self._ledger.history.metrics
        if not any(name in objectives for name in metrics):
            raise UnknownMetricError(
                f"trial {number} reported {', '.join(map(repr, metrics))}; at least one of the study's objectives "
                f"must be among them: {', '.join(map(repr, objectives))}"
            )
        with self._lock:
            referee = self._referee
            if referee is not None and referee.repeats(number, step):
                return self.ending
            row = self._ledger.report(number, step, metrics)
            return (referee is not None and referee.judge(number, row)) or self.ending

    def suggest(self, number: int, name: str, domain: Domain) -> Any:
        """The value of a parameter that a running trial meets; a new name joins the space."""
        with self._lock:
            return self._meetings.suggest(number, name, domain)

    def annotate(self, number: int, key: str, value: Any) -> None:
        """Write ``key = value`` into a trial's metadata."""
        with self._lock:
            self._ledger.annotate(number, {key: value})
