"""Values against each parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.pictures.axes import LARGEST, metric_axis, parameter_axis, plural
from tunewright.analysis.pictures.history import edges, roles
from tunewright.analysis.pictures.picture import Axis, Cells, Panel, Picture, Points
from tunewright.analysis.views import Coordinate, Outcomes, slices, surface

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["contour", "slice_"]


def slice_(study: Study, params: Sequence[str] | None = None, metric: str | None = None) -> Picture:
    """A panel for each parameter, a symbol for each trial that has it."""
    found = slices(study, params, metric)
    outcome = found.outcome
    title = f"{outcome.metric} by parameter"
    if not found.coordinates:
        return Picture.empty(title, "No parameter of this study varies.")
    if not (np.isfinite(outcome.values) & (outcome.roles != 5)).any():
        return Picture.empty(title, outcome.missing or "No trial has a value yet.")
    notes: tuple[str, ...] = ()
    if len(found.coordinates) < found.parameters and params is None:
        notes = (f"{len(found.coordinates)} of {plural(found.parameters, 'parameter')} are shown, those whose ranks go "
                 "most with the outcome; name others by params=.",)  # fmt: skip
    panels = tuple(_panel(outcome, parameter) for parameter in found.coordinates)
    says = outcome.missing or f"{plural(int(outcome.good.sum()), 'complete trial')} against each parameter."
    return Picture(title, panels, says, notes)


def _panel(outcome: Outcomes, parameter: Coordinate) -> Panel:
    x = _spread(parameter)
    marks = roles(outcome, x, intervals=False) + edges(outcome, x)
    return Panel(parameter_axis(parameter), metric_axis(outcome), tuple(marks), parameter.name)


def _spread(parameter: Coordinate) -> np.ndarray:
    """Positions; choices are moved aside a little (by the trial's number), so that they do not hide each other."""
    if not parameter.choices:
        return parameter.values
    golden = (np.arange(len(parameter.values)) * 0.6180339887498949) % 1.0
    spread: np.ndarray = parameter.values + 0.5 * (golden - 0.5)
    return spread


def contour(study: Study, params: tuple[str, str] | None = None, metric: str | None = None) -> Picture:
    """A map over two parameters, smoothed by a Gaussian process to which the other parameters are noise."""
    found = surface(study, params, metric)
    outcome = found.outcome
    title = f"{outcome.metric} over {found.x.name} and {found.y.name}"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    if np.abs(found.mean).max() >= LARGEST:
        return Picture.empty(title, f"Values beyond {LARGEST:g} have no place in a picture.")
    rows = np.flatnonzero(outcome.good & ~np.isnan(found.x.values) & ~np.isnan(found.y.values))
    order = rows[np.argsort(outcome.losses[rows], kind="stable")]
    x, y = (_spread(parameter) for parameter in (found.x, found.y))
    cells = Cells(found.grid_x, found.grid_y, found.mean, f"predicted {outcome.metric}")
    trials = Points(x[order[1:]], y[order[1:]], "trials", "ink", "dot", trials=order[1:], size=3.0, opacity=0.5)
    best = Points(
        x[order[:1]], y[order[:1]], "best trial", "vermillion", "star", trials=order[:1], size=12.0, opacity=1.0
    )
    panel = Panel(_whole(found.x), _whole(found.y), (cells, trials, best))
    says = (
        f"A Gaussian process of two parameters, of {plural(len(rows), 'trial')}; all other parameters are noise to it."
    )
    return Picture(title, (panel,), says)


def _whole(parameter: Coordinate) -> Axis:
    axis = parameter_axis(parameter)
    return Axis(axis.title, axis.scale, axis.labels, -0.5, len(axis.labels) - 0.5) if axis.labels else axis
