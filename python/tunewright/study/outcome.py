"""How a trial ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunewright.study.objectives import values_of
from tunewright.trial import TrialState

__all__ = ["Outcome", "outcome_of"]

Outcome = tuple[int, list[float], str | None, Mapping[str, Any] | None]
"""State, one float per objective (NaN where there is none), error, notes for the trial's metadata."""

_COMPLETE, _FAILED = int(TrialState.COMPLETE), int(TrialState.FAILED)


def outcome_of(result: Any, metrics: tuple[str, ...], notes: Mapping[str, Any] | None = None) -> Outcome:
    """What it means that an objective returned ``result``: complete, or failed where a value is NaN.

    Raises:
        ReportError, UnknownMetricError: not what the objectives ask for.
    """
    values = values_of(result, metrics)
    for value in values:
        if value != value:
            missing = ", ".join(metric for metric, v in zip(metrics, values, strict=True) if v != v)
            return _FAILED, values, f"{missing} is NaN", {**(notes or {}), "infeasible": True}
    return _COMPLETE, values, None, notes
