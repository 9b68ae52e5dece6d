"""Where running trials call home: what they report, meet and note, and word of when to stop."""

from __future__ import annotations

import threading
from typing import Any

from tunewright.checkpoints import Checkpoints
from tunewright.errors import UnknownMetricError
from tunewright.space import Domain
from tunewright.study.keeping import Keeper
from tunewright.study.ledger import Ledger
from tunewright.study.meetings import Meetings
from tunewright.study.referee import Referee
from tunewright.trial import Trial

__all__ = ["Home"]


class Home:
    """The line home of a running trial (see :class:`~tunewright.trial.Link`).

    Args:
        ledger: the study's record.
        meetings: who meets which parameter.
        referee: who carries out what the scheduler decides; ``None`` without a scheduler.
        keeper: who knows which saved states are needed.
        lock: the study's own; calls come from any thread.

    Attributes:
        ending: the run was interrupted: trials that still report shall stop.
    """

    def __init__(
        self, ledger: Ledger, meetings: Meetings, referee: Referee | None, keeper: Keeper, lock: threading.RLock
    ) -> None:
        self.ending = False
        self._resumed: dict[int, int] = {}  # trials that go on, and the step they had reported before
        self._ledger = ledger
        self._objectives = frozenset(ledger.history.metrics)
        self._meetings = meetings
        self._referee = referee
        self._keeper = keeper
        self._lock = lock

    def welcome(self, trial: Trial) -> None:
        """A trial that reported before begins again: it goes on where it was."""
        reported = self._ledger.history.reports.last_step(trial.number)
        if reported:
            self._resumed[trial.number] = trial.resumed = reported

    def report(self, number: int, step: int, metrics: dict[str, float]) -> bool:
        """Record intermediate metrics of a running trial; true when it should stop."""
        if self._objectives.isdisjoint(metrics):
            objectives = self._ledger.history.metrics
            raise UnknownMetricError(
                f"trial {number} reported {', '.join(map(repr, metrics))}; at least one of the study's objectives "
                f"must be among them: {', '.join(map(repr, objectives))}"
            )
        with self._lock:
            referee = self._referee
            if self._resumed and self._repeats(number, step):
                return (referee is not None and referee.repeated(number, step)) or self.ending
            if referee is None:
                self._ledger.report(number, step, metrics)
                return self.ending
            if number in referee.pausing:
                referee.ignore(number, step)
                return True
            return referee.judge(number, self._ledger.report(number, step, metrics)) or self.ending

    def _repeats(self, number: int, step: int) -> bool:
        """Whether a trial that goes on went over a step again that its record has already."""
        return step <= self._resumed.get(number, 0) and self._ledger.history.reports.has(number, step)

    def suggest(self, number: int, name: str, domain: Domain) -> Any:
        """The value of a parameter that a running trial meets; a new name joins the space."""
        with self._lock:
            return self._meetings.suggest(number, name, domain)

    def annotate(self, number: int, key: str, value: Any) -> None:
        """Write ``key = value`` into a trial's metadata."""
        with self._lock:
            self._ledger.annotate(number, {key: value})

    def depot(self, number: int) -> Checkpoints:
        """Where trial ``number`` saves its states."""
        return self._keeper.depot

    def saved(self, number: int) -> tuple[str, int] | None:
        """Key and step of the state that trial ``number`` saved last, if it did."""
        with self._lock:
            return self._ledger.history.saved.of(number)

    def keep(self, number: int, step: int, key: str) -> bool:
        """From now on trial ``number`` keeps the state ``key``, saved at ``step``; false when it is not let."""
        with self._lock:
            referee = self._referee
            if referee is not None and number in referee.pausing and referee.beyond(number, step):
                self._keeper.drop(key)  # what follows an epoch that is not recorded: it goes on from where it paused
                return False
            self._keeper.keep(number, step, key)
            return True
