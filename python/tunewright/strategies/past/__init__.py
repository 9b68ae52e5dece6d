"""What a strategy keeps of past searches, and how far it trusts them."""

from __future__ import annotations

__all__: list[str] = []
