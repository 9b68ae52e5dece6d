"""One worker process, seen from its driver."""

from __future__ import annotations

__all__ = ["RemoteWorker", "WorkerLost"]

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from tunewright.executors.line import Mark, answer, receive, send
from tunewright.executors.outcome import Outcome, decode
from tunewright.executors.parcel import main_is_importable
from tunewright.executors.worker import work

if TYPE_CHECKING:
    from tunewright.trial.link import Link

_CHECK_SECONDS = 1.0
_REAP_SECONDS = 5.0

_starting = threading.Lock()


class WorkerLost(Exception):  # noqa: N818  turned into WorkerDiedError by those who know the trial
    """The process ended; the text says how."""


class RemoteWorker:
    """A process that runs one trial after another, started by a ``multiprocessing`` ``context``.

    One thread at a time calls :meth:`run`; :meth:`terminate` and :meth:`kill` may come from any other.
    """

    def __init__(self, context: Any) -> None:
        self._objective: object = None  # the packed objective it has, by identity
        self._connection, other = context.Pipe()
        # Not a daemon in multiprocessing's sense: daemons may have no children, and data loaders are children.
        self._process: Any = context.Process(target=work, args=(other,), name="tunewright-worker", daemon=False)
        try:
            with _starting, _interrupts_blocked(), _importable_main():
                self._process.start()
        except BaseException:
            self._connection.close()
            raise
        finally:
            other.close()  # so that the death of the worker closes the line

    @property
    def pid(self) -> int:
        """The process id."""
        return int(self._process.pid)

    @property
    def sentinel(self) -> int:
        """Ready, for ``multiprocessing.connection.wait``, when the process has ended."""
        return int(self._process.sentinel)

    def await_ready(self) -> None:
        """Return when the process has come up. Raises :class:`WorkerLost` if it never does."""
        self._receive()

    def run(self, objective: bytes, trial: bytes, link: Link) -> Outcome:
        """The outcome of one trial; answers its questions to ``link`` meanwhile. Raises :class:`WorkerLost`."""
        if objective is not self._objective:
            self._send(Mark.OBJECTIVE, objective)
            self._objective = objective
        self._send(Mark.RUN, trial)
        while True:
            mark, body = self._receive()
            if mark is Mark.DONE:
                return decode(body)
            self._send(Mark.ANSWER, answer(link, body))

    def request_stop(self) -> None:
        """Ask the process to end by itself once it is idle."""
        try:
            send(self._connection, Mark.STOP)
        except OSError:
            pass  # it has ended already, or was stopped before

    def terminate(self) -> None:
        """Ask the operating system to end the process."""
        self._process.terminate()

    def kill(self) -> None:
        """End the process without asking it."""
        self._process.kill()

    def reap(self, grace: float) -> None:
        """Wait up to ``grace`` seconds for the end, then terminate, then kill; release what belonged to it."""
        for end in (self.terminate, self.kill):
            if self._ends_within(grace):
                break
            end()
        self._ends_within(_REAP_SECONDS)
        self._connection.close()

    def _send(self, mark: Mark, body: bytes) -> None:
        try:
            send(self._connection, mark, body)
        except OSError as error:
            raise self._lost() from error

    def _receive(self) -> tuple[Mark, bytes]:
        watched: list[Connection | int] = [self._connection, self.sentinel]
        ready: list[Any] = []
        # A process the worker left behind can hold both of these open, so the worker itself is looked at as well.
        while not ready and self._process.is_alive():
            ready = wait(watched, _CHECK_SECONDS)
        try:
            # What it said before it died still counts.
            if self._connection in ready or self._connection.poll():
                return receive(self._connection)
        except (EOFError, OSError) as error:
            raise self._lost() from error
        raise self._lost()

    def _lost(self) -> WorkerLost:
        self._ends_within(_REAP_SECONDS)
        return WorkerLost(f"its worker process (pid {self.pid}) {_ending(self._process.exitcode)}")

    def _ends_within(self, seconds: float) -> bool:
        """Whether the process ends (and is waited for) in that time; does not rely on the sentinel alone."""
        deadline = time.monotonic() + seconds
        while self._process.is_alive():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            wait([self.sentinel], min(left, _CHECK_SECONDS))
        return True


def _ending(code: int | None) -> str:
    if code is None:
        return "no longer answers"
    if code >= 0:
        return f"ended with exit code {code}" + (f" ({code:#x})" if code > 255 else "")
    try:
        name = f" ({signal.Signals(-code).name})"
    except ValueError:
        name = ""
    hint = {"SIGKILL": "; often the system's out-of-memory killer", "SIGSEGV": "; a crash in native code"}
    return f"was killed by signal {-code}{name}{hint.get(name.strip(' ()'), '')}"


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Let a process start with SIGINT blocked, so that Ctrl-C does not break it before it can ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _importable_main() -> Iterator[None]:
    """Keep workers from importing a ``__main__`` that is no file, as of a program read from a pipe: they would fail."""
    main: Any = sys.modules.get("__main__")
    if main_is_importable() or not hasattr(main, "__file__"):
        yield
        return
    name = main.__file__
    del main.__file__
    try:
        yield
    finally:
        main.__file__ = name
