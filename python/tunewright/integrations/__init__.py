"""One file a foreign library, imported when it is asked for."""

from __future__ import annotations

__all__: list[str] = []
