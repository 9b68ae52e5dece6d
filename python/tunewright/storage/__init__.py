"""Where studies are recorded: one contract, two storages.

``Memory`` lives with the process; ``Sqlite`` is one file that survives kill -9 and serves any number of processes.
"""

from __future__ import annotations

__all__ = [
    "STATES",
    "Changes",
    "Claim",
    "Durability",
    "Header",
    "Memory",
    "Propose",
    "Record",
    "Report",
    "Session",
    "Sqlite",
    "Storage",
    "Tell",
    "open_storage",
]

from tunewright.storage.connection import Durability
from tunewright.storage.memory import Memory
from tunewright.storage.opening import open_storage
from tunewright.storage.protocol import Propose, Storage
from tunewright.storage.record import STATES, Changes, Claim, Header, Record, Report, Tell
from tunewright.storage.sessions import Session
from tunewright.storage.sqlite import Sqlite
