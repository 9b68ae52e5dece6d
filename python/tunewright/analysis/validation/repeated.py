"""Objectives that evaluate a configuration several times in one trial: part by part, with the interval of the mean.

part     one evaluation: a fold, a seed; step k of the trial's reports is part k - 1
"""

from __future__ import annotations

__all__ = ["repeated"]

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal

from tunewright.errors import ReportError
from tunewright.numerics.average import mean, standard_error_of_mean
from tunewright.trial import Measured, Trial

Report = Literal["part", "mean"]


def repeated(
    trial: Trial, evaluate: Callable[[int], Any], parts: int, *, metric: str | None, report: Report, key: str
) -> dict[str, Measured | float]:
    """Evaluate part after part, report each, and return the means with their standard errors.

    Args:
        trial: that the parts belong to. Ends early when its scheduler says so; goes on after the parts it has where
            it was paused.
        evaluate: called with 0, 1, …; a number of ``metric``, or ``{metric: number}``.
        parts: how many.
        metric: name of a plain number.
        report: ``"part"``: each report is that part's own value; ``"mean"``: the mean of all so far.
        key: under which the values and 95 % intervals are kept in the trial's metadata.
    """
    done: list[dict[str, float]] = _saved(trial)
    for part in range(len(done), parts if trial.resource is None else min(parts, trial.resource)):
        done.append(_named(evaluate(part), metric, done))
        shown = done[-1] if report == "part" else {name: value for name, (value, _) in _means(done).items()}
        stopped = trial.report(part + 1, **shown)
        if trial.resource is not None:  # may be paused, and go on elsewhere
            trial.save(done, part + 1)
        if stopped:
            break
    trial.annotate(key, {name: [row[name] for row in done] for name in done[0]})
    if len(done) > 1:
        trial.annotate(f"{key} intervals", {name: _interval(done, name) for name in done[0]})
    return {name: Measured(value, sem) if math.isfinite(sem) else value for name, (value, sem) in _means(done).items()}


def _saved(trial: Trial) -> list[dict[str, float]]:
    """The values of the parts that were there when the trial was paused."""
    if not trial.resumed:
        return []
    rows = trial.load()
    return [] if rows is None else [{str(name): float(value) for name, value in row.items()} for row in rows]


def _named(value: Any, metric: str | None, before: list[dict[str, float]]) -> dict[str, float]:
    if not isinstance(value, Mapping):
        if metric is None:
            raise ReportError(
                f"fit_and_score returned {value!r}: give metric='loss' for a plain number, or return {{name: number}}"
            )
        value = {metric: value}
    try:
        named = {str(name): float(number) for name, number in value.items()}
    except (TypeError, ValueError) as error:
        raise ReportError(f"fit_and_score must return a number or {{name: number}}; got {value!r}") from error
    if before and named.keys() != before[0].keys():
        raise ReportError(f"fit_and_score returned {list(named)} after {list(before[0])}: the names must stay the same")
    return named


def _means(rows: list[dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Mean and standard error of each metric; NaN where there is none."""
    found = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        found[name] = mean(values), standard_error_of_mean(values) if len(values) > 1 else math.nan
    return found


def _interval(rows: list[dict[str, float]], name: str) -> list[float]:
    """The t interval of the mean at 95 %."""
    from scipy.special import stdtrit

    value, sem = _means(rows)[name]
    reach = float(stdtrit(len(rows) - 1, 0.975)) * sem
    return [value - reach, value + reach]
