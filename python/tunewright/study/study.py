"""The study: ask, tell, optimize."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from concurrent import futures
from dataclasses import replace
from os import PathLike
from typing import Any, overload

import numpy as np

from tunewright.checkpoints import Checkpoints
from tunewright.errors import StudyError
from tunewright.executors import Executor, Inline, executor_for
from tunewright.schedulers import Scheduler
from tunewright.space import Space
from tunewright.storage import Storage
from tunewright.strategies import Strategy
from tunewright.study.analyses import Analyses
from tunewright.study.endings import Endings, number_of
from tunewright.study.failures import Failures
from tunewright.study.findings import Findings
from tunewright.study.forms import Objective, function_of
from tunewright.study.founding import Founded, found, storage_of, strategy_of
from tunewright.study.home import Home
from tunewright.study.keeping import Keeper, checkpoints_of
from tunewright.study.ledger import Claimed, Ledger
from tunewright.study.loop import Callback, Loop, target_of
from tunewright.study.meetings import Meetings
from tunewright.study.objectives import directions_of
from tunewright.study.past import Kin, Past, with_past
from tunewright.study.proposal import Duplicates, Proposer
from tunewright.study.referee import Referee
from tunewright.study.reshaping import Reshaping
from tunewright.study.stopping import StopCondition
from tunewright.study.stored import StoredLedger
from tunewright.trial import Goals, Trial, TrialState, TrialView

__all__ = ["Study"]

_log = logging.getLogger("tunewright")


class Study(Findings, Reshaping, Analyses):
    """A search for good configurations, and the record of it.

    Args:
        space: the parameters. Left out, the space grows as ``trial.suggest_*`` meets names (define-by-run).
        minimize, maximize: the objective's name, or several.
        directions: the same as one mapping, ``{"accuracy": "maximize", "latency": "minimize"}``.
        constraints: comparisons of measured metrics that must hold, such as ``"memory_mb <= 2048"``, any number of
            them joined by ``and``; the objective returns those metrics beside the objectives. A trial whose metrics
            break one is complete, but neither best nor on the front. ``<`` counts as ``<=``.
        thresholds: by objective, the value a trial must at least reach to be on the front (several objectives).
        strategy: how configurations are suggested; :class:`~tunewright.Auto` by default.
        scheduler: who decides after a report whether a trial goes on; nobody by default.
        storage: ``"memory"``, the path of an SQLite file, or a storage object.
        name: of the study within its storage. A study of that name that is already there is continued.
        seed: key of every random stream, 0 ≤ seed < 2⁶⁴; drawn from the system and recorded by default.
        duplicates: what to do with a configuration that is already in the record. ``"avoid"`` (finite spaces
            only): suggest another, and end when all have been tried. ``"reuse"``: take the recorded values instead
            of running it. ``"allow"``: run it again.
        checkpoints: where ``trial.save`` puts states: a directory, or :class:`~tunewright.Checkpoints` with more to
            choose; by default one beside the study's file, or a temporary one for a study in memory.
        transfer_from: past studies, tasks (:class:`tunewright.transfer.Task`) or files of them to learn from, as far as
            they prove right (:class:`~tunewright.Transfer`); a store (:class:`tunewright.transfer.Store`), or the path
            of a file alone, is searched for those that fit. What is used of them becomes part of the record.

    Raises:
        StudyError: choices that do not combine.
        StudyExistsError: another study of that name is in the storage.

    Every suggestion is a pure function of the seed, the trial's number and what was recorded before it was
    asked for. A study that is loaded again goes on exactly as if it had never stopped.
    """

    def __init__(
        self,
        space: Space | None = None,
        *,
        minimize: str | Sequence[str] | None = None,
        maximize: str | Sequence[str] | None = None,
        directions: Mapping[str, str] | None = None,
        constraints: Sequence[str] = (),
        thresholds: Mapping[str, float] | None = None,
        strategy: Strategy | None = None,
        scheduler: Scheduler | None = None,
        storage: str | PathLike[str] | Storage = "memory",
        name: str = "study",
        seed: int | None = None,
        duplicates: Duplicates = "avoid",
        checkpoints: Checkpoints | str | PathLike[str] | None = None,
        transfer_from: Past | Kin | Sequence[Past | Kin] = (),
    ) -> None:
        if space is not None and not isinstance(space, Space):
            raise StudyError(f"space must be a tunewright Space; got {type(space).__name__}: write Space({{...}})")
        goals = Goals(directions_of(minimize, maximize, directions), tuple(constraints), thresholds or {})
        kept, space = storage_of(storage), space or Space()
        strategy, features = with_past(transfer_from, kept, name, space, goals, strategy)
        founded = found(kept, name, space, goals, seed, strategy, scheduler, duplicates)
        if features:
            founded = replace(founded, notes={**founded.notes, "features": features})
        self._begin(founded, checkpoints)

    @classmethod
    def load(
        cls,
        storage: str | PathLike[str] | Storage,
        name: str | None = None,
        *,
        space: Space | None = None,
        strategy: Strategy | None = None,
        scheduler: Scheduler | None = None,
        checkpoints: Checkpoints | str | PathLike[str] | None = None,
    ) -> Study:
        """Continue a study from its storage.

        Args:
            storage: the path of its file, or the storage object.
            name: of the study; may be left out when the storage holds just one.
            space: needed only if the space has choices or constraints that JSON cannot hold.
            strategy: another strategy from here on, or one of your own that cannot be rebuilt by name.
            scheduler: another scheduler from here on, or one of your own that cannot be rebuilt by name.
            checkpoints: where trials save their states, if not beside the file.

        Raises:
            StudyNotFoundError: no such study; the message lists those there are.
        """
        study = cls.__new__(cls)
        study._begin(Founded.loaded(storage_of(storage), name, space, strategy, scheduler), checkpoints)
        return study

    def _begin(self, founded: Founded, checkpoints: Checkpoints | str | PathLike[str] | None) -> None:
        self.name = founded.name
        self.goals = founded.goals
        self.directions = dict(self.goals.directions)
        self.strategy = strategy_of(founded.strategy)
        self.scheduler = scheduler = founded.scheduler
        self.notes: dict[str, Any] = dict(founded.notes)
        self.stop_reason: str | None = None
        self._founded = founded
        self._reuse = founded.duplicates == "reuse"
        self._lock = threading.RLock()
        self.strategy.check(founded.space, self.directions)
        if scheduler is not None:
            scheduler.check(self.directions)
        self.seed = founded.record(self.strategy)
        proposer = Proposer(self.strategy, self.seed, founded.duplicates, founded.declared)
        if founded.storage is None:
            self.ledger = Ledger(founded.space, self.goals, proposer)
        else:
            self.ledger = ledger = StoredLedger(founded.space, self.goals, proposer, founded.storage, self.name)
            if founded.written is None:  # created now: in what environment is part of the record
                ledger.enter()
        self.history.seed = self.seed
        self._meetings = Meetings(self.ledger, self.seed)
        self._keeper = keeper = Keeper(self.ledger, checkpoints_of(checkpoints, founded.storage, self.name))
        self._referee = None if scheduler is None else Referee(self.ledger, scheduler, keeper)
        self._governed = self._referee is not None or founded.lacking is not None
        self.home = Home(self.ledger, self._meetings, self._referee, keeper, self._lock)
        self.endings = Endings(self.ledger, self._meetings, self._referee, keeper, self._lock)

    # -- ask and tell ------------------------------------------------------------------------------

    @overload
    def ask(self) -> Trial: ...

    @overload
    def ask(self, count: int) -> list[Trial]: ...

    def ask(self, count: int | None = None) -> Trial | list[Trial]:
        """The next trial to run, or a list of the next ``count`` (fewer at the strategy's end); enqueued ones first.

        Raises:
            StudyError: a single trial was asked for and nothing is left.
        """
        if count is None:
            trial = self.begin()
            if trial is None:
                raise StudyError(f"{self.ledger.proposer.exhausted}: there is no further trial to ask for")
            return trial
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise ValueError(f"ask(count) takes a whole number from 0 upwards; got {count!r}")
        with self._lock:
            most = self._called(count, None) if self._governed else None
            return [self._trial(claimed) for claimed in self.ledger.claim(count, most)]

    def begin(self, limit: int | None = None) -> Trial | None:
        """Like :meth:`ask`, but ``None`` when nothing is left or ``limit`` trials have begun in all."""
        with self._lock:
            most = self._called(1, limit) if self._governed else limit
            claimed = self.ledger.claim_one(most)
            if claimed is not None:
                return self._trial(claimed)
            if limit is None or self.ledger.begun < limit:
                if self._referee is None or not self.ledger.open_numbers:  # a trial that runs may yet pause, and go on
                    ended = most is not None and self.ledger.begun >= most
                    whole = f"{type(self.scheduler).__name__} has come to its end"
                    self.stop(whole if ended else self.ledger.proposer.exhausted)
            return None

    def _called(self, count: int, limit: int | None) -> int | None:
        """How many trials may have begun in all, once paused ones that may go on are called: they come first."""
        if self._referee is None:
            raise StudyError(self._founded.lacking)
        self._referee.call(count - (self.history.n - self.ledger.begun))
        return self._referee.limit(limit)

    def _trial(self, claimed: Claimed) -> Trial:
        trial = Trial(claimed[0], claimed[1], self.home)
        trial.root = self.seed
        if claimed[0] in self.history.metadata:
            trial.given_seed = self.history.metadata[claimed[0]].get("replicate seed")
        if self.history.space is not self.ledger.declared:
            self._meetings.expect(trial)
        if self.history.chapters:
            self._meetings.catch_up(trial)
        if self._reuse:
            trial.same_as = self.ledger.twin(trial.number)
        if self._referee is not None:
            self._referee.send(trial)
        if self._governed or self.ledger.history.saved.numbers:
            self.home.welcome(trial)
        return trial

    def tell(
        self,
        trial: Trial | int | Sequence[Trial],
        values: Any = None,
        *,
        sem: Any = None,
        state: TrialState | str | None = None,
        error: str | None = None,
    ) -> None:
        """Record how a trial ended.

        Args:
            trial: the trial or its number; or a list of trials, with a list of as many ``values``.
            values: a number for one objective; ``{name: number}``, with what the constraints read, or a sequence in
                the objectives' order for several. NaN is recorded, and the trial counts as failed.
            sem: standard error of the value; ``{name: number}`` for several objectives. The same can be told by
                ``Measured(value, sem=...)`` in place of a number.
            state: ``"complete"`` (default), ``"pruned"`` or ``"failed"``; the latter two need no values.
            error: why it failed, in words.

        Raises:
            UnknownTrialError: never asked for.
            TrialFinishedError: already told; the record stays as it is.
            ReportError, UnknownMetricError: values that are not what the objectives ask for.
        """
        if isinstance(trial, Sequence):
            self.endings.tell_many(trial, values, sem)
        else:
            self.endings.tell(trial, values, sem=sem, state=state, error=error)

    def enqueue(self, config: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[int]:
        """Configurations to run before anything is suggested; returns their trial numbers.

        Args:
            config: one or several, ``{name: value}``. Active parameters left out are drawn at random.

        Raises:
            ConfigError: an unknown name, a value outside its domain, a forbidden combination.
        """
        configs = [config] if isinstance(config, Mapping) else list(config)
        with self._lock:
            return [self._meetings.enqueue(dict(one)) for one in configs]

    def requeue(self, trial: Trial | int) -> None:
        """Put a running trial back into the queue with its number and configuration.

        One that saved nothing begins anew and its reports are dropped, unless there is a scheduler. Otherwise they
        stay, and the trial goes on after them (steps that it repeats are not recorded again), or ends as the scheduler
        had it end.
        """
        with self._lock:
            self._requeue(number_of(trial))

    def _requeue(self, number: int) -> None:
        if self._referee is not None:
            self._referee.requeue(number)
        elif self.history.saved.of(number) is not None:
            self.ledger.pause(number)
            self.ledger.resume(number)
        else:
            self.ledger.requeue(number)

    def recover(self) -> list[int]:
        """Put every running trial back into the queue; returns their numbers.

        For trials whose process is gone. Call it only while no other process works on the study: it cannot tell
        an interrupted trial from one that still runs elsewhere.
        """
        with self._lock:
            running: list[int] = np.flatnonzero(self.history.states == TrialState.RUNNING).tolist()
            for number in running:
                self._requeue(number)
            return running

    def note(self, key: str, value: Any) -> None:
        """Keep ``key = value`` (anything JSON can hold) with the study; read it back from :attr:`notes`.

        What other processes noted under other keys stays, and is in :attr:`notes` from then on.
        """
        with self._lock:
            self.notes[key] = value
            storage = self._founded.storage
            if storage is not None:
                storage.amend(self.name, notes={key: value})
                self.notes.update(storage.header(self.name).options["notes"])

    def annotate(self, trial: Trial | int, key: str, value: Any) -> None:
        """Keep ``key = value`` (anything JSON can hold) with a trial's record, finished or not."""
        self.home.annotate(number_of(trial), key, value)

    def load_state(self, trial: Trial | TrialView | int) -> Any:
        """What a trial saved last, finished or not; ``None`` if it kept nothing (see ``Checkpoints.keep``)."""
        number = trial.number if isinstance(trial, TrialView) else number_of(trial)
        saved = self.home.saved(number)
        return None if saved is None else self.home.depot(number).get(saved[0])

    # -- run ---------------------------------------------------------------------------------------

    def optimize(
        self,
        objective: Objective,
        trials: int | None = None,
        *,
        more: int | None = None,
        timeout: float | None = None,
        workers: int | None = None,
        executor: Executor | futures.Executor | str | None = None,
        callbacks: Sequence[Callback] = (),
        stop: StopCondition | Sequence[StopCondition] = (),
        catch: type[BaseException] | tuple[type[BaseException], ...] = (),
        failures: Failures | None = None,
        progress: bool | None = None,
    ) -> Study:
        """Run trials until the study has what was asked for; returns the study.

        Args:
            objective: called with a :class:`~tunewright.Trial`; returns a number for one objective,
                ``{name: number}`` for several and for what constraints read; nothing if what it last reported is
                its value. In place of a number, ``Measured(value, sem=...)`` tells how sure it is. Or a generator
                function that yields its metrics after each epoch, or a :class:`~tunewright.Trainable` class.
            trials: how many trials the study shall have in all: a resumed study runs what is missing.
            more: how many trials to add instead, whatever is there.
            timeout: seconds after which no further trial begins.
            workers: how many trials run at once; one by default, or as many as a given executor has.
            executor: where they run: ``"inline"``, ``"threads"``, ``"processes"`` (the default for several workers)
                or any ``concurrent.futures.Executor``, such as a Dask client's.
            callbacks: called as ``callback(study, trial)`` after each trial that ended.
            stop: conditions that end the run, such as ``TargetReached(0.99)`` or ``NoImprovement(30)``.
            catch: exceptions that cost their trial alone, even if they look like programming errors.
            failures: the whole policy, see :class:`~tunewright.Failures`.
            progress: show a progress bar; by default where somebody can see it.

        Ctrl-C ends the run at once; trials under way go back to the queue, and a resumed study runs them again.
        """
        target = target_of(trials, more, self.ledger.begun)
        ends = self.strategy.prescribed or (self._referee is not None and self._referee.bounded)
        if target is None and timeout is None and not stop and not callbacks and not ends:
            raise StudyError("say when to end: optimize(objective, trials=100), more=, timeout= (seconds) or stop=")
        runner, run = executor_for(executor, workers), function_of(objective, tuple(self.directions))
        with self._lock:
            self._keeper.sweep()
        self.stop_reason, self.home.ending = None, False
        loop = Loop(
            self,
            target=target,
            timeout=timeout,
            callbacks=callbacks,
            stop=stop if isinstance(stop, Sequence) else (stop,),
            failures=(failures or Failures()).catching(catch),
            progress=progress,
        )
        if isinstance(runner, Inline):
            loop.serial(run)
        else:
            loop.pooled(runner, run, closing=runner is not executor)
        if self.stop_reason is not None:
            _log.info("study %r ended: %s", self.name, self.stop_reason)
        return self

    def stop(self, reason: str = "stopped by hand") -> None:
        """Begin no further trial in the running ``optimize``; callable from callbacks and other threads."""
        self.stop_reason = reason

    def __repr__(self) -> str:
        ways = ", ".join(f"{way} {name}" for name, way in self.directions.items())
        return f"Study({self.name!r}, {ways}, {self.history.n} trials, {self.strategy!r}, seed={self.seed})"
