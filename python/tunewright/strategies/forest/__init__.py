"""What the random-forest strategy is made of: beliefs, and the search for what promises most."""

from __future__ import annotations

__all__: list[str] = []
