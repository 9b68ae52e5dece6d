"""The parts of the local search: how far its walk has come, and what a neighbour is."""

from __future__ import annotations

__all__: list[str] = []
