"""Learning curves with rungs; ranks on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.pictures.axes import LARGEST, metric_axis, plural
from tunewright.analysis.pictures.picture import Axis, Edge, Line, Mark, Panel, Picture, Points, Rule, Scale
from tunewright.analysis.views import Curves, Role, curves, ranks
from tunewright.trial.columns import Array, Ints

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["intermediate_ranks", "learning_curves"]

_LOOKS = (
    ((Role.FAILED, Role.INFINITE), "failed or infinite", "vermillion"),
    ((Role.PRUNED,), "pruned", "grey"),
    ((Role.UNFINISHED,), "not finished", "sky"),
    ((Role.INFEASIBLE,), "breaks a constraint", "orange"),
    ((Role.COMPLETE,), "complete", "blue"),
)
_MOST = 500
_RANKED = 12


def learning_curves(study: Study, metric: str | None = None) -> Picture:
    """What each trial reported by step, the rungs at which the scheduler compares, and the best trial on top."""
    found = curves(study, metric, _MOST)
    outcome = found.outcome
    title = f"Learning curves of {outcome.metric}"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    marks: list[Mark] = [
        Rule(float(rung), "x", "rung" if k == 0 else "") for k, rung in enumerate(found.rungs.tolist())
    ]
    role = outcome.roles[found.trial]
    for wanted, label, colour in _LOOKS:
        rows = np.flatnonzero(np.isin(role, wanted))
        if len(rows):
            marks += _bundle(found, rows, label, colour)
    marks += _odd(found)
    good = np.flatnonzero(outcome.good)
    if len(good):
        best = good[np.argmin(outcome.losses[good])]
        rows = np.flatnonzero(found.trial == best)
        if len(rows):
            step, values = found.step[rows].astype(float), _finite(found.values[rows])
            marks.append(Line(step, values, f"best: trial {best}", "purple", 3.0, trials=found.trial[rows]))
    scale: Scale = "log" if len(found.rungs) > 2 and found.step.min() > 0 else "linear"
    panel = Panel(Axis("step (epochs, as a rule)", scale, whole=True), metric_axis(outcome, found.values), tuple(marks))
    notes: tuple[str, ...] = ()
    if found.shown < found.reporting:
        notes = (f"{found.shown:,} of {found.reporting:,} curves are drawn, the best {_MOST // 2} among them.",)
    says = f"{plural(found.reporting, 'trial')} reported" + (
        f"; rungs at {', '.join(map(str, found.rungs.tolist()))}." if len(found.rungs) else "."
    )
    return Picture(title, (panel,), says, notes)


def _finite(values: Array) -> Array:
    return np.where(np.abs(values) < LARGEST, values, np.nan)


def _bundle(found: Curves, rows: Ints, label: str, colour: str) -> list[Mark]:
    """The curves of several trials as one line, broken between them; trials of a single report as points."""
    trial = found.trial[rows]
    breaks = np.flatnonzero(np.diff(trial)) + 1
    x = np.insert(found.step[rows].astype(float), breaks, np.nan)
    y = np.insert(_finite(found.values[rows]), breaks, np.nan)
    count = len(breaks) + 1
    opacity = 0.85 if count < 20 else 0.5 if count < 100 else 0.25
    line = Line(x, y, f"{label} ({count})", colour, 1.2, opacity=opacity, trials=np.insert(trial, breaks, -1))
    alone = rows[np.isin(trial, trial[np.bincount(trial)[trial] == 1])]
    if not len(alone):
        return [line]
    at, values = found.step[alone].astype(float), _finite(found.values[alone])
    return [line, Points(at, values, "", colour, "ring", trials=found.trial[alone], size=3.5, opacity=0.6)]


def _odd(found: Curves) -> list[Mark]:
    """Reports that are no finite numbers, where they were made."""
    rows = np.flatnonzero(~(np.abs(found.values) < LARGEST))
    if not len(rows):
        return []
    return [
        Edge(found.step[rows].astype(float), "NaN or infinite report", "vermillion", "cross", "top", found.trial[rows])
    ]


def intermediate_ranks(study: Study, metric: str | None = None) -> Picture:
    """How the best trials ranked on their way, and how much the ranks at each step tell of the end."""
    found = ranks(study, metric)
    title = f"Intermediate ranks by {found.metric}"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    outcome = curves(study, metric).outcome
    there = np.unique(found.trial)
    losses = np.where(np.isnan(outcome.losses[there]), np.inf, outcome.losses[there])
    leaders = there[np.argsort(losses, kind="stable")[:_RANKED]]
    colours = ("blue", "vermillion", "green", "purple", "orange", "sky", "ink", "grey")
    marks: list[Mark] = []
    for place, trial in enumerate(leaders.tolist()):
        rows = np.flatnonzero(found.trial == trial)
        step, rank, colour = found.step[rows].astype(float), found.rank[rows].astype(float), colours[place % 8]
        dashed = place >= len(colours)
        marks.append(Line(step, rank, f"trial {trial}", colour, 1.8, dashed, trials=found.trial[rows]))
        if len(rows) < 30:
            marks.append(Points(step, rank, "", colour, "dot", trials=found.trial[rows], size=4.0))
    most = float(found.rank.max())
    panels = [
        Panel(
            Axis("step", whole=True),
            Axis("rank (1 is the best)", "log" if most > 30 else "linear", whole=True, reverse=True),
            tuple(marks),
            "Ranks of the best trials",
        )
    ]
    says = f"Ranks of {plural(len(there), 'trial')} by step; the {len(leaders)} best are drawn."
    if len(found.steps):
        line = Line(found.steps.astype(float), found.agreement, "rank correlation with the end", "blue")
        dots = Points(found.steps.astype(float), found.agreement, "", "blue", "dot", size=4.0)
        low = min(0.0, float(found.agreement.min()))
        panels.append(
            Panel(
                Axis("step", whole=True),
                Axis("rank correlation (Spearman)", low=low, high=1.0),
                (line, dots),
                "What a step tells of the end",
            )
        )
        says += f" At step {found.steps[0]} they correlate {found.agreement[0]:.2f} with those at the end."
    return Picture(title, tuple(panels), says)
