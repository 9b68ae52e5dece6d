"""Schedulers: who goes on training after a report."""

from __future__ import annotations

__all__ = ["Scheduler"]

from tunewright.schedulers.protocol import Scheduler
