"""The contract every storage keeps."""

from __future__ import annotations

__all__ = ["Propose", "Storage"]

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from tunewright.storage.record import Changes, Claim, Header, Tell
from tunewright.storage.sessions import Session

Propose = Callable[[Sequence[int], Changes], Sequence["Mapping[str, Any] | None"]]
"""Numbers that need a configuration, and what is new -> configurations for the first of them (None: placed later)."""


@runtime_checkable
class Storage(Protocol):
    """Where studies are recorded.

    Every method is one atomic step, safe to call from any thread; a method that returned has happened, a method that
    raised changed nothing. Values are JSON values (floats may be NaN or infinite) and are copied on the way in and out.
    ``name`` names the study; a name that is not there raises ``StudyNotFoundError`` everywhere.
    """

    def create(self, header: Header) -> Header:
        """The study of that name: a new one, or the one that is there if it is the same study.

        Raises:
            StudyExistsError: a study of that name with another space, other objectives or another seed is there.
        """
        ...

    def header(self, name: str) -> Header:
        """What the study is."""
        ...

    def names(self) -> list[str]:
        """All studies, in the order of their creation."""
        ...

    def delete(self, name: str) -> None:
        """Forget the study and all of its trials."""
        ...

    def update(
        self,
        name: str,
        *,
        space: str | None = None,
        options: Mapping[str, Any] | None = None,
        strategy: Mapping[str, Any] | None = None,
    ) -> int:
        """Replace parts of the header (a space that grew); others see it in ``Changes.header``."""
        ...

    def amend(
        self, name: str, *, notes: Mapping[str, Any] | None = None, options: Mapping[str, Any] | None = None
    ) -> int:
        """Set these of the header's options, and these of the ``"notes"`` among them; returns the revision.

        All others stay as they are in the record, so that of two who write at once neither undoes the other's.
        """
        ...

    def reshape(self, name: str, space: str, since: int) -> int | None:
        """Replace the space, if nothing happened after revision ``since``; returns the revision, else None.

        The text says at which revision suggestions began to come of another space: it must be the one that is taken.
        """
        ...

    def ask(
        self,
        name: str,
        count: int,
        since: int,
        propose: Propose | None = None,
        *,
        started: float | None = None,
        session: int | None = None,
    ) -> Claim:
        """Take up to ``count`` trials to run: waiting ones first, lowest number first, then new numbers.

        Args:
            name: the study.
            count: how many, >= 0.
            since: the revision the caller knows; ``Claim.changes`` starts after it.
            propose: called inside the step with the numbers that need a configuration and the changes; what it
                returns is written at once. Fewer configurations than numbers mean that there are no more: only those
                trials are taken. It must not write to the storage. If it raises, nothing is taken.
                Without it the new trials have no configuration until ``place``.
            started: unix seconds, now by default.
            session: number that ``enter`` gave to the caller, to keep which one began the trials.
        """
        ...

    def place(
        self,
        name: str,
        configs: Mapping[int, Mapping[str, Any]],
        *,
        metadata: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> int:
        """Write suggestions made after ``ask``, or what a running trial turned out to run; returns the revision.

        A configuration that is there is replaced (a trial that meets its parameters while it runs); ``asked`` stays.

        Raises:
            UnknownTrialError: no such trial.
            TrialFinishedError: the trial has ended already.
        """
        ...

    def place_new(
        self, name: str, configs: Mapping[int, Mapping[str, Any]], since: int, *, repeats: bool = False
    ) -> int | None:
        """Write suggestions for trials without one, made of all that was recorded up to revision ``since``.

        ``seen`` of these trials becomes ``since``; returns the revision. When another trial got one of the
        configurations after ``since`` nothing is written and the answer is None, unless there may be ``repeats``.

        Raises:
            UnknownTrialError: no such trial.
            TrialFinishedError: the trial has ended already.
        """
        ...

    def tell(
        self,
        name: str,
        number: int,
        *,
        state: int,
        values: Mapping[str, float],
        finished: float,
        sem: Mapping[str, float] | None = None,
        error: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> int:
        """End a trial (running, waiting or paused) as complete, pruned or failed; returns the revision.

        Raises:
            UnknownTrialError: no such trial.
            TrialFinishedError: it has ended before; the record stays as it is.
        """
        ...

    def tell_many(self, name: str, tells: Sequence[Tell]) -> int:
        """End several trials in one step: all of them or, if one is refused, none."""
        ...

    def report(self, name: str, number: int, step: int, metrics: Mapping[str, float]) -> int:
        """Record what an unfinished trial measured at ``step``; returns the revision.

        Raises:
            UnknownTrialError: no such trial.
            TrialFinishedError: it has ended.
            ReportError: this attempt of the trial has reported that step before.
        """
        ...

    def annotate(self, name: str, number: int, metadata: Mapping[str, Any]) -> int:
        """Merge keys into a trial's metadata, finished or not; returns the revision."""
        ...

    def enqueue(
        self,
        name: str,
        configs: Sequence[Mapping[str, Any]],
        *,
        metadata: Sequence[Mapping[str, Any] | None] | None = None,
    ) -> list[int]:
        """New waiting trials with these configurations (and, one each, metadata); returns their numbers."""
        ...

    def replace(
        self,
        name: str,
        tell: Tell,
        config: Mapping[str, Any],
        metadata: Mapping[str, Any],
        *,
        provided: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> int | None:
        """End a trial and queue another in its place, in one step; returns the number of the new one.

        With ``provided`` that is done only if the metadata of these trials still has these values; otherwise nothing
        is written and the answer is None.

        Raises:
            UnknownTrialError, TrialFinishedError: as ``tell``; then nothing was queued.
        """
        ...

    def requeue(self, name: str, number: int) -> int:
        """Put a running or paused trial back to waiting, with its configuration, as a new attempt.

        Raises:
            UnknownTrialError: no such trial.
            TrialFinishedError: it has ended.
            StudyError: it is waiting already.
        """
        ...

    def pause(self, name: str, number: int) -> int:
        """Set a running trial aside; its attempt, configuration and reports stay. Returns the revision.

        Raises:
            UnknownTrialError: no such trial.
            TrialFinishedError: it has ended.
            StudyError: it does not run.
        """
        ...

    def resume(self, name: str, number: int) -> int:
        """Put a paused trial back to waiting, still in the same attempt; returns the revision.

        Raises:
            UnknownTrialError: no such trial.
            TrialFinishedError: it has ended.
            StudyError: it is not paused; of several that try, one succeeds.
        """
        ...

    def enter(self, name: str, environment: Mapping[str, Any]) -> int:
        """A process comes to work on the study, in this environment; returns the number of its session.

        Sessions say where trials ran; nothing else depends on them, and they take no revision.
        """
        ...

    def sessions(self, name: str) -> list[Session]:
        """The sessions of the study by number, each with the trials it was the last to begin."""
        ...

    def changes(self, name: str, since: int) -> Changes:
        """All that happened after revision ``since``. Reads only; never waits for a writer."""
        ...

    def alone(self, name: str, since: int, act: Callable[[Changes], None]) -> None:
        """Call ``act`` with all that happened after revision ``since``, while nobody can write to the storage.

        ``act`` must not write to it either. What it raises is raised.
        """
        ...

    def close(self) -> None:
        """Let go of files. Calling it twice is fine; any other call afterwards raises ``StorageError``."""
        ...
