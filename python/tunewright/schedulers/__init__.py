"""Schedulers: who goes on training after a report."""

from __future__ import annotations

__all__ = ["Decision", "Judge", "Scheduler"]

from tunewright.schedulers.decision import Decision
from tunewright.schedulers.protocol import Judge, Scheduler
