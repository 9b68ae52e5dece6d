"""What CMA-ES is made of: the coordinates it sees, its distribution, its generations, its restarts."""

from __future__ import annotations

__all__: list[str] = []
