"""Schedulers: who goes on training after a report."""

from __future__ import annotations

__all__ = ["Birth", "Decision", "Judge", "Scheduler", "scheduler_from_json"]

from tunewright.schedulers.birth import Birth
from tunewright.schedulers.decision import Decision
from tunewright.schedulers.protocol import Judge, Scheduler
from tunewright.schedulers.registry import scheduler_from_json
