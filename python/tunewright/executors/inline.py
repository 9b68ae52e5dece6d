"""Trials in the calling thread, one after another."""

from __future__ import annotations

__all__ = ["Inline"]

from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tunewright.errors import StudyError
from tunewright.executors.checks import NOT_STARTED

if TYPE_CHECKING:
    from tunewright.executors.protocol import Objective
    from tunewright.trial.link import Link
    from tunewright.trial.trial import Trial


class Inline:
    """Runs a trial where ``submit`` is called and returns a future that is done.

    ``KeyboardInterrupt`` and ``SystemExit`` pass through ``submit``: here they are meant for the whole program.
    """

    slots = 1

    def __init__(self) -> None:
        self._job: tuple[Objective, Link] | None = None

    def start(self, objective: Objective, link: Link) -> None:
        """Get ready to run ``objective``."""
        self._job = (objective, link)

    def submit(self, trial: Trial) -> Future[Any]:
        """Run ``trial`` now; the done future of the objective's result."""
        if self._job is None:
            raise StudyError(NOT_STARTED)
        objective, link = self._job
        future: Future[Any] = Future()
        try:
            future.set_result(objective(trial.attach(link)))
        except Exception as error:  # noqa: BLE001  it belongs to the future, whatever it is
            future.set_exception(error)
        return future

    def close(self, cancel: bool = False) -> None:  # noqa: FBT001  the executors' contract
        """Nothing is left to stop."""
        self._job = None

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(cancel=kind is not None)
