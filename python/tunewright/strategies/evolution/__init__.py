"""What the evolutionary strategies share: the population that a record leads to, and children that may be run."""

from __future__ import annotations

__all__: list[str] = []
