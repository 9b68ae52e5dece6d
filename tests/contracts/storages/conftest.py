"""The contract of ``Storage``, kept by every storage in the table."""

from __future__ import annotations

import pytest

from tunewright.storage import Memory, Sqlite

STORAGES = {
    "memory": lambda directory: Memory(),
    "sqlite": lambda directory: Sqlite(directory / "study.db"),
    "sqlite-power": lambda directory: Sqlite(directory / "study.db", durability="power"),
}


@pytest.fixture(params=STORAGES)
def storage(request, tmp_path):
    opened = STORAGES[request.param](tmp_path)
    yield opened
    opened.close()
