"""A directory as one file and back: a tar archive of its files, in order of their names, without owners and times."""

from __future__ import annotations

__all__ = ["extract", "write_directory"]

import tarfile
from pathlib import Path, PurePosixPath
from typing import IO

_PLAIN = 0o644
_RUNNABLE = 0o755


def write_directory(directory: Path, file: IO[bytes]) -> None:
    """Write what is in ``directory``; equal contents give equal bytes.

    Raises:
        ValueError: there is something else than files and directories in it (a link, a socket).
    """
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(directory.rglob("*"), key=lambda path: path.relative_to(directory).parts):
            name = path.relative_to(directory).as_posix()
            entry = tarfile.TarInfo(name)
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise ValueError(f"{path} is neither a file nor a directory; a checkpoint holds nothing else")
            if path.is_dir():
                entry.type, entry.mode = tarfile.DIRTYPE, _RUNNABLE
                archive.addfile(entry)
                continue
            status = path.stat()
            entry.size, entry.mode = status.st_size, _RUNNABLE if status.st_mode & 0o100 else _PLAIN
            with path.open("rb") as content:
                archive.addfile(entry, content)


def extract(file: IO[bytes], directory: Path) -> None:
    """Write the files of an archive into ``directory``.

    Raises:
        ValueError: the archive names a place outside of ``directory``, or holds something else than files.
    """
    with tarfile.open(fileobj=file, mode="r:") as archive:
        for entry in archive:
            name = PurePosixPath(entry.name)
            if name.is_absolute() or ".." in name.parts or ":" in entry.name.split("/", 1)[0]:
                raise ValueError(f"the archive names {entry.name!r}, which is outside of its directory")
            target = directory.joinpath(*name.parts)
            if entry.isdir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            content = archive.extractfile(entry)
            if content is None:
                raise ValueError(f"the archive holds {entry.name!r}, which is no file")
            target.parent.mkdir(parents=True, exist_ok=True)
            with content, target.open("wb") as copy:
                while piece := content.read(1 << 20):
                    copy.write(piece)
            target.chmod(entry.mode & 0o777)
