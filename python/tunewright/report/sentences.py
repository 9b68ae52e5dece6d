"""What a study found, in sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.pictures.axes import clock, plural
from tunewright.analysis.views import Outcomes, Role, outcomes
from tunewright.study.findings import nothing_best
from tunewright.trial import TrialState, TrialView

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["failures", "listed", "summary"]


def summary(study: Study) -> list[str]:
    """The first paragraph: what was asked, what was found, what to be wary of."""
    told = [_asked(study)]
    if study.history.n:
        told += [*_found(study), *_early(study), *_failed(study), *_spent(study)]
    return told


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def failures(study: Study) -> list[tuple[str, int, int]]:
    """Each kind of error, how often it came and the first trial that met it; the most frequent first."""
    first: dict[str, int] = {}
    for number, error in study.history.errors.items():
        first.setdefault(error, number)
    counts = Counter(study.history.errors.values())
    return [(error, count, first[error]) for error, count in counts.most_common()]


def _asked(study: Study) -> str:
    history = study.history
    ways = listed([f"{way} {metric}" for metric, way in study.directions.items()])
    asked = f"Study “{study.name}”: {ways} over {plural(history.space.dimension, 'parameter')}"
    if not history.n:
        return f"{asked}. It has no trials yet."
    states = [TrialState(state).label for state in history.states.tolist()]
    counts = [f"{states.count(state):,} {state}" for state in dict.fromkeys(states)]
    if len(counts) == 1:
        return f"{asked}; {plural(history.n, 'trial')} so far, all {counts[0].partition(' ')[2]}."
    return f"{asked}; {plural(history.n, 'trial')} so far: {listed(counts)}."


def _found(study: Study) -> list[str]:
    outcome = outcomes(study)
    if len(study.directions) > 1:
        return _front(study)
    if study.ledger.best is None:
        why = nothing_best(study.history, study.name)
        return [f"{why[0].upper()}{why[1:]}."]
    best = study.best_trial
    told = [f"The best one is trial {best.number}, with {_value(best, outcome.metric)}."]
    good = np.flatnonzero(outcome.good)
    if len(good) > 1:
        since = int(np.count_nonzero(good > best.number))
        middle = float(np.median(outcome.values[good]))
        told[0] = told[0][:-1] + f"; the median of {len(good):,} complete ones is {middle:.5g}."
        after = (
            f"{plural(since, 'complete trial')} came after it and"
            if since != 1
            else "One complete trial came after it and"
        )
        told.append(
            f"{after} did no better." if since else "No complete trial came after it: the search may not be over."
        )
    if len(good) >= 20:
        told.append(_wary(outcome, best))
    return told


def _wary(outcome: Outcomes, best: TrialView) -> str:
    second = np.sort(outcome.losses[outcome.good])[1]
    sem = outcome.sems[best.number]
    ahead = abs(second - outcome.losses[best.number])
    if sem == sem and ahead < 1.96 * sem:
        return (
            f"Its lead over the second ({ahead:.3g}) is within the noise of its own measurement (standard error "
            f"{sem:.3g}): measure the best few again with other seeds before one is called the winner."
        )
    return "The best of many is flattered by luck: measure it again with other seeds before you rely on its value."


def _front(study: Study) -> list[str]:
    members = study.pareto_front
    if not members:
        return ["No trial is on the front yet: none is complete and finite within the constraints and thresholds."]
    knee = study.choose()
    values = listed([f"{name} {value:.5g}" for name, value in (knee.values or {}).items() if name in study.directions])
    trade = f"a trade between them all is trial {knee.number}: {values}" if len(members) > 1 else f"it has {values}"
    return [f"{plural(len(members), 'trial')} on the front; {trade}."]


def _value(trial: TrialView, metric: str) -> str:
    value = (trial.values or {})[metric]
    sem = trial.sems.get(metric)
    return f"{metric} {value:.6g}" + (f" ± {sem:.2g} (standard error)" if sem else "")


def _early(study: Study) -> list[str]:
    history = study.history
    reports = history.reports
    pruned = int(np.count_nonzero(history.states == TrialState.PRUNED))
    steps = reports.step[reports.trial >= 0]
    if not pruned or not len(steps) or steps.max() < 2:
        return []
    full = int(steps.max()) * history.n
    return [
        f"{plural(pruned, 'trial')} ended early: {len(steps):,} steps were reported, where all in full would have been "
        f"{full:,} ({1 - len(steps) / full:.0%} saved)."
    ]


def _failed(study: Study) -> list[str]:
    kinds = failures(study)
    failed = int(np.count_nonzero(outcomes(study).roles == Role.FAILED))
    if not failed:
        return []
    if not kinds:
        return [f"{plural(failed, 'trial')} failed."]
    error, count, _ = kinds[0]
    most = f"; most often ({count:,} times)" if len(kinds) > 1 else ""
    return [f"{plural(failed, 'trial')} failed{most}: {error.splitlines()[0][:160]}"]


def _spent(study: Study) -> list[str]:
    history = study.history
    ended = history.finished > 0.0
    if not ended.any():
        return []
    spent = float((history.finished - history.started)[ended & (history.started > 0.0)].sum())
    span = float(history.finished.max() - history.started[history.started > 0.0].min())
    return [f"The trials took {_duration(spent)} of running time, within {_duration(span)}."]


def _duration(seconds: float) -> str:
    size, unit = clock(seconds)
    return f"{seconds / size:.3g} {unit}"
