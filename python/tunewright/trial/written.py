"""Values that have a file of their own: one header, and one way to say that a file has something else."""

from __future__ import annotations

__all__ = ["headed", "loaded", "plain", "reading", "save"]

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

from tunewright.errors import DamagedFileError, TunewrightError


def headed(what: str, version: int, parts: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values of a ``what``, that say so."""
    return {"format": f"tunewright-{what}", "version": version, **parts}


@contextmanager
def reading(data: Any, what: str, version: int) -> Iterator[None]:
    """Read what :func:`headed` made of a ``what``: whatever goes wrong meanwhile is damage.

    Raises:
        DamagedFileError: ``data`` is none, or of another version, or cannot be read.
    """
    form = f"tunewright-{what}"
    if not isinstance(data, dict) or data.get("format") != form or data.get("version") != version:
        raise DamagedFileError(f'not a {what} that this version of tunewright wrote: "format": "{form}" is missing')
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, TunewrightError) as error:
        raise DamagedFileError(f"the text of the {what} is damaged: {type(error).__name__}: {error}") from error


def plain(value: Any) -> Any:
    """The same with the floats that JSON has no number for as texts."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def save(path: str | PathLike[str], data: Mapping[str, Any], indent: int | None = None) -> Path:
    """Write ``data`` into a file of its own; returns the path."""
    target = Path(path)
    target.write_text(json.dumps(data, allow_nan=False, indent=indent), encoding="utf-8")
    return target


def loaded(path: str | PathLike[str], what: str) -> Any:
    """The JSON values in a file.

    Raises:
        DamagedFileError: it has none.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedFileError(f"{path} is no file of a {what}: {error}") from error
