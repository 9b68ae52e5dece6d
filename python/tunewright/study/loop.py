"""Running an objective until a study has what was asked for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Any

from tunewright.errors import ReportError, StudyError, TrialPruned
from tunewright.executors import Executor
from tunewright.study.failures import Failures
from tunewright.study.progress import Progress
from tunewright.study.stopping import StopCondition
from tunewright.trial import Trial, TrialView

if TYPE_CHECKING:
    from tunewright.study.study import Study

__all__ = ["Callback", "Loop", "target_of"]

Callback = Callable[["Study", TrialView], Any]
_log = logging.getLogger("tunewright")


def target_of(trials: int | None, more: int | None, begun: int) -> int | None:
    """How many trials the study shall have begun at the end, ``None`` for no limit.

    Raises:
        ValueError: not a whole number from 0 upwards.
        StudyError: both were given.
    """
    for argument, count in (("trials", trials), ("more", more)):
        if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 0):
            raise ValueError(f"{argument} must be a whole number from 0 upwards; got {count!r}")
    if trials is not None and more is not None:
        raise StudyError("give trials= (how many in all) or more= (how many to add), not both")
    return trials if more is None else begun + more


class Loop:
    """One call of ``Study.optimize``.

    Args:
        study: what to run for.
        target: how many trials the study shall have begun in all, ``None`` for no limit.
        timeout: seconds after which no further trial begins, ``None`` for no limit.
        callbacks: called with the study and the trial after each trial that ended.
        stop: conditions that end the run.
        failures: what becomes of exceptions.
        progress: see :class:`Progress`.
    """

    def __init__(
        self,
        study: Study,
        *,
        target: int | None,
        timeout: float | None,
        callbacks: Sequence[Callback],
        stop: Sequence[StopCondition],
        failures: Failures,
        progress: bool | None,
    ) -> None:
        if timeout is not None and not timeout >= 0:
            raise ValueError(f"timeout must be seconds from 0 upwards; got {timeout!r}")
        self.study = study
        self.target = target
        self.deadline = None if timeout is None else time.monotonic() + timeout
        self.callbacks = tuple(callbacks)
        self.stop = tuple(stop)
        self.failures = failures
        self.progress = Progress(shown=progress, total=target, done=study.history.ended)
        self.watched = bool(self.callbacks or self.progress.shown)  # whether anybody follows each trial
        self.others = study.ledger.open_numbers  # trials that somebody else runs, by ask and tell
        self.attempts: dict[int, int] = {}  # runs of the trials that met passing troubles

    # -- one after another -------------------------------------------------------------------------

    def serial(self, objective: Callable[[Trial], Any]) -> None:
        """Run trials in this thread."""
        trial = self._next()
        try:
            while trial is not None:
                self._run(objective, trial)
                trial = self._next()
        except BaseException:
            self._release()
            raise
        finally:
            self.progress.close(self.study)

    def _run(self, objective: Callable[[Trial], Any], trial: Trial) -> None:
        try:
            result = objective(trial)
        except Exception as error:  # noqa: BLE001  the failure policy decides about each
            self._raised(trial, error)
        else:
            self._returned(trial, result)

    # -- side by side ------------------------------------------------------------------------------

    def pooled(self, executor: Executor, objective: Callable[[Trial], Any], *, closing: bool) -> None:
        """Run up to ``executor.slots`` trials at a time; ``closing`` the executor after that."""
        running: dict[Future[Any], Trial] = {}
        executor.start(objective, self.study.home)
        try:
            while True:
                self._fill(executor, running)
                if not running:
                    break
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=lambda f: running[f].number):
                    self._settle(running, future)
            if closing:
                executor.close()
        except BaseException:
            self.study.home.ending = True  # threads cannot be killed: a report tells them to stop
            executor.close(cancel=True)
            self._release()
            raise
        finally:
            self.progress.close(self.study)

    def _fill(self, executor: Executor, running: dict[Future[Any], Trial]) -> None:
        while len(running) < executor.slots:
            trial = self._next()
            if trial is None:
                return
            running[executor.submit(trial)] = trial

    def _settle(self, running: dict[Future[Any], Trial], future: Future[Any]) -> None:
        trial = running[future]
        error = future.exception()
        if error is None:
            self._returned(trial, future.result())
        elif isinstance(error, Exception):
            self._raised(trial, error)
        else:
            raise error
        del running[future]

    def _release(self) -> None:
        """Interrupted: what this run began and did not end goes back to the queue, for a resumed study to run again."""
        for number in sorted(self.study.ledger.open_numbers - self.others):
            self.study.requeue(number)

    # -- both --------------------------------------------------------------------------------------

    def _next(self) -> Trial | None:
        """The next trial to run; ``None`` when the run is over."""
        study = self.study
        while not self._over() and (self.deadline is None or time.monotonic() < self.deadline):
            trial = study.begin(self.target)
            if trial is None or trial.same_as is None:
                return trial
            study.endings.repeat(trial)  # duplicates="reuse": the stored values stand in for a run
            self._ended(trial.number)
        return None

    def _over(self) -> bool:
        """Whether something said stop. Conditions are asked before each trial, once one has ended."""
        study = self.study
        if study.stop_reason is None and self.stop and study.history.ended:
            reason = next(filter(None, (condition(study) for condition in self.stop)), None)
            if reason is not None:
                study.stop(reason)
        return study.stop_reason is not None

    def _returned(self, trial: Trial, result: Any) -> None:
        try:
            self.study.endings.conclude(trial, result, self._notes(trial) if self.attempts else None)
        except ReportError as error:  # what was returned is not what the objectives ask for
            self._raised(trial, error)
            return
        if self.watched:
            self._ended(trial.number)

    def _raised(self, trial: Trial, error: Exception) -> None:
        """Record a trial whose objective raised, or put it back into the queue to run again."""
        study, number = self.study, trial.number
        if isinstance(error, TrialPruned):
            study.endings.prune(trial, self._notes(trial))
            self._ended(number)
            return
        self.attempts[number] = attempts = self.attempts.get(number, 0) + 1
        verdict = self.failures.verdict(error, attempts)
        if verdict == "retry":
            _log.warning("trial %d: %s: %s; running it again", number, type(error).__name__, error)
            study.requeue(trial)
            return
        self.attempts[number] -= 1  # this run was the last: those before it were repeated
        notes = self._notes(trial) | ({"infeasible": True} if verdict == "infeasible" else {})
        study.endings.fail(trial, f"{type(error).__name__}: {error}", notes)
        self._ended(number)
        if verdict == "abort":
            raise error
        _log.warning("trial %d failed: %s: %s", number, type(error).__name__, error)

    def _notes(self, trial: Trial) -> dict[str, Any]:
        failed = self.attempts.pop(trial.number, 0)
        return {"retries": failed} if failed else {}

    def _ended(self, number: int) -> None:
        study = self.study
        self.progress.show(study)
        if not study.history.told[number]:  # set aside, to go on later
            return
        if self.callbacks:
            view = TrialView(study.history, number)
            for callback in self.callbacks:
                callback(study, view)
