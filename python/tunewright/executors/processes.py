"""Trials in worker processes of our own: isolated from each other, reused, replaced when they die."""

from __future__ import annotations

__all__ = ["Processes", "StartMethod"]

import atexit
import multiprocessing
import os
import pickle
import threading
import time
from collections import deque
from concurrent.futures import Future
from multiprocessing.connection import wait
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, get_args

from tunewright.errors import StudyError, WorkerDiedError
from tunewright.executors.checks import NOT_STARTED, check_workers
from tunewright.executors.outcome import Outcome
from tunewright.executors.parcel import CANNOT_TRAVEL, main_is_importable, pack
from tunewright.executors.pool import Pool
from tunewright.executors.remote import RemoteWorker, WorkerLost

if TYPE_CHECKING:
    from tunewright.executors.protocol import Objective
    from tunewright.trial.link import Link
    from tunewright.trial.trial import Trial

StartMethod = Literal["spawn", "forkserver", "fork"]

_GUARD = (
    'Is the code that starts the study under `if __name__ == "__main__":`? Workers import the main script again, '
    "so whatever stands outside that guard runs once more in each of them"
)


class Processes:
    """Up to ``workers`` trials at a time, each in a process that is kept for the next trial.

    Processes are started when trials first need them. One that dies costs the trial it ran
    (:class:`~tunewright.errors.WorkerDiedError`) and is replaced; when the driver dies, they end too. They ignore
    Ctrl-C: ``close(cancel=True)`` ends them.

    Args:
        workers: how many at the same time, at least 1.
        start_method: how ``multiprocessing`` starts one. ``"spawn"`` works everywhere, also with CUDA and threads;
            ``"forkserver"`` and ``"fork"`` are for POSIX.
        grace: seconds a process has to end when asked, before it is terminated, and again before it is killed.

    Raises:
        ValueError: ``workers``, ``start_method`` or ``grace`` is not one of those.
    """

    def __init__(self, workers: int, *, start_method: StartMethod = "spawn", grace: float = 5.0) -> None:
        self.slots = check_workers(workers)
        self._context = multiprocessing.get_context(_check_start_method(start_method))
        self._grace = _check_grace(grace)
        self._job: tuple[bytes, Link] | None = None
        self._pool: Pool | None = None
        self._workers: set[RemoteWorker] = set()
        self._idle: deque[RemoteWorker] = deque()
        self._lock = threading.Lock()  # guards _workers and _stopping
        self._ending = threading.Lock()  # one close at a time; another may wait, or cancel what this one waits for
        self._stopping = False
        self._broken: str | None = None
        self._owner = 0

    def start(self, objective: Objective, link: Link) -> None:
        """Get ready to run ``objective``, which is pickled here, once.

        Raises:
            StudyError: it cannot be pickled, or this is a worker that is just importing its main script.
        """
        if getattr(multiprocessing.process.current_process(), "_inheriting", False):
            raise StudyError(
                f"a worker process tried to start workers while it was importing the main script. {_GUARD}"
            )
        try:
            packed = pack(objective, main_known=self._main_known())
        except pickle.PicklingError as error:
            raise StudyError(
                f"the objective {objective!r} cannot be sent to worker processes: {error}. {CANNOT_TRAVEL}"
            ) from error
        self._job = (packed, link)
        if self._pool is None:
            self._stopping, self._broken = False, None
            self._pool = Pool(self.slots, "tunewright-driver")
            self._owner = os.getpid()
            atexit.register(self._end_with_interpreter)

    def submit(self, trial: Trial) -> Future[Any]:
        """The future of the objective's result."""
        if self._job is None or self._pool is None:
            raise StudyError(NOT_STARTED)
        if self._broken is not None:
            raise WorkerDiedError(self._broken)
        packed, link = self._job
        return self._pool.submit(self._run, packed, trial, link)

    def close(self, cancel: bool = False) -> None:  # noqa: FBT001  the executors' contract
        """Let running and waiting trials finish, or with ``cancel`` end them; then end the processes."""
        pool = self._pool
        if pool is None:
            return
        if cancel:
            pool.drop_waiting()
            self._end_running()
        pool.join()
        with self._ending:
            if self._pool is pool:
                self._end_workers()
                self._pool = self._job = None
                atexit.unregister(self._end_with_interpreter)

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(cancel=kind is not None)

    def _run(self, objective: bytes, trial: Trial, link: Link) -> Any:
        """In a thread of the pool: the result of ``trial`` from one of the workers."""
        packed = self._pack(trial)
        try:
            worker = self._take()
            outcome = self._outcome(worker, objective, packed, link)
        except WorkerLost as lost:
            text = "it was stopped: the executor was closed with cancel=True" if self._stopping else str(lost)
            raise WorkerDiedError(f"trial {trial.number} has no result: {text}") from None
        return outcome.get()

    def _outcome(self, worker: RemoteWorker, objective: bytes, trial: bytes, link: Link) -> Outcome:
        try:
            outcome = worker.run(objective, trial, link)
        except BaseException:
            self._discard(worker)
            raise
        self._idle.append(worker)
        return outcome

    def _take(self) -> RemoteWorker:
        """An idle worker, or a new one. After two that never came up in a row, there is no third."""
        try:
            return self._idle.pop()
        except IndexError:
            pass
        try:
            return self._hire()
        except WorkerLost:
            if self._stopping:
                raise
        try:
            return self._hire()
        except WorkerLost as lost:
            if not self._stopping:
                self._broken = (
                    f"worker processes do not start: two in a row ended before they were ready (of the second, "
                    f"{lost}). What they had to say is on the standard error stream. {_GUARD}"
                )
                raise WorkerLost(self._broken) from None
            raise

    def _hire(self) -> RemoteWorker:
        if self._broken is not None:
            raise WorkerLost(self._broken)
        worker = RemoteWorker(self._context)
        with self._lock:
            self._workers.add(worker)
            if self._stopping:
                worker.terminate()
        try:
            worker.await_ready()
        except BaseException:
            self._discard(worker)
            raise
        return worker

    def _discard(self, worker: RemoteWorker) -> None:
        worker.terminate()
        worker.reap(self._grace)
        with self._lock:
            self._workers.discard(worker)

    def _end_running(self) -> None:
        """Terminate every worker, and kill those that are still there after the grace."""
        with self._lock:
            self._stopping = True
            workers = list(self._workers)
        for worker in workers:
            worker.terminate()
        deadline = time.monotonic() + self._grace
        waiting = {worker.sentinel: worker for worker in workers}
        while waiting and (ended := wait(list(waiting), max(0.0, deadline - time.monotonic()))):
            for sentinel in ended:
                del waiting[sentinel]  # type: ignore[arg-type]
        for worker in waiting.values():
            worker.kill()

    def _end_workers(self) -> None:
        for worker in self._workers:
            worker.request_stop()
        for worker in self._workers:
            worker.reap(self._grace)
        self._workers.clear()
        self._idle.clear()

    def _end_with_interpreter(self) -> None:
        if self._owner == os.getpid():  # a fork of the driver has this object too, but not these children
            self.close(cancel=True)

    def _main_known(self) -> bool:
        return self._context.get_start_method() == "fork" or main_is_importable()

    def _pack(self, trial: Trial) -> bytes:
        try:
            return pack(trial, main_known=self._main_known())
        except pickle.PicklingError as error:
            raise StudyError(
                f"trial {trial.number} cannot be sent to a worker process: {error}. A choice of the space has to be "
                f"picklable. {CANNOT_TRAVEL}"
            ) from error


def _check_start_method(name: str) -> str:
    here = [method for method in get_args(StartMethod) if method in multiprocessing.get_all_start_methods()]
    if name not in here:
        raise ValueError(f"start_method must be one of {', '.join(map(repr, here))} on this system; got {name!r}")
    return name


def _check_grace(grace: float) -> float:
    if isinstance(grace, bool) or not isinstance(grace, (int, float)) or not grace > 0:
        raise ValueError(f"grace must be a number of seconds above 0; got {grace!r}")
    return float(grace)
