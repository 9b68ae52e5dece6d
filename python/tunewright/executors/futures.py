"""Trials in any ``concurrent.futures.Executor``: a pool of the user's, loky, or a Dask cluster's."""

from __future__ import annotations

__all__ = ["Futures"]

import pickle
import secrets
import socket
import threading
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import wait as wait_for
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from tunewright.errors import StudyError, WorkerDiedError
from tunewright.executors.checks import NOT_STARTED, check_workers
from tunewright.executors.line import Mark, answer
from tunewright.executors.outcome import Outcome, decode, encode, evaluate
from tunewright.executors.parcel import CANNOT_TRAVEL, pack
from tunewright.executors.switchboard import Switchboard
from tunewright.executors.visit import Home, Ticket, close_home, open_home, visit

if TYPE_CHECKING:
    from tunewright.executors.protocol import Objective
    from tunewright.trial.link import Link
    from tunewright.trial.trial import Trial

_KEY_BYTES = 32


class _Foreign(Protocol):
    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]: ...


class Futures:
    """Up to ``workers`` trials at a time in an executor that the user made, and that stays the user's to shut down.

    Wherever a trial runs, its reports come home over a socket with a random key, and the answers go back.
    In an executor of threads they take no detour. The objective travels once to each worker process.
    An executor that repeats what a dead worker left (Dask does, ``distributed.scheduler.allowed-failures`` times)
    begins such a trial anew and reports its first steps again, before it gives the trial up.

    Args:
        executor: has ``submit`` as in ``concurrent.futures``. For Dask: ``client.get_executor()``.
        workers: how many trials at the same time; left out, what the executor says of itself (``_max_workers``).
        host: the interface to listen on. The default reaches workers on this machine only; ``"0.0.0.0"``
            reaches all. Traffic is authenticated, not encrypted: for networks you trust.
        address: the name or IP by which workers reach this machine; left out, ``host``, or the machine's name
            when ``host`` is ``"0.0.0.0"``.

    Raises:
        ValueError: ``executor`` has no ``submit``, or ``workers`` is not given and cannot be found out.
    """

    def __init__(
        self, executor: _Foreign, workers: int | None = None, *, host: str = "127.0.0.1", address: str | None = None
    ) -> None:
        self.slots = _slots(executor, workers)
        self._executor = executor
        self._host = host
        self._address = address or (socket.gethostname() if host == "0.0.0.0" else host)
        self._key = secrets.token_bytes(_KEY_BYTES)
        self._board: Switchboard | None = None
        self._home: Home | None = None
        self._name = ""
        self._visits = 0
        self._ending = threading.Lock()  # one close at a time
        self._open: dict[Future[Any], Future[Any]] = {}  # ours -> theirs

    def start(self, objective: Objective, link: Link) -> None:
        """Get ready to run ``objective``. Raises ``OSError`` when ``host`` cannot be listened on."""
        if self._board is None:
            self._board = Switchboard(self._host, self._key, self._answer)
        close_home(self._name)
        self._name, self._home = secrets.token_hex(8), Home(objective, link)
        open_home(self._name, self._home)

    def submit(self, trial: Trial) -> Future[Any]:
        """The future of the objective's result. Raises ``WorkerDiedError`` when the executor takes no more work."""
        if self._home is None or self._board is None:
            raise StudyError(NOT_STARTED)
        number, self._visits = self._visits, self._visits + 1
        ticket = self._ticket(trial, number, (self._address, self._board.port))
        self._home.trials[number] = trial
        try:
            theirs = self._executor.submit(visit, ticket)
        except Exception as error:
            self._home.trials.pop(number, None)
            raise WorkerDiedError(
                f"the executor {self._executor!r} takes no more trials: {error!r}. Make a new one; the study goes on "
                "from its record"
            ) from error
        ours: Future[Any] = Future()
        ours.set_running_or_notify_cancel()
        self._open[ours] = theirs
        theirs.add_done_callback(partial(self._settle, ours, self._home, number, trial.number))
        return ours

    def close(self, cancel: bool = False) -> None:  # noqa: FBT001  the executors' contract
        """Wait for the trials, or with ``cancel`` give them up; hang up. The user's executor is left running."""
        if self._board is None:
            return
        if cancel:
            self._give_up()
        wait_for(list(self._open))
        with self._ending:
            if self._board is not None:
                close_home(self._name)
                self._board.close()
                self._board = self._home = None

    def __enter__(self) -> Futures:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(cancel=kind is not None)

    def _answer(self, mark: Mark, body: bytes) -> bytes:
        home = self._home
        if home is None:
            return encode(Outcome(error=ConnectionError("the study is closed")), what="")
        if mark is Mark.FETCH:
            return encode(evaluate(_pack_objective, home.objective), what="the objective")
        return answer(home.link, body)

    def _ticket(self, trial: Trial, number: int, address: tuple[str, int]) -> Ticket:
        make = partial(Ticket, self._name, number, address, self._key)
        try:
            return make(pack(trial, main_known=False))
        except pickle.PicklingError as error:
            refusal = f"trial {trial.number} cannot be sent to a worker process: {error}. {CANNOT_TRAVEL}"
            return make(None, refusal)  # an executor of threads does not need it

    def _settle(self, ours: Future[Any], home: Home, visit_number: int, trial: int, theirs: Future[Any]) -> None:
        """Pass on what came of ``theirs``. An exception there is the executor's: the objective's is in the outcome."""
        home.trials.pop(visit_number, None)
        try:
            result = theirs.result()
            outcome = decode(result) if isinstance(result, bytes) else result
        except BaseException as error:  # noqa: BLE001  also CancelledError, and an objective's SystemExit
            lost = WorkerDiedError(f"trial {trial} has no result: its executor failed with {error!r}")
            lost.__cause__ = error
            outcome = Outcome(error=lost)
        self._finish(ours, outcome)

    def _finish(self, ours: Future[Any], outcome: Outcome) -> None:
        try:
            if outcome.error is None:
                ours.set_result(outcome.value)
            else:
                ours.set_exception(outcome.error)
        except InvalidStateError:
            return  # given up by close(cancel=True), and ended all the same
        self._open.pop(ours, None)

    def _give_up(self) -> None:
        for ours, theirs in list(self._open.items()):
            theirs.cancel()
            text = "a trial has no result: the executor was closed with cancel=True before it ended"
            self._finish(ours, Outcome(error=WorkerDiedError(text)))


def _pack_objective(objective: Objective) -> bytes:
    try:
        return pack(objective, main_known=False)
    except pickle.PicklingError as error:
        raise StudyError(
            f"the objective {objective!r} cannot be sent to worker processes: {error}. {CANNOT_TRAVEL}"
        ) from error


def _slots(executor: object, workers: int | None) -> int:
    if not callable(getattr(executor, "submit", None)):
        raise ValueError(f"executor must have a submit method, as in concurrent.futures; got {executor!r}")
    if workers is not None:
        return check_workers(workers)
    found = getattr(executor, "_max_workers", None)
    if isinstance(found, int) and found >= 1:
        return found
    raise ValueError(
        f"workers must be given for {type(executor).__name__}, which does not say how many tasks it runs at the "
        "same time: for example workers=4"
    )
