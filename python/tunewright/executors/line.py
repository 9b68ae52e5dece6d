"""The line between a running trial and its study: frames on a connection, one question and one answer at a time.

A frame is one byte (its :class:`Mark`) and a body:

=========== ================== =====================================================
mark        direction          body
=========== ================== =====================================================
READY       worker to driver   empty: the worker is up
OBJECTIVE   driver to worker   the packed objective, for the runs that follow
RUN         driver to worker   the packed trial
DONE        worker to driver   the encoded outcome of that run
CALL        worker to driver   pickled ``(number, method, args)``: a call of the link
FETCH       worker to driver   empty: asks for the objective
ANSWER      driver to worker   the encoded outcome of that question
STOP        driver to worker   empty: no more runs
=========== ================== =====================================================
"""

from __future__ import annotations

__all__ = ["Mark", "RemoteLink", "answer", "receive", "send"]

import pickle
import threading
from collections.abc import Callable
from enum import IntEnum
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from tunewright.errors import TunewrightError
from tunewright.executors.outcome import decode, encode, evaluate
from tunewright.executors.parcel import pack, unpack

if TYPE_CHECKING:
    from tunewright.trial.link import Depot, Link

_METHODS = frozenset({"annotate", "depot", "keep", "report", "saved", "suggest"})


class Mark(IntEnum):
    """The kind of a frame; see the table above."""

    READY = 1
    OBJECTIVE = 2
    RUN = 3
    DONE = 4
    CALL = 5
    FETCH = 6
    ANSWER = 7
    STOP = 8


def send(connection: Connection, mark: Mark, body: bytes = b"") -> None:
    """Write one frame. Raises ``OSError`` when the other end is gone."""
    connection.send_bytes(bytes((mark,)) + body)


def receive(connection: Connection) -> tuple[Mark, bytes]:
    """Wait for one frame. Raises ``EOFError`` or ``OSError`` when the other end is gone."""
    frame = connection.recv_bytes()
    return Mark(frame[0]), frame[1:]


def answer(link: Link, body: bytes) -> bytes:
    """The body of the ANSWER to a CALL: what the link's method returned or raised."""
    outcome = evaluate(_call, link, body)
    if isinstance(outcome.error, TunewrightError):
        # Said on purpose and in full: the study's own frames would only bury the objective's in the traceback.
        outcome.error.with_traceback(None)
    return encode(outcome, what="the study's answer")


def _call(link: Link, body: bytes) -> Any:
    number, method, args = unpack(body)
    if method not in _METHODS:
        raise ValueError(f"a worker asked for {method!r}; expected one of {', '.join(sorted(_METHODS))}")
    return getattr(link, method)(number, *args)


class RemoteLink:
    """A study's link as a worker has it: every call asks over the line and waits for the answer.

    Args:
        ask: sends one CALL with this body and returns the body of its ANSWER. Raises ``EOFError`` or ``OSError``
            when the study is gone.
    """

    def __init__(self, ask: Callable[[bytes], bytes]) -> None:
        self._ask: Callable[[bytes], bytes] | None = ask
        self._lock = threading.Lock()  # an objective may report from a thread of its own

    def report(self, number: int, step: int, metrics: dict[str, float]) -> bool:
        """Record intermediate ``metrics`` of trial ``number`` at ``step``; true when it should stop now."""
        return bool(self._question(number, "report", step, metrics))

    def suggest(self, number: int, name: str, domain: Any) -> Any:
        """The value of parameter ``name`` in trial ``number``, drawn from ``domain`` when it is new."""
        return self._question(number, "suggest", name, domain)

    def annotate(self, number: int, key: str, value: Any) -> None:
        """Write ``key = value`` into the metadata of trial ``number``."""
        self._question(number, "annotate", key, value)

    def depot(self, number: int) -> Depot:
        """Where trial ``number`` saves its states."""
        depot: Depot = self._question(number, "depot")
        return depot

    def saved(self, number: int) -> tuple[str, int] | None:
        """Key and step of the state that trial ``number`` saved last, if it did."""
        saved: tuple[str, int] | None = self._question(number, "saved")
        return saved

    def keep(self, number: int, step: int, key: str) -> bool:
        """From now on trial ``number`` keeps the state ``key``, saved at ``step``; false when it is not let."""
        return bool(self._question(number, "keep", step, key))

    def close(self) -> None:
        """Refuse further calls: the trial is over and the line is used for something else."""
        with self._lock:
            self._ask = None

    def _question(self, number: int, method: str, *args: Any) -> Any:
        try:
            body = pack((number, method, args))
        except pickle.PicklingError as error:
            raise TypeError(f"trial.{method}{args!r} cannot be sent to the study: {error}") from error
        with self._lock:
            if self._ask is None:
                raise RuntimeError(f"trial {number} is over: its worker can no longer {method}")
            try:
                reply = self._ask(body)
            except (EOFError, OSError) as error:
                raise ConnectionError(
                    f"trial {number} cannot {method}: its study is out of reach ({error!r})"
                ) from error
        return decode(reply).get()
