"""The command line: ``tunewright --help``."""

from __future__ import annotations

__all__: list[str] = []
