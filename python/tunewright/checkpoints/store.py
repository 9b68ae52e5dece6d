"""Where checkpoints lie: a directory of files that are named by the hash of what is in them."""

from __future__ import annotations

__all__ = ["Checkpoints"]

import contextlib
import hashlib
import io
import os
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any, Literal, cast

from tunewright.checkpoints.directory import extract, write_directory
from tunewright.checkpoints.tree import MAGIC, packed, unpacked
from tunewright.errors import DamagedFileError, StorageError

_DIGEST = 20  # bytes
_PIECE = 1 << 20
_STANDSTILL = 3600.0  # seconds: a half-written file that did not grow for so long is nobody's


class Checkpoints:
    """A directory of saved states, shared by all processes that work on a study.

    A state is written to a file of its own, which gets its name, the hash of its content, only when it is complete:
    nobody ever sees half of one, whatever is killed when. Equal states are one file. It says nothing about who needs a
    state; the study's record does.

    Args:
        root: the directory; made when something is saved.
        keep: whose last state stays once its trial has ended: ``"best"``: the best trial's, or those of the whole
            Pareto front; ``"all"``; or ``"none"``. Unfinished trials keep theirs in any case.
        durable: wait until a state is on the disk, so that it survives a power cut as well.
    """

    def __init__(
        self, root: str | os.PathLike[str], *, keep: Literal["best", "all", "none"] = "best", durable: bool = False
    ) -> None:
        if keep not in ("best", "all", "none"):
            raise ValueError(f"keep must be 'best', 'all' or 'none'; got {keep!r}")
        self.root = Path(root)
        self.keep = keep
        self.durable = durable

    def __repr__(self) -> str:
        return f"Checkpoints({str(self.root)!r})"

    def put(self, state: Any) -> str:
        """Save ``state`` and return its key.

        Args:
            state: bytes, numbers, text, NumPy arrays, lists, tuples and mappings of them; or the path of a directory.

        Raises:
            TypeError: something in it is none of these.
            StorageError: the directory cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            return self._written(state)
        except OSError as error:
            raise StorageError(f"cannot save a checkpoint in {self.root}: {error}") from error

    def get(self, key: str, into: Path | None = None) -> Any:
        """The state of that key; a saved directory is written to ``into`` (a new one by default) and its path returned.

        Raises:
            StorageError: there is no such state.
            DamagedFileError: its file is not what was written.
        """
        path = self.path(key)
        try:
            with path.open("rb") as file:
                if _hash(file) != key:
                    raise DamagedFileError(f"checkpoint {path} has changed since it was written; delete it")
                file.seek(0)
                if file.read(len(MAGIC)) == MAGIC:
                    file.seek(0)
                    return unpacked(file.read())
                file.seek(0)
                place = Path(tempfile.mkdtemp(prefix="tunewright-")) if into is None else into
                extract(file, place)
                return place
        except FileNotFoundError:
            raise StorageError(f"there is no checkpoint {key} in {self.root}; was the directory moved?") from None

    def has(self, key: str) -> bool:
        """Whether the state of that key is there."""
        return self.path(key).is_file()

    def discard(self, key: str) -> None:
        """Delete the state of that key, if it is there."""
        # Windows refuses while somebody reads it: a later sweep takes it then.
        with contextlib.suppress(FileNotFoundError, PermissionError):
            self.path(key).unlink()

    def sweep(self, keep: Collection[str], *, older: float = 3600.0) -> list[str]:
        """Delete every state that is not in ``keep`` and was last saved more than ``older`` seconds ago; returns them.

        What a killed process left half-written goes as well, an hour after the last byte (at once if ``older`` is 0):
        a large state that is being written may stand still for a while, until a disk has it.
        """
        now = time.time()
        gone = []
        for path in self._files():
            if path.name in keep:
                continue
            age = max(older, _STANDSTILL) if older and path.name.startswith(".") else older
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime <= now - age:
                    self.discard(path.name)
                    gone.append(path.name)
        return sorted(gone)

    def keys(self) -> list[str]:
        """All states, sorted."""
        return sorted(path.name for path in self._files() if not path.name.startswith("."))

    def path(self, key: str) -> Path:
        """The file of a state."""
        return self.root / key

    def _files(self) -> Iterator[Path]:
        return self.root.iterdir() if self.root.is_dir() else iter(())

    def _written(self, state: Any) -> str:
        handle, name = tempfile.mkstemp(dir=self.root, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                key = _write(state, file)
                file.flush()
                if self.durable:
                    os.fsync(file.fileno())
            try:
                os.replace(name, self.path(key))
            except PermissionError:
                if not self.has(key):  # on Windows the same state may be there, and being read
                    raise
            return key
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)


class _Hashed(io.RawIOBase):
    """Passes on what is written to it, and hashes it: a large state is not read again to be named."""

    def __init__(self, file: IO[bytes]) -> None:
        self.digest = hashlib.blake2b(digest_size=_DIGEST)
        self._file = file
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.digest.update(piece)
        self._file.write(piece)
        size = memoryview(piece).nbytes
        self._written += size
        return size

    def tell(self) -> int:
        return self._written


def _write(state: Any, out: IO[bytes]) -> str:
    """Write ``state``; its key."""
    file = _Hashed(out)
    if isinstance(state, os.PathLike):
        directory = Path(state)
        if not directory.is_dir():
            raise TypeError(f"save() takes the path of a directory, or a state; {directory} is no directory")
        write_directory(directory, cast(IO[bytes], file))
    else:
        for piece in packed(state):
            file.write(piece)
    return file.digest.hexdigest()


def _hash(file: IO[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=_DIGEST)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()
