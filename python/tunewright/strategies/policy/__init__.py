"""What the strategy that learns by policy gradient is made of."""

from __future__ import annotations

__all__: list[str] = []
