"""A thread pool whose waiting calls can be dropped so that everybody waiting for them is told."""

from __future__ import annotations

__all__ = ["Pool"]

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Pool:
    """Runs calls in up to ``threads`` threads, in the order they came."""

    def __init__(self, threads: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._open: set[Future[Any]] = set()

    def submit(self, call: Callable[..., Any], *args: Any) -> Future[Any]:
        """The future of ``call(*args)``."""
        future = self._threads.submit(call, *args)
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        return future

    def drop_waiting(self) -> None:
        """Cancel the calls that have not begun."""
        # ThreadPoolExecutor's own cancel_futures never notifies wait() and as_completed(), which then wait for ever.
        for future in list(self._open):
            future.cancel()

    def join(self) -> None:
        """Refuse new calls, wait for the others, end the threads."""
        self._threads.shutdown(wait=True)
