"""The record as a table."""

from __future__ import annotations

import importlib.util
from typing import Any

from tunewright.trial import History, TrialState

__all__ = ["columns", "frame"]


def columns(history: History) -> dict[str, list[Any]]:
    """One list per column, one entry per trial: number, state, objectives, parameters, seconds, error.

    Parameters are named ``config.<name>``; inactive ones and missing values are ``None``.
    """
    table: dict[str, list[Any]] = {
        "number": list(range(history.n)),
        "state": [TrialState(state).label for state in history.states.tolist()],
    }
    for metric, column in zip(history.metrics, history.values.T.tolist(), strict=True):
        told = (history.told > 0).tolist()
        table[metric] = [value if known else None for value, known in zip(column, told, strict=True)]
    configs = history.space.configs(history.natives)
    for name in history.space.names:
        table[f"config.{name}"] = [config.get(name) for config in configs]
    table["started"] = [moment or None for moment in history.started.tolist()]
    table["finished"] = [moment or None for moment in history.finished.tolist()]
    table["error"] = [history.errors.get(number) for number in range(history.n)]
    return table


def frame(history: History) -> Any:
    """A ``pandas.DataFrame`` of :func:`columns` where pandas is installed, else the dict of columns itself."""
    if importlib.util.find_spec("pandas") is None:
        return columns(history)
    import pandas as pd

    table = pd.DataFrame(columns(history))
    for name in ("started", "finished"):
        table[name] = pd.to_datetime(table[name], unit="s", utc=True)
    return table
