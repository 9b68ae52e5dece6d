"""What was learned: statistics, validation, importance, review. Concepts of their own, built on the study."""

from __future__ import annotations

__all__: list[str] = []
