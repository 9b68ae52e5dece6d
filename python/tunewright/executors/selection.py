"""From what a user writes to the executor that is meant."""

from __future__ import annotations

__all__ = ["executor_for"]

from collections.abc import Callable
from typing import Any

from tunewright.executors.checks import check_workers
from tunewright.executors.futures import Futures
from tunewright.executors.inline import Inline
from tunewright.executors.processes import Processes
from tunewright.executors.protocol import Executor
from tunewright.executors.threads import Threads

_NAMED: dict[str, Callable[[int], Executor]] = {"threads": Threads, "processes": Processes}


def executor_for(executor: object = None, workers: int | None = None) -> Executor:
    """The executor for these arguments of ``optimize``.

    Args:
        executor: ``None`` (inline for one worker, processes for more), ``"inline"``, ``"threads"``,
            ``"processes"``, a ``concurrent.futures.Executor`` (anything with ``submit``; for Dask
            ``client.get_executor()``), or an executor of tunewright's, which is returned as it is.
        workers: how many trials at the same time; ``None`` means one, or what ``executor`` says of itself.

    Raises:
        ValueError: ``workers`` is not a whole number of at least 1, or does not fit the executor; or ``executor`` is
            none of these.
    """
    if workers is not None:
        check_workers(workers)
    if executor is None:
        executor = "inline" if workers in (None, 1) else "processes"
    if executor == "inline":
        return _inline(workers)
    if isinstance(executor, str) and executor in _NAMED:
        return _NAMED[executor](workers or 1)
    if not isinstance(executor, type):
        if isinstance(executor, Executor):
            return executor
        if hasattr(executor, "get_executor"):
            raise ValueError(
                f"executor must be an executor, not a client: pass {type(executor).__name__}.get_executor()"
            )
        if callable(getattr(executor, "submit", None)):
            foreign: Any = executor
            return Futures(foreign, workers)
    raise ValueError(
        'executor must be None, "inline", "threads", "processes", a concurrent.futures.Executor or an executor of '
        f"tunewright.executors; got {executor!r}"
    )


def _inline(workers: int | None) -> Inline:
    if workers not in (None, 1):
        raise ValueError(
            f'executor="inline" runs one trial at a time: workers must be 1, got {workers!r}. '
            'Use executor="threads" or "processes"'
        )
    return Inline()
