"""From what a user writes to a storage."""

from __future__ import annotations

__all__ = ["open_storage"]

import os
import re

from tunewright.errors import StorageError
from tunewright.storage.connection import Durability
from tunewright.storage.memory import Memory
from tunewright.storage.protocol import Storage
from tunewright.storage.sqlite import Sqlite


def open_storage(
    spec: str | os.PathLike[str] | Storage, *, durability: Durability = "process", readonly: bool = False
) -> Storage:
    """The storage that ``spec`` means.

    Args:
        spec: "memory"; the path of a file ("digits.db", a ``Path``, "sqlite:///digits.db" relative,
            "sqlite:////data/digits.db" absolute); or a storage, which is returned as it is.
        durability: for a file, see ``Sqlite``.
        readonly: for a file, see ``Sqlite``.

    Raises:
        TypeError: ``spec`` is none of these.
        StorageError: no such kind of storage, or the file cannot be used.
    """
    if isinstance(spec, os.PathLike):
        return Sqlite(_text(os.fspath(spec)), durability=durability, readonly=readonly)
    if isinstance(spec, str):
        return Memory() if spec == "memory" else Sqlite(_path(spec), durability=durability, readonly=readonly)
    if not isinstance(spec, type) and isinstance(spec, Storage):
        return spec
    raise TypeError(f"storage must be 'memory', the path of a file or a storage object, not {spec!r}")


def _path(spec: str) -> str:
    path = spec[len("sqlite:///") :] if spec.startswith("sqlite:///") else spec
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):", path)  # two characters at least: "C:" is a drive
    if scheme and (path[scheme.end() :].startswith("//") or scheme[1] == "sqlite"):
        raise StorageError(
            f"storage {spec!r}: there is no storage {scheme[1]!r}; use 'memory', a path such as 'study.db', "
            "or 'sqlite:///study.db'"
        )
    if path in ("", ":memory:"):
        raise StorageError(f"storage {spec!r} names no file; use 'memory' for a study that is not kept")
    return path


def _text(path: str | bytes) -> str:
    return os.fsdecode(path)
