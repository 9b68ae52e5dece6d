"""How a trial ended: what an objective returned or a caller told, checked against the study's goals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tunewright.errors import ReportError, UnknownMetricError
from tunewright.trial import Goals, History, Measured, TrialState
from tunewright.trial.measured import standard_error

__all__ = ["Outcome", "early_outcome", "outcome_of", "pruned_outcome"]

Outcome = tuple[int, list[float], str | None, Mapping[str, Any] | None, list[float] | None]
"""State, one float per output (NaN where there is none), error, notes for the trial's metadata, standard errors."""

_COMPLETE, _PRUNED, _FAILED = int(TrialState.COMPLETE), int(TrialState.PRUNED), int(TrialState.FAILED)


def outcome_of(result: Any, goals: Goals, notes: Mapping[str, Any] | None = None, sem: Any = None) -> Outcome:
    """What it means that an objective returned ``result``: complete, or failed where a value is NaN.

    Raises:
        ReportError, UnknownMetricError: not what the goals ask for.
    """
    if type(result) is float and len(goals.outputs) == 1:
        values, sems = [result], None
    else:
        values, sems = _values_of(result, goals)
    if sem is not None:
        sems = _with(sem, sems, goals)
    for value in values:
        if value != value:
            missing = ", ".join(name for name, v in zip(goals.outputs, values, strict=True) if v != v)
            return _FAILED, values, f"{missing} is NaN", {**(notes or {}), "infeasible": True}, sems
    return _COMPLETE, values, None, notes, sems


def early_outcome(state: int, result: Any, goals: Goals, *, error: str | None, sem: Any) -> Outcome:
    """What was told of a pruned or failed trial: nothing, or values of the objectives at least.

    Raises:
        ReportError, UnknownMetricError: values that are not what the goals ask for.
    """
    if result is None:
        return state, [math.nan] * len(goals.outputs), error, None, None
    values, sems = _values_of(result, goals, partial=True)
    return state, values, error, None, sems if sem is None else _with(sem, sems, goals)


def pruned_outcome(history: History, number: int, notes: Mapping[str, Any] | None = None) -> Outcome:
    """The outcome of a trial that ends early with what it last reported."""
    last = history.reports.last(number)
    return _PRUNED, [last.get(name, math.nan) for name in history.goals.outputs], None, notes, None


def _values_of(result: Any, goals: Goals, *, partial: bool = False) -> tuple[list[float], list[float] | None]:
    """One float per output of the goals in their order, and the standard errors if any came.

    Args:
        result: a number (or :class:`~tunewright.Measured`) if there is one output, a mapping by name, or a sequence in
            the order of the objectives if no constraint reads other metrics.
        goals: what the study measures.
        partial: whether metrics that only constraints read may be missing.

    Raises:
        UnknownMetricError: a mapping with other names.
        ReportError: nothing, the wrong count, or something that is no number.
    """
    if isinstance(result, (tuple, list)) and len(result) == len(goals.outputs) and {*map(type, result)} == {float}:
        return list(result), None
    if isinstance(result, Mapping):
        items = _by_name(result, goals, partial=partial)
    elif result is None:
        raise ReportError(f"the objective returned nothing; it must return {_wanted(goals)}")
    else:
        items = list(result) if isinstance(result, (tuple, list)) else [result]
        if len(items) == len(goals.metrics) and partial:
            items += [math.nan] * (len(goals.outputs) - len(items))
        if len(items) != len(goals.outputs):
            raise ReportError(_miscounted(result, len(items), goals))
    values = [_float(item, name) for item, name in zip(items, goals.outputs, strict=True)]
    if not any(isinstance(item, Measured) for item in items):
        return values, None
    return values, [item.sem if isinstance(item, Measured) else math.nan for item in items]


def _by_name(result: Mapping[str, Any], goals: Goals, *, partial: bool) -> list[Any]:
    unknown = [name for name in result if name not in goals.outputs]
    missing = [name for name in (goals.metrics if partial else goals.outputs) if name not in result]
    if unknown or missing:
        problem = f"unknown metric {unknown[0]!r}" if unknown else f"metric {missing[0]!r} is missing"
        raise UnknownMetricError(f"{problem}: got the names {list(result)}, expected {_wanted(goals)}")
    return [result.get(name, math.nan) for name in goals.outputs]


def _miscounted(result: Any, count: int, goals: Goals) -> str:
    came = f"{count} values came" if isinstance(result, Sequence) else f"one value {result!r} came"
    many = len(goals.metrics)
    needed = f"{many} objective{'s' if many > 1 else ''}"
    extras = goals.outputs[many:]
    if extras:
        needed += f" and what the constraints read ({', '.join(extras)})"
    return f"{came} for {needed}; expected {_wanted(goals)}"


def _wanted(goals: Goals) -> str:
    if len(goals.outputs) == 1:
        return f"a number, or {{{goals.outputs[0]!r}: number}}"
    return "{" + ", ".join(f"{name!r}: number" for name in goals.outputs) + "}"


def _float(value: Any, name: str) -> float:
    if isinstance(value, Measured):
        value = value.value
    if isinstance(value, (str, bytes)) or value is None:
        raise ReportError(f"metric {name!r} must be a number; got {value!r}")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ReportError(f"metric {name!r} must be one number; got {type(value).__name__} {value!r}") from error


def _with(sem: Any, known: list[float] | None, goals: Goals) -> list[float]:
    """The standard errors that came with the values, and those told beside them."""
    if not isinstance(sem, Mapping):
        if len(goals.metrics) > 1:
            raise ReportError(f"with several objectives sem takes {{name: standard error}}; got {sem!r}")
        sem = {goals.metrics[0]: sem}
    sems = [math.nan] * len(goals.outputs) if known is None else list(known)
    for name, error in sem.items():
        if name not in goals.outputs:
            raise UnknownMetricError(f"sem names {name!r}; the metrics are {', '.join(map(repr, goals.outputs))}")
        place = goals.outputs.index(name)
        if sems[place] == sems[place]:
            raise ReportError(f"the standard error of {name!r} came twice: in Measured(...) and as sem=")
        sems[place] = standard_error(error, f"sem of {name!r}")
    return sems
