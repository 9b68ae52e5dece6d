"""How trials end: what was told or returned becomes part of the record."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tunewright.errors import ReportError, StudyError
from tunewright.study.keeping import Keeper
from tunewright.study.ledger import Ledger
from tunewright.study.meetings import Meetings
from tunewright.study.outcome import Outcome, early_outcome, outcome_of, pruned_outcome
from tunewright.study.referee import Referee
from tunewright.trial import Trial, TrialState, TrialView

__all__ = ["Endings", "number_of"]

_log = logging.getLogger("tunewright")
_FAILED = int(TrialState.FAILED)


class Endings:
    """The ways in which a trial ends. Safe to call from any thread.

    Args:
        ledger: the study's record.
        meetings: who meets which parameter.
        referee: who carries out what the scheduler decides; ``None`` without a scheduler.
        keeper: who knows which saved states are needed.
        lock: the study's own.
    """

    def __init__(
        self, ledger: Ledger, meetings: Meetings, referee: Referee | None, keeper: Keeper, lock: threading.RLock
    ) -> None:
        self._ledger = ledger
        self._goals = ledger.history.goals
        self._meetings = meetings
        self._referee = referee
        self._keeper = keeper
        self._lock = lock

    def tell(
        self, trial: Trial | int, values: Any, *, sem: Any, state: TrialState | str | None, error: str | None
    ) -> None:
        """See :meth:`tunewright.Study.tell`, of one trial."""
        parsed = None if state is None else TrialState.parse(state)
        if parsed is not None and not parsed.is_final:
            raise StudyError(f"state must be 'complete', 'pruned' or 'failed'; got {parsed.label!r}")
        if parsed in (None, TrialState.COMPLETE):
            self.conclude(trial, values, sem=sem)
            return
        self._end(trial, early_outcome(int(parsed), values, self._goals, error=error, sem=sem))

    def tell_many(self, trials: Sequence[Trial], values: Any, sems: Any) -> None:
        """See :meth:`tunewright.Study.tell`, of several trials: all or, if one is refused, none."""
        results = list(values) if values is not None else []
        errors = [None] * len(results) if sems is None else list(sems)
        if not len(results) == len(errors) == len(trials):
            what = "values" if len(results) != len(trials) else "standard errors"
            came = len(results) if len(results) != len(trials) else len(errors)
            raise ReportError(f"tell got {len(trials)} trials but {came} {what}; give one for each")
        outcomes = [outcome_of(told, self._goals, sem=sem) for told, sem in zip(results, errors, strict=True)]
        with self._lock:
            numbers = [self._settled(trial) for trial in trials]
            if self._referee is None:
                self._ledger.finish_many(list(zip(numbers, outcomes, strict=True)))
                for number in numbers:
                    self._keeper.ended(number)
                return
            for number in numbers:
                self._ledger.need_unfinished(number)
            for number, outcome in zip(numbers, outcomes, strict=True):
                self._end(number, outcome)

    def conclude(
        self, trial: Trial | int, result: Any, notes: Mapping[str, Any] | None = None, sem: Any = None
    ) -> None:
        """Record what an objective returned; ``notes`` join the trial's metadata.

        An objective that returns nothing after it reported: what it last reported counts.
        """
        if result is None:
            if self._referee is not None and self._referee.told(number_of(trial)):
                self.prune(trial, notes)
                return
            last = self._ledger.history.reports.last(number_of(trial))
            result = {name: value for name, value in last.items() if name in self._goals.outputs} or None
        outcome = outcome_of(result, self._goals, notes, sem)
        if self._referee is None:
            self._finish(trial, outcome)
        else:
            self._end(trial, outcome)

    def prune(self, trial: Trial | int, notes: Mapping[str, Any] | None = None) -> None:
        """End a trial as pruned, with what it last reported as its values."""
        self._end(trial, pruned_outcome(self._ledger.history, number_of(trial), notes))

    def fail(self, trial: Trial | int, error: str, notes: Mapping[str, Any] | None = None) -> None:
        """End a trial as failed, and say why."""
        self._finish(trial, (_FAILED, [np.nan] * len(self._goals.outputs), error, notes, None))

    def repeat(self, trial: Trial) -> None:
        """Complete a trial with the values of the earlier one that has the same configuration."""
        if trial.same_as is None:
            raise StudyError(f"trial {trial.number} repeats no earlier trial")
        values, sems = self._ledger.history.result(trial.same_as)
        self._finish(trial, outcome_of(values, self._goals, {"same_as": trial.same_as}, sems or None))

    def _end(self, trial: Trial | int, outcome: Outcome) -> None:
        """Record what came home, as the scheduler has it: complete, pruned, or not ended but paused."""
        if self._referee is None:
            self._finish(trial, outcome)
            return
        with self._lock:
            number = self._settled(trial)
            self._ledger.need_unfinished(number)
            ended = self._referee.ending(number, outcome)
            if ended is not None:
                self._finish(number, ended)

    def _finish(self, trial: Trial | int, outcome: Outcome) -> None:
        with self._lock:
            ledger = self._ledger
            best = ledger.best
            number = self._settled(trial)
            ledger.finish(number, outcome)
            if self._referee is not None:
                self._referee.forget(number)
            if ledger.history.saved.numbers:
                self._keeper.ended(number)
            if ledger.best is not best and _log.isEnabledFor(logging.INFO) and ledger.best is not None:
                _log.info("trial %d is the best so far: %s", ledger.best, TrialView(ledger.history, ledger.best).values)

    def _settled(self, trial: Trial | int) -> int:
        """The trial's number, once its configuration in the record is what it really met."""
        number = trial.number if type(trial) is Trial else number_of(trial)
        if self._meetings.expected:
            self._meetings.settle(number)
        return number


def number_of(trial: Trial | int) -> int:
    """The number of a trial given as itself or by its number."""
    if isinstance(trial, Trial):
        return trial.number
    if isinstance(trial, bool) or not isinstance(trial, (int, np.integer)):
        raise StudyError(f"tell takes a trial or its number first; got {trial!r}")
    return int(trial)
