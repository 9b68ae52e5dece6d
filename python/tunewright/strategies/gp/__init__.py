"""The parts of the Gaussian-process strategy: what it reads, what it believes, where it looks."""

from __future__ import annotations

__all__: list[str] = []
