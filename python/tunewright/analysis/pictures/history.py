"""Values by trial, and the best so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.pictures.axes import LARGEST, metric_axis, plural, spacing
from tunewright.analysis.pictures.picture import Axis, Band, Edge, Line, Mark, Panel, Picture, Points, Side, Symbol
from tunewright.analysis.views import Outcomes, Role, progress, spread

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["LOOKS", "compare", "edges", "history", "roles"]

LOOKS: dict[Role, tuple[str, str, Symbol]] = {
    Role.COMPLETE: ("complete", "blue", "dot"),
    Role.INFEASIBLE: ("breaks a constraint", "orange", "diamond"),
    Role.PRUNED: ("pruned (last report)", "grey", "ring"),
    Role.UNFINISHED: ("not finished (last report)", "sky", "ring"),
}
"""Label, colour and symbol of the trials that have a value."""

_SIDES: tuple[tuple[float, Side], ...] = ((1.0, "top"), (-1.0, "bottom"))
_Z = 1.96  # of a 95 % interval


def history(study: Study, metric: str | None = None) -> Picture:
    """Each trial's value with its 95 % interval where standard errors are known, and the best so far."""
    found = progress(study, metric)
    outcome = found.outcome
    title = f"History of {outcome.metric}"
    numbers = np.arange(len(outcome.values))
    marks = roles(outcome, numbers.astype(float)) + edges(outcome, numbers.astype(float))
    if not marks:
        return Picture.empty(title, outcome.missing or "There is nothing to show yet.")
    if len(found.best) and np.abs(found.best).max() < LARGEST:
        x = np.r_[found.numbers, len(numbers) - 1 if len(numbers) > 1 else 0].astype(float)
        marks.append(Line(x, np.r_[found.best, found.best[-1]], "best so far", "vermillion", step=True))
        if not np.isnan(found.sem).all():
            half = _Z * np.r_[found.sem, found.sem[-1]]
            best = np.r_[found.best, found.best[-1]]
            marks.insert(0, Band(x, best - half, best + half, "95 % interval of the best", "vermillion", step=True))
    panel = Panel(Axis("trial", whole=True), metric_axis(outcome), tuple(marks))
    return Picture(title, (panel,), _told(outcome, found.best))


def _told(outcome: Outcomes, best: object) -> str:
    if outcome.missing is not None:
        return outcome.missing
    values = np.asarray(best)
    counts = [
        f"{np.count_nonzero(outcome.roles == role):,} {word}"
        for role, word in ((Role.COMPLETE, "complete"), (Role.PRUNED, "pruned"), (Role.FAILED, "failed"),
                           (Role.INFEASIBLE, "break a constraint"), (Role.INFINITE, "infinite"))
        if (outcome.roles == role).any()
    ]  # fmt: skip
    begun = f"{plural(len(outcome.roles), 'trial')}: {', '.join(counts)}."
    return f"{begun} The best {outcome.metric} went from {values[0]:.5g} to {values[-1]:.5g}." if len(values) else begun


def roles(outcome: Outcomes, x: np.ndarray, *, intervals: bool = True) -> list[Mark]:
    """Trials with a value at x, shape (n,), by what became of them."""
    marks: list[Mark] = []
    for role, (label, colour, symbol) in LOOKS.items():
        rows = np.flatnonzero((outcome.roles == role) & (np.abs(outcome.values) < LARGEST) & ~np.isnan(x))
        if not len(rows):
            continue
        sems = outcome.sems[rows]
        error = _Z * sems if intervals and role == Role.COMPLETE and not np.isnan(sems).all() else None
        opacity = 0.8 if len(rows) < 500 else 0.45 if len(rows) < 3000 else 0.2
        shown = f"{label}, 95 % interval" if error is not None else label
        marks.append(
            Points(x[rows], outcome.values[rows], shown, colour, symbol, error=error, trials=rows, opacity=opacity)
        )
    return marks


def edges(outcome: Outcomes, x: np.ndarray) -> list[Mark]:
    """Trials without a place among the values: failed ones, and those whose value is infinite or not a number."""
    marks: list[Mark] = []
    worse: Side = "top" if outcome.direction == "minimize" else "bottom"
    failed = np.flatnonzero((outcome.roles == Role.FAILED) & ~np.isnan(x))
    if len(failed):
        marks.append(Edge(x[failed], "failed", "vermillion", "cross", worse, failed))
    infinite = np.flatnonzero((outcome.roles == Role.INFINITE) & ~np.isnan(x))
    for sign, side in _SIDES:
        rows = infinite[outcome.values[infinite] == sign * np.inf]
        if len(rows):
            marks.append(Edge(x[rows], f"{'+' if sign > 0 else '−'}∞", "purple", "up", side, rows))
    for sign, side in _SIDES:
        rows = np.flatnonzero(np.isfinite(outcome.values) & (sign * outcome.values >= LARGEST) & ~np.isnan(x))
        if len(rows):
            marks.append(Edge(x[rows], f"beyond {sign * LARGEST:g}", "purple", "diamond", side, rows))
    silent = np.flatnonzero((outcome.roles == Role.PRUNED) & ~np.isfinite(outcome.values) & ~np.isnan(x))
    if len(silent):
        marks.append(Edge(x[silent], "pruned without a finite report", "grey", "cross", worse, silent))
    return marks


def compare(studies: Sequence[Study], metric: str | None = None) -> Picture:
    """The best value after k trials over several studies: median and quartiles."""
    found = spread(studies, metric)
    title = f"Best {found.metric} of {plural(len(studies), 'study').replace('studys', 'studies')}"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    x = found.trials.astype(float)
    marks = (
        Band(x, found.low, found.high, "quartiles", "blue", step=True),
        Line(x, found.median, "median", "blue", step=True),
    )
    better = "lower" if found.direction == "minimize" else "higher"
    y = Axis(f"best {found.metric} so far ({better} is better)", spacing(np.r_[found.low, found.high]))
    says = f"After {plural(int(found.trials[-1]), 'trial')} the median best {found.metric} is {found.median[-1]:.5g}."
    return Picture(title, (Panel(Axis("trials", whole=True), y, marks),), says)
