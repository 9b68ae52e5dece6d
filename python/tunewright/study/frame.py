"""The record as a table."""

from __future__ import annotations

import importlib.util
from typing import Any

from tunewright.study.front import front
from tunewright.trial import History, TrialState

__all__ = ["columns", "frame"]


def columns(history: History) -> dict[str, list[Any]]:
    """One list per column, one entry per trial: number, state, metrics, parameters, seconds, error.

    Parameters are named ``config.<name>``; inactive ones and missing values are ``None``. After the metrics come
    ``sem.<metric>`` where standard errors were told, ``violation`` if there are constraints, and whether the trial is
    on the ``front`` if there are several objectives.
    """
    table: dict[str, list[Any]] = {
        "number": list(range(history.n)),
        "state": [TrialState(state).label for state in history.states.tolist()],
    }
    told = (history.told > 0).tolist()
    for metric, column in zip(history.goals.outputs, history.measured.T.tolist(), strict=True):
        table[metric] = [value if known else None for value, known in zip(column, told, strict=True)]
    for metric, column in zip(history.metrics, history.sems.T.tolist(), strict=True):
        if any(sem == sem for sem in column):
            table[f"sem.{metric}"] = [_known(sem) for sem in column]
    if history.goals.constraints:
        table["violation"] = [_known(violation) for violation in history.violations.tolist()]
    if len(history.metrics) > 1:
        members = set(front(history).tolist())
        table["front"] = [number in members for number in range(history.n)]
    configs = history.space.configs(history.natives)
    for name in history.space.names:
        table[f"config.{name}"] = [config.get(name) for config in configs]
    table["started"] = [moment or None for moment in history.started.tolist()]
    table["finished"] = [moment or None for moment in history.finished.tolist()]
    table["error"] = [history.errors.get(number) for number in range(history.n)]
    return table


def _known(value: float) -> float | None:
    return None if value != value else value


def frame(history: History) -> Any:
    """A ``pandas.DataFrame`` of :func:`columns` where pandas is installed, else the dict of columns itself."""
    if importlib.util.find_spec("pandas") is None:
        return columns(history)
    import pandas as pd

    table = pd.DataFrame(columns(history))
    for name in ("started", "finished"):
        table[name] = pd.to_datetime(table[name], unit="s", utc=True)
    return table
