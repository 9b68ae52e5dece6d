"""Where trials that run in somebody else's workers call home: a listener on a socket, a thread a caller."""

from __future__ import annotations

__all__ = ["Address", "Caller", "Switchboard"]

import socket
import threading
import time
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge

from tunewright.executors.line import Mark, receive, send

Address = tuple[str, int]

_EVERYWHERE = frozenset({"", "0.0.0.0"})
_BACKLOG = 128
_PAUSE_SECONDS = 0.05


class Switchboard:
    """Answers questions that arrive at ``host`` on a port the system chooses.

    Nothing a caller sends is unpickled before both ends have shown that they know ``key``.

    Args:
        host: the interface to listen on; ``"0.0.0.0"`` for all of them.
        key: the shared secret.
        answer: ``answer(mark, body)`` is the body of the ANSWER. Called from several threads; never raises.
    """

    def __init__(self, host: str, key: bytes, answer: Callable[[Mark, bytes], bytes]) -> None:
        self._host = host
        self._key = key
        self._answer = answer
        self._listener = Listener((host, 0), family="AF_INET", backlog=_BACKLOG)
        self._closed = False
        self._callers: dict[threading.Thread, Connection] = {}
        self._lock = threading.Lock()  # guards _callers and _closed
        self._door = threading.Thread(target=self._accept, name="tunewright-switchboard", daemon=True)
        self._door.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.address[1])

    def close(self) -> None:
        """Hang up on everybody; no thread and no socket stays."""
        with self._lock:
            self._closed = True
            callers = list(self._callers)
            for connection in self._callers.values():
                _hang_up(connection)
        # Closing a socket does not wake a thread that waits on it: a call does for accept, a shutdown for receive.
        near = "127.0.0.1" if self._host in _EVERYWHERE else self._host
        socket.create_connection((near, self.port), timeout=5).close()
        self._door.join()
        self._listener.close()
        for thread in callers:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:  # the caller went away before it was let in, or no file handle is free
                time.sleep(_PAUSE_SECONDS)
                continue
            # Daemon: a caller that never speaks must not keep the interpreter from ending.
            thread = threading.Thread(target=self._serve, args=(connection,), name="tunewright-caller", daemon=True)
            with self._lock:
                if self._closed:
                    connection.close()
                    return
                self._callers[thread] = connection
            thread.start()

    def _serve(self, connection: Connection) -> None:
        try:
            deliver_challenge(connection, self._key)
            answer_challenge(connection, self._key)
            while True:
                mark, body = receive(connection)
                send(connection, Mark.ANSWER, self._answer(mark, body))
        except (EOFError, OSError, ValueError, AuthenticationError):
            return  # the caller is done, gone, or nobody we know
        finally:
            with self._lock:
                self._callers.pop(threading.current_thread(), None)
                connection.close()


class Caller:
    """A worker's end: connects when it first asks.

    Args:
        address: where the switchboard can be reached from here.
        key: the shared secret.
    """

    def __init__(self, address: Address, key: bytes) -> None:
        self._address = address
        self._key = key
        self._connection: Connection | None = None

    def ask(self, mark: Mark, body: bytes = b"") -> bytes:
        """The body of the ANSWER. Raises ``OSError`` or ``EOFError`` when the study cannot be reached."""
        if self._connection is None:
            self._connection = self._connect()
        send(self._connection, mark, body)
        return receive(self._connection)[1]

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> Connection:
        try:
            return Client(self._address, family="AF_INET", authkey=self._key)
        except (OSError, EOFError, AuthenticationError) as error:
            host, port = self._address
            raise ConnectionError(
                f"a worker cannot reach its study at {host}:{port}: {error!r}. If workers run on other machines, use "
                'Futures(executor, workers, host="0.0.0.0", address="<name or IP of the study\'s machine>")'
            ) from error


def _hang_up(connection: Connection) -> None:
    try:
        with socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as twin:
            twin.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it had hung up itself
