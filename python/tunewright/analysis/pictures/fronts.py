"""The Pareto front, and how it grew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tunewright.analysis.pictures.axes import plural, spacing
from tunewright.analysis.pictures.picture import Axis, Line, Mark, Panel, Picture, Points, Rule, Symbol
from tunewright.analysis.views import Front, front, growth
from tunewright.trial.columns import Array

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["hypervolume", "pareto_front"]


def pareto_front(study: Study, metrics: Sequence[str] | None = None) -> Picture:
    """Complete trials by two or three objectives, those on the front apart; the steps of a front of two."""
    found = front(study, metrics)
    title = f"Pareto front of {', '.join(found.metrics[:-1])} and {found.metrics[-1]}"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    member, kept = found.member, found.feasible
    groups: tuple[tuple[npt.NDArray[np.bool_], str, str, Symbol], ...] = (
        (~kept, "breaks a constraint", "grey", "cross"),
        (kept & ~member, "dominated", "sky", "dot"),
        (member, "on the front", "vermillion", "dot"),
    )
    marks: list[Mark] = [_points(found, *group) for group in groups if group[0].any()]
    axes = [_axis(found, k) for k in range(len(found.metrics))]
    if len(axes) == 2:
        if member.any() and len(study.history.metrics) == 2:
            marks.insert(0, _stairs(found, found.values[member]))
        across, up = found.thresholds.tolist()
        rules = (
            Rule(across, "x", f"threshold of {found.metrics[0]}"),
            Rule(up, "y", f"threshold of {found.metrics[1]}"),
        )
        marks.extend(rule for rule in rules if not math.isnan(rule.at))
    panel = Panel(axes[0], axes[1], tuple(marks), z=axes[2] if len(axes) == 3 else None)
    says = f"{plural(int(member.sum()), 'trial')} of {len(found.numbers):,} complete ones are on the front."
    left = found.left_out
    notes = (f"{plural(left, 'complete trial')} not finite in these objectives are left out.",) if left else ()
    return Picture(title, (panel,), says, notes)


def _axis(found: Front, k: int) -> Axis:
    better = "lower" if found.directions[k] == "minimize" else "higher"
    return Axis(f"{found.metrics[k]} ({better} is better)", spacing(found.values[:, k]))


def _points(found: Front, rows: npt.NDArray[np.bool_], label: str, colour: str, symbol: Symbol) -> Points:
    values, sems = found.values[rows], found.sems[rows]
    on = colour == "vermillion"
    known = [on and not np.isnan(sems[:, k]).all() for k in range(2)]
    return Points(
        values[:, 0],
        values[:, 1],
        label + (", 95 % interval" if any(known) else ""),
        colour,
        symbol,
        z=values[:, 2] if values.shape[1] == 3 else None,
        error_x=1.96 * sems[:, 0] if known[0] else None,
        error=1.96 * sems[:, 1] if known[1] else None,
        trials=found.numbers[rows],
        size=7.0 if on else 4.5,
        opacity=1.0 if on else 0.6,
    )


def _stairs(found: Front, values: Array) -> Line:
    """The border of what the front dominates."""
    signs = np.array([1.0 if way == "minimize" else -1.0 for way in found.directions])
    losses = values * signs
    losses = losses[np.lexsort((losses[:, 1], losses[:, 0]))]
    x = np.repeat(losses[:, 0], 2)[1:]
    y = np.repeat(losses[:, 1], 2)[:-1]
    return Line(x * signs[0], y * signs[1], "border of what is dominated", "vermillion", 1.2, dashed=True)


def hypervolume(study: Study, reference: Mapping[str, float] | None = None) -> Picture:
    """Hypervolume after each trial that ended."""
    found = growth(study, reference)
    title = "Hypervolume over time"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    line = Line(found.ended.astype(float), found.volume, "hypervolume", "blue", step=True, trials=found.numbers)
    units = " × ".join(study.history.metrics)
    panel = Panel(Axis("trials that ended", whole=True), Axis(f"hypervolume ({units})", low=0.0), (line,))
    half = int(found.ended[np.searchsorted(found.volume, 0.9 * found.volume[-1])])
    says = f"The front dominates {found.volume[-1]:.5g}; nine tenths of it after {plural(half, 'trial')}."
    return Picture(title, (panel,), says)
