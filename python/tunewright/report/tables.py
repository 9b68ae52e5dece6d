"""The table of all trials, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tunewright.analysis.views import coordinate
from tunewright.report.packing import Pool
from tunewright.trial import TrialState

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["trials_table"]


def trials_table(study: Study, pool: Pool) -> dict[str, Any]:
    """Number, state, metrics, standard errors, violation, seconds, parameters and errors of every trial."""
    history = study.history
    columns: list[dict[str, Any]] = [_number("trial", np.arange(history.n), pool), _state(study, pool)]
    told = history.told > 0
    for metric, values in zip(history.goals.outputs, history.measured.T, strict=True):
        columns.append(_number(metric, np.where(told, values, np.nan), pool))
    for metric, sems in zip(history.metrics, history.sems.T, strict=True):
        if not np.isnan(sems).all():
            columns.append(_number(f"standard error of {metric}", sems, pool))
    if history.goals.constraints:
        columns.append(_number("breaks constraints by", history.violations, pool))
    seconds = np.where((history.finished > 0.0) & (history.started > 0.0), history.finished - history.started, np.nan)
    columns.append(_number("seconds", seconds, pool))
    columns += [_parameter(study, name, pool) for name in history.space.names]
    if history.errors:
        told_errors = {str(number): error[:300] for number, error in history.errors.items()}
        columns.append({"name": "error", "values": None, "told": told_errors, "long": True})
    return {"rows": history.n, "columns": columns}


def _number(name: str, values: Any, pool: Pool) -> dict[str, Any]:
    return {"name": name, "values": pool.add(values, exact=True), "number": True}


def _state(study: Study, pool: Pool) -> dict[str, Any]:
    labels = [state.label for state in TrialState]
    return {"name": "state", "values": pool.add(study.history.states), "labels": labels}


def _parameter(study: Study, name: str, pool: Pool) -> dict[str, Any]:
    column = coordinate(study, name)
    if column.choices:
        codes = np.where(np.isnan(column.values), -1, column.values).astype(np.int64)
        return {"name": name, "values": pool.add(codes), "labels": list(column.choices)}
    if study.space[name].kind == "constant":
        label = str(study.space[name].values(np.zeros(1))[0])
        codes = np.where(np.isnan(column.values), -1, 0).astype(np.int64)
        return {"name": name, "values": pool.add(codes), "labels": [label]}
    return _number(name, column.values, pool)
