"""The family tree of population-based training, and the schedule it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.pictures.axes import metric_axis, parameter_axis, plural
from tunewright.analysis.pictures.picture import Axis, Line, Mark, Panel, Picture, Points
from tunewright.analysis.views import Lineage, curves, lineage, schedules

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["population_lineage", "schedule"]


def population_lineage(study: Study, metric: str | None = None) -> Picture:
    """Each trial over its epochs, joined to the one whose weights it took over; the winner's line on top."""
    found = lineage(study, metric)
    title = "Lineage of the population"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    reported = curves(study, metric)
    values = {
        (t, s): v
        for t, s, v in zip(reported.trial.tolist(), reported.step.tolist(), reported.values.tolist(), strict=True)
    }
    winner = set(found.winner)
    others = _paths(found, values, [k for k, n in enumerate(found.numbers.tolist()) if n not in winner])
    line = _paths(found, values, [k for k, n in enumerate(found.numbers.tolist()) if n in winner])
    marks: list[Mark] = []
    if len(others[0]):
        marks.append(Line(others[0], others[1], "other trials", "grey", 1.0, opacity=0.6, trials=others[2]))
    if len(line[0]):
        marks.append(Line(line[0], line[1], "the best trial and its ancestors", "vermillion", 2.4, trials=line[2]))
    taken = np.flatnonzero(found.parent >= 0)
    x, y, who = [], [], []
    for k in taken.tolist():
        value = values.get((int(found.parent[k]), int(found.start[k])))
        if value is not None and np.isfinite(value):
            x.append(float(found.start[k]))
            y.append(value)
            who.append(int(found.numbers[k]))
    if x:
        marks.append(
            Points(
                np.array(x),
                np.array(y),
                "weights taken over here",
                "blue",
                "diamond",
                trials=np.array(who, dtype=np.int64),
                size=6.0,
            )
        )
    says = f"{plural(len(found.numbers), 'trial')}, {len(taken):,} of which began with the weights of another."
    if found.winner:
        says += f" The best one, trial {found.winner[-1]}, has {plural(len(found.winner) - 1, 'ancestor')}."
    y_axis = metric_axis(found.outcome, reported.values)
    return Picture(title, (Panel(Axis("epoch", whole=True), y_axis, tuple(marks)),), says)


def _paths(
    found: Lineage, values: dict[tuple[int, int], float], rows: list[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The curves of some trials, each begun where its parent was left."""
    by_trial: dict[int, list[tuple[int, float]]] = {}
    for (trial, step), value in values.items():
        by_trial.setdefault(trial, []).append((step, value))
    x: list[float] = []
    y: list[float] = []
    who: list[int] = []
    for k in rows:
        trial, parent, start = int(found.numbers[k]), int(found.parent[k]), int(found.start[k])
        path = sorted(by_trial.get(trial, []))
        if parent >= 0 and (parent, start) in values:
            path = [(start, values[parent, start]), *path]
        x += [*(float(step) for step, _ in path), np.nan]
        y += [*(value if np.isfinite(value) else np.nan for _, value in path), np.nan]
        who += [trial] * (len(path) + 1)
    return np.array(x), np.array(y), np.array(who, dtype=np.int64)


def schedule(study: Study, trial: int | None = None) -> Picture:
    """What a trial's weights were trained with, parameter by parameter over the epochs; the best one's by default."""
    found = schedules(study, trial)
    title = f"Schedule of trial {found.trial}" if found.trial >= 0 else "Schedule"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    panels = []
    for parameter in found.coordinates:
        y = np.r_[parameter.values, parameter.values[-1:]]
        line = Line(found.edges.astype(float), y, parameter.name, "blue", 2.2, step=True)
        panels.append(Panel(Axis("epoch", whole=True), parameter_axis(parameter), (line,), parameter.name))
    count = len(found.edges) - 1
    says = f"{plural(int(found.edges[-1]), 'epoch')} with {plural(count, 'configuration')}, one after another."
    return Picture(title, tuple(panels), says)
