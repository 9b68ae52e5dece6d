"""Where trials run: in this thread, in threads, in processes, or in any ``concurrent.futures`` executor."""

from __future__ import annotations

__all__ = [
    "Executor",
    "Futures",
    "Inline",
    "Objective",
    "Processes",
    "RemoteTraceback",
    "Threads",
    "executor_for",
]

from tunewright.executors.futures import Futures
from tunewright.executors.inline import Inline
from tunewright.executors.outcome import RemoteTraceback
from tunewright.executors.processes import Processes
from tunewright.executors.protocol import Executor, Objective
from tunewright.executors.selection import executor_for
from tunewright.executors.threads import Threads
