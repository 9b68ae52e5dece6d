"""Carrying out what a scheduler decides: who ends, who is set aside, who goes on."""

from __future__ import annotations

import logging

from tunewright.errors import StudyError, TrialFinishedError
from tunewright.schedulers import Birth, Decision, Scheduler
from tunewright.study.keeping import Keeper
from tunewright.study.ledger import Ledger
from tunewright.study.outcome import Outcome, pruned_outcome
from tunewright.trial import Trial, TrialState
from tunewright.trial.ladder import on
from tunewright.trial.saved import NOTE

__all__ = ["Referee"]

_COMPLETE, _PRUNED = int(TrialState.COMPLETE), int(TrialState.PRUNED)
_GO_ON = Decision.CONTINUE
_log = logging.getLogger("tunewright")


class Referee:
    """The hand of one scheduler in one study. Not thread-safe by itself: the study locks.

    Args:
        ledger: the study's record.
        scheduler: who decides.
        keeper: who knows which saved states are needed.

    Attributes:
        pausing: trials that were told to pause or have paused. Until they go on what they report is left out: it would
            enter a rung that they were not let on to.
    """

    def __init__(self, ledger: Ledger, scheduler: Scheduler, keeper: Keeper) -> None:
        self._ledger = ledger
        self._keeper = keeper
        self._scheduler = scheduler
        self._judge = scheduler.judge(ledger.history)
        self._refuse_clashes()
        self.pausing: set[int] = set()
        self._told: dict[int, Decision] = {}  # running trials that were told to end, and how
        self._owing: set[int] = set()  # trials that go over steps again, to pause where they were to
        self._warned = False  # whether it was said that reports are left out
        self._granted: dict[int, int] = {}  # running trials and the step up to which they may go

    def _refuse_clashes(self) -> None:
        """Raise ``StudyError`` if a fidelity has the name of a parameter or of a metric."""
        history = self._ledger.history
        fidelities = getattr(self._scheduler, "fidelities", None) or {}
        for names, what in ((history.goals.outputs, "metric"), (history.space.names, "parameter")):
            both = next((name for name in fidelities if name in names), None)
            if both is not None:
                raise StudyError(
                    f"{type(self._scheduler).__name__}(fidelities=...) names {both!r}, which is a {what} of this "
                    "study: a fidelity is set by the scheduler. Rename one of the two"
                )

    # -- before a trial runs -----------------------------------------------------------------------

    def call(self, count: int) -> None:
        """Put up to ``count`` paused trials that may go on into the queue, and end those that never will."""
        ledger = self._ledger
        ledger.refresh()
        for _ in range(count):
            found = self._judge.promote()
            while found is not None and not (self._bear(found) if isinstance(found, Birth) else self._resume(found)):
                found = self._judge.promote()
            if found is None:
                break
        for number in self._judge.dismissed():
            self._close(number)

    def _resume(self, number: int) -> bool:
        """Whether it was paused still: another process may have been first, and then the record says so."""
        try:
            self._ledger.resume(number)
        except (StudyError, TrialFinishedError):
            before = int(self._ledger.history.states[number])
            self._ledger.refresh()
            if int(self._ledger.history.states[number]) == before:
                raise
            return False
        return True

    def _bear(self, birth: Birth) -> bool:
        """Whether the new trial is there now: another process may have been first with the same.

        The end of the one, the other's configuration and the state that it begins with are one change of the record.
        """
        ledger = self._ledger
        saved = ledger.history.saved.of(birth.parent)
        if saved is None:
            raise StudyError(
                f"trial {birth.parent} has reported {ledger.history.reports.last_step(birth.parent)} steps and saved "
                "nothing that another trial could go on from: call trial.save(state) after each trial.report(...)"
            )
        key, step = saved
        state = {NOTE: {"key": key, "step": step}}
        notes = {"enqueued": True, "parent": birth.parent, "parent_step": step, **state}
        ended = pruned_outcome(ledger.history, birth.place)
        try:  # in another process the parent may have saved anew, and let go of what it had
            born = ledger.replace(birth.place, ended, birth.natives, notes, {birth.parent: state})
        except TrialFinishedError:
            born = None
        if born is None:
            ledger.refresh()
            return False
        self.forget(birth.place)
        self._keeper.ended(birth.place)
        return True

    def _close(self, number: int, state: int = _PRUNED) -> None:
        """End a trial that does not run, with what it last reported."""
        try:
            self._ledger.finish(number, (state, *pruned_outcome(self._ledger.history, number)[1:]))
        except TrialFinishedError:
            self._ledger.refresh()
            return
        self.forget(number)
        self._keeper.ended(number)

    def limit(self, limit: int | None) -> int | None:
        """How many trials may have begun in all, when the study itself would let ``limit`` begin."""
        room = self._judge.room()
        if room is None:
            return limit
        most = self._ledger.history.n + room  # what waits has its place already
        return most if limit is None else min(limit, most)

    @property
    def bounded(self) -> bool:
        """Whether the study ends by itself."""
        return self._judge.room() is not None

    def send(self, trial: Trial) -> None:
        """Tell a trial that begins or goes on how far it may go."""
        number = trial.number
        self.pausing.discard(number)
        granted = self._judge.resource(number)
        if granted is not None:
            self._granted[number] = trial.resource = granted
        trial.ladder = self._judge.ladder(number)
        trial.parent = self._ledger.history.metadata.get(number, {}).get("parent")

    # -- while it runs -----------------------------------------------------------------------------

    def judge(self, number: int, row: int) -> bool:
        """Decide after a report that has joined the record; true when the trial should end."""
        decision = self._judge.decide(row)
        if decision is _GO_ON:
            return False
        self._told[number] = decision
        if decision is Decision.PAUSE:
            self.pausing.add(number)
        return True

    def ignore(self, number: int, step: int) -> None:
        """Leave out a report of a trial that was told to pause, and say so the first time."""
        if self._warned:
            return
        self._warned = True
        last = self._ledger.history.reports.last_step(number)
        _log.warning(
            "trial %d was told to pause at step %d and reported step %d, which is not recorded, as nothing is that "
            "trials report before they are let on: return from the objective as soon as trial.report(...) or "
            "trial.should_stop is true. Later ones are left out in silence",
            number, last, step,
        )  # fmt: skip

    def beyond(self, number: int, step: int) -> bool:
        """Whether ``step`` is one that a trial which was told to pause trained after that."""
        return step > self._ledger.history.reports.last_step(number)

    def repeated(self, number: int, step: int) -> bool:
        """A trial that goes on reported a step again; true when it should end, because it should have before."""
        if number not in self._owing or step < self._ledger.history.reports.last_step(number):
            return False
        self._told[number] = Decision.PAUSE
        self.pausing.add(number)
        return True

    # -- when it ends ------------------------------------------------------------------------------

    def told(self, number: int) -> bool:
        """Whether a running trial was told to end."""
        return number in self._told

    def ending(self, number: int, outcome: Outcome) -> Outcome | None:
        """How the record of a trial ends that came home with ``outcome``; ``None``: it does not, the trial is paused.

        A trial that says nothing at the step it was granted has its values taken for the report that is missing.
        """
        if outcome[0] not in (_COMPLETE, _PRUNED):
            return outcome
        if outcome[0] == _COMPLETE and number not in self._told:
            self._report_missing(number, outcome)
        decision = self._told.get(number, Decision.CONTINUE)
        if decision is Decision.PAUSE:
            self._set_aside(number)
            return None
        return (_PRUNED, *outcome[1:]) if decision is Decision.STOP else outcome

    def _report_missing(self, number: int, outcome: Outcome) -> None:
        granted = self._granted.get(number, 0)
        if self._ledger.history.reports.last_step(number) < granted:
            metrics = dict(zip(self._ledger.history.goals.outputs, outcome[1], strict=True))
            metrics.update(on(self._judge.ladder(number), granted))
            self.judge(number, self._ledger.report(number, granted, metrics))

    def requeue(self, number: int) -> None:
        """A trial that ran is gone: it waits to go on from what it reported, or ends as its last report had it end.

        The process may have died between the report and its consequence: the decision is made again by a fresh judge.
        One that was to pause and had not saved its state yet goes over the last steps again, to save it then.
        """
        self.forget(number)
        ledger, reports = self._ledger, self._ledger.history.reports
        step = reports.last_step(number)
        if not step:
            ledger.requeue(number)
            return
        decision = self._scheduler.judge(ledger.history).decide(reports.row(number, step))
        if decision in (Decision.STOP, Decision.FINISH):
            self._close(number, _PRUNED if decision is Decision.STOP else _COMPLETE)
            return
        self._set_aside(number)
        unsaved = self._behind(number, step)
        if decision is Decision.CONTINUE or unsaved:
            ledger.resume(number)
        if decision is Decision.PAUSE and unsaved:
            self._owing.add(number)

    def _set_aside(self, number: int) -> None:
        self._ledger.pause(number)
        self.forget(number)
        self.pausing.add(number)  # its objective may be at work still, as in a thread of its own

    def _behind(self, number: int, step: int) -> bool:
        """Whether a trial lacks the state of the step it reported, in a study whose trials save theirs."""
        states = self._ledger.history.saved
        saved = states.of(number)
        return bool(states.numbers) if saved is None else saved[1] < step

    def forget(self, number: int) -> None:
        """A trial has left: what it was told and granted is over."""
        self._told.pop(number, None)
        self.pausing.discard(number)
        self._owing.discard(number)
        self._granted.pop(number, None)
