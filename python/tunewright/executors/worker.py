"""The life of a worker process, seen from inside: runs trials until it is told to stop or its driver is gone."""

from __future__ import annotations

__all__ = ["load", "work"]

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from tunewright.errors import StudyError
from tunewright.executors.line import Mark, RemoteLink, receive, send
from tunewright.executors.outcome import Outcome, encode, evaluate
from tunewright.executors.parcel import CANNOT_TRAVEL, unpack

if TYPE_CHECKING:
    from tunewright.executors.protocol import Objective
    from tunewright.trial.trial import Trial

_WATCH_SECONDS = 1.0


def work(connection: Connection) -> None:
    """Serve one driver over ``connection``; the ``target`` of a worker process."""
    _ignore_interrupts()
    threading.Thread(target=_end_with_driver, name="tunewright-watch", daemon=True).start()
    try:
        _serve(connection)
    except (EOFError, OSError):
        return  # the driver closed the line


def _serve(connection: Connection) -> None:
    objective: Outcome = Outcome(error=RuntimeError("no objective arrived before the first trial"))
    send(connection, Mark.READY)
    while True:
        mark, body = receive(connection)
        if mark is Mark.RUN:
            send(connection, Mark.DONE, _run(connection, objective, body))
        elif mark is Mark.OBJECTIVE:
            objective = evaluate(load, body)
        elif mark is Mark.STOP:
            return


def load(packed: bytes) -> Objective:
    """The objective. Raises ``StudyError`` that says why it does not load in this process."""
    try:
        objective: Callable[[Any], Any] = unpack(packed)
    except Exception as error:
        raise StudyError(
            f"the objective cannot be loaded in a worker process: {type(error).__name__}: {error}. {CANNOT_TRAVEL}"
        ) from error
    return objective


def _run(connection: Connection, objective: Outcome, packed: bytes) -> bytes:
    link = RemoteLink(lambda body: _ask(connection, body))
    try:
        outcome = objective if objective.error else evaluate(_call, objective.value, packed, link)
        return encode(outcome, what="what the objective returned")
    finally:
        link.close()
        _flush()


def _flush() -> None:
    """What the objective printed is out before its trial is: a worker may live long, or be killed."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass  # there is none (None without a console), or nobody reads it any more


def _call(objective: Objective, packed: bytes, link: RemoteLink) -> Any:
    trial: Trial = unpack(packed)
    trial.attach(link)
    return objective(trial)


def _ask(connection: Connection, body: bytes) -> bytes:
    send(connection, Mark.CALL, body)
    return receive(connection)[1]


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of the terminal; whether a trial ends by it is the driver's decision."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # blocked by the driver around the start


def _end_with_driver() -> None:
    """End this process when its driver is gone, however busy the objective is: nobody waits for its answer."""
    driver = multiprocessing.parent_process()
    if driver is None:
        return
    parent = os.getppid()
    # The sentinel tells at once. A sibling made by fork can hold it open, so the parent's id is looked at as well.
    while not wait([driver.sentinel], _WATCH_SECONDS) and os.getppid() == parent:
        pass
    os._exit(1)
