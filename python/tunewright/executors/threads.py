"""Trials in threads of this process: for objectives that wait, or that compute outside the GIL."""

from __future__ import annotations

__all__ = ["Threads"]

from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tunewright.errors import StudyError, WorkerDiedError
from tunewright.executors.checks import NOT_STARTED, check_workers
from tunewright.executors.pool import Pool

if TYPE_CHECKING:
    from tunewright.executors.protocol import Objective
    from tunewright.trial.link import Link
    from tunewright.trial.trial import Trial


class Threads:
    """Up to ``workers`` trials at a time, each in a thread. Nothing has to be picklable.

    A thread cannot be stopped from outside: ``close(cancel=True)`` drops the trials that wait and waits for
    those that run, which end at their next report when the study then tells them to stop.
    """

    def __init__(self, workers: int) -> None:
        self.slots = check_workers(workers)
        self._job: tuple[Objective, Link] | None = None
        self._pool: Pool | None = None

    def start(self, objective: Objective, link: Link) -> None:
        """Get ready to run ``objective``."""
        self._job = (objective, link)
        if self._pool is None:
            self._pool = Pool(self.slots, "tunewright-trial")

    def submit(self, trial: Trial) -> Future[Any]:
        """The future of the objective's result."""
        if self._job is None or self._pool is None:
            raise StudyError(NOT_STARTED)
        objective, link = self._job
        return self._pool.submit(_run, objective, trial, link)

    def close(self, cancel: bool = False) -> None:  # noqa: FBT001  the executors' contract
        """Wait for running trials; with ``cancel`` those that have not begun are dropped."""
        pool = self._pool
        if pool is None:
            return
        if cancel:
            pool.drop_waiting()
        pool.join()
        self._pool = self._job = None

    def __enter__(self) -> Threads:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(cancel=kind is not None)


def _run(objective: Objective, trial: Trial, link: Link) -> Any:
    try:
        return objective(trial.attach(link))
    except Exception:
        raise
    except BaseException as error:
        raise WorkerDiedError(f"trial {trial.number} left its thread with {error!r}") from error
