"""The one door to Rust: check, call, return. One module for each room of the core."""

from __future__ import annotations

__all__: list[str] = []
