"""Who took over whose weights in population-based training, and what the winner was trained with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.views.coordinates import Coordinate, coordinate, names_of
from tunewright.analysis.views.outcomes import Outcomes, outcomes
from tunewright.errors import UnknownTrialError
from tunewright.trial.columns import Array, Ints

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Lineage", "Schedules", "lineage", "schedules"]


@dataclass(frozen=True)
class Lineage:
    """A family tree over epochs.

    Attributes:
        outcome: of each trial.
        numbers: shape (t,), trials that were trained, ascending.
        parent: shape (t,), whose weights each began with; -1 for none.
        start, stop: shape (t,), epochs done at its beginning and its end.
        winner: trials whose states led to the best one, from the first on.
        missing: a sentence if nobody took over anything.
    """

    outcome: Outcomes
    numbers: Ints
    parent: Ints
    start: Ints
    stop: Ints
    winner: tuple[int, ...]
    missing: str | None


@dataclass(frozen=True)
class Schedules:
    """What one trial's weights were trained with.

    Attributes:
        trial: whose.
        edges: shape (s + 1,), epochs at which segments begin, and the end.
        coordinates: one for each parameter, its ``values`` and ``unit`` by segment, shape (s,).
        missing: a sentence if nothing was trained.
    """

    trial: int
    edges: Ints
    coordinates: tuple[Coordinate, ...]
    missing: str | None


def lineage(study: Study, metric: str | None = None) -> Lineage:
    """The family tree of all trials that reported."""
    outcome, history = outcomes(study, metric), study.history
    notes = history.metadata
    last = np.zeros(history.n, np.int64)
    reports = history.reports
    rows = np.flatnonzero((reports.trial >= 0) & (reports.trial < history.n))
    np.maximum.at(last, reports.trial[rows], reports.step[rows])
    parent = np.array([notes.get(k, {}).get("parent", -1) for k in range(history.n)], dtype=np.int64)
    start = np.array([notes.get(k, {}).get("parent_step", 0) for k in range(history.n)], dtype=np.int64)
    numbers = np.flatnonzero((last > 0) | (parent >= 0))
    missing = None
    if not (parent >= 0).any():
        missing = (
            f"No trial of study {study.name!r} took over the weights of another; a lineage is what "
            "scheduler=tw.PopulationBasedTraining(...) or tw.PB2(...) makes."
        )
    best = _best(outcome, numbers)
    winner = () if best is None else _ancestors(parent, best)
    return Lineage(outcome, numbers, parent[numbers], start[numbers], np.maximum(last, start)[numbers], winner, missing)


def schedules(study: Study, trial: int | None = None) -> Schedules:
    """The configurations that a trial was trained with; of the best one if it is not named.

    Raises:
        UnknownTrialError: no such trial.
    """
    history = study.history
    if trial is not None and not 0 <= trial < history.n:
        raise UnknownTrialError(f"trial={trial} is not in study {study.name!r}, which has {history.n} trials")
    best = _best(outcomes(study), np.arange(history.n)) if trial is None else trial
    if best is None:
        return Schedules(-1, np.zeros(1, np.int64), (), outcomes(study).missing or "No trial has a value yet.")
    segments = study.schedule(best).segments
    if not segments:
        return Schedules(best, np.zeros(1, np.int64), (), f"Trial {best} reported no epoch, so there is no schedule.")
    owners = [segment.trial for segment in segments]
    parts = []
    for name in names_of(study, None):
        column = coordinate(study, name)
        parts.append(replace(column, values=column.values[owners], unit=column.unit[owners]))
    edges = np.array([segments[0].start, *(segment.stop for segment in segments)], dtype=np.int64)
    return Schedules(best, edges, tuple(parts), None)


def _best(outcome: Outcomes, numbers: Ints) -> int | None:
    """The best trial: of those that are good, else of any with a value."""
    losses: Array = np.where(outcome.good, outcome.losses, np.nan)[numbers]
    if np.isnan(losses).all():
        losses = outcome.losses[numbers]
    finite = np.isfinite(losses)
    return int(numbers[np.argmin(np.where(finite, losses, np.inf))]) if finite.any() else None


def _ancestors(parent: Ints, number: int) -> tuple[int, ...]:
    line = [number]
    while parent[line[-1]] >= 0 and len(line) <= len(parent):
        line.append(int(parent[line[-1]]))
    return tuple(line[::-1])
