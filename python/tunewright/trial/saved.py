"""Which trial keeps which saved state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

__all__ = ["NOTE", "Saved"]

NOTE = "tunewright.checkpoint"
"""The name in a trial's metadata: ``{"key": of the state, "step": it was saved at}``, or ``None`` once let go."""


class Saved:
    """The latest state of each trial that keeps one, as its metadata say, and how many keep the same."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[str, int]] = {}
        self._keepers: Counter[str] = Counter()

    def take_in(self, number: int, notes: Mapping[str, Any]) -> None:
        """Follow what was written into the metadata of trial ``number``."""
        if NOTE not in notes:
            return
        note = notes[NOTE]
        now = None if note is None else (str(note["key"]), int(note["step"]))
        before = self._of.pop(number, None)
        if before is not None:
            self._keepers[before[0]] -= 1
        if now is not None:
            self._of[number] = now
            self._keepers[now[0]] += 1

    def of(self, number: int) -> tuple[str, int] | None:
        """Key and step of what trial ``number`` keeps, or ``None``."""
        return self._of.get(number)

    def wants(self, key: str) -> bool:
        """Whether some trial keeps that state."""
        return self._keepers[key] > 0

    @property
    def numbers(self) -> Collection[int]:
        """The trials that keep a state."""
        return self._of.keys()

    @property
    def keys(self) -> set[str]:
        """The states that are kept."""
        return {key for key, _ in self._of.values()}
