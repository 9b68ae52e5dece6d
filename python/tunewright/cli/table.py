"""Plain text tables for a terminal."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from tunewright.trial import TrialView

__all__ = ["configuration", "measurements", "moment", "number", "table", "trial_rows"]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Left-aligned columns, as wide as their widest cell, two spaces apart."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def number(value: Any) -> str:
    """A value for people: floats to five significant digits."""
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def measurements(trial: TrialView) -> dict[str, str]:
    """The values of a trial for people, ± their standard errors where these are known."""
    sems = trial.sems
    return {
        name: number(value) + (f" ± {number(sems[name])}" if name in sems else "")
        for name, value in (trial.values or {}).items()
    }


def configuration(config: dict[str, Any]) -> str:
    """``name=value`` pairs on one line."""
    return " ".join(f"{name}={number(value)}" for name, value in config.items())


def moment(seconds: float | None) -> str:
    """Local date and time."""
    if seconds is None:
        return "-"
    return datetime.datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")


def trial_rows(trials: Sequence[TrialView]) -> list[list[str]]:
    """Number, state, values (with standard errors and broken constraints), seconds and configuration of each trial."""
    rows = []
    for trial in trials:
        shown = ", ".join(f"{name} {value}" for name, value in measurements(trial).items()) or trial.error or "-"
        if trial.violation:
            shown += f" (breaks constraints by {number(trial.violation)})"
        seconds = "-" if trial.duration is None else f"{trial.duration:.2f}"
        rows.append([str(trial.number), trial.state.label, shown, seconds, configuration(trial.config)])
    return rows
