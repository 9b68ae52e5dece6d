"""What a study needs of a place where trials run."""

from __future__ import annotations

__all__ = ["Executor", "Objective"]

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from tunewright.trial.link import Link
    from tunewright.trial.trial import Trial

Objective = Callable[["Trial"], Any]


@runtime_checkable
class Executor(Protocol):
    """A place where trials run: start, submit as often as needed, close.

    ``start`` may be called again, with another objective, before or after ``close``.
    """

    @property
    def slots(self) -> int:
        """How many trials can run at the same time, at least 1."""
        ...

    def start(self, objective: Objective, link: Link) -> None:
        """Get ready to run ``objective``; running trials talk to their study through ``link``.

        Raises:
            StudyError: the objective cannot be brought to where trials run.
        """
        ...

    def submit(self, trial: Trial) -> Future[Any]:
        """The future of what the objective returns for ``trial``.

        Its exception is the one the objective raised, with the class it had there, or
        :class:`~tunewright.errors.WorkerDiedError`; it is always an ``Exception``, so that an objective calling
        ``sys.exit`` in a worker never ends the study. More trials than slots may be submitted: they wait.

        Raises:
            StudyError: the executor is not started.
            WorkerDiedError: workers cannot be had any more; nothing was submitted.
        """
        ...

    def close(self, cancel: bool = False) -> None:  # noqa: FBT001  two spellings of one act, read as close(cancel=True)
        """Wait for what was submitted, or with ``cancel`` stop it, and leave no process, thread or socket behind."""
        ...
