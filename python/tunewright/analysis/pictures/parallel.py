"""Parallel coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.pictures.axes import LARGEST, plural, short, spacing
from tunewright.analysis.pictures.picture import Axis, Panel, Picture, Threads
from tunewright.analysis.views import Coordinate, slices
from tunewright.analysis.views.outcomes import sampled
from tunewright.trial.columns import Array

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["parallel_coordinates"]

_MOST = 1000  # lines
_AXES = 10
_BELOW = -0.12  # of the axes' length
_Tick = tuple[float, str]


def parallel_coordinates(study: Study, params: Sequence[str] | None = None, metric: str | None = None) -> Picture:
    """One line a complete trial across the parameters to the objective, coloured by it, the best on top.

    Parameters on a log scale are spaced so. A line passes below an axis whose
    parameter is not active. More than 1,000 trials
    are thinned, half of those that stay being the best.
    """
    found = slices(study, params, metric, _AXES)
    outcome = found.outcome
    title = f"Parallel coordinates of {outcome.metric}"
    rows = np.flatnonzero(outcome.good & (np.abs(outcome.values) < LARGEST))
    if not len(rows) or not found.coordinates:
        why = "No parameter of this study varies." if not found.coordinates and len(rows) else outcome.missing
        return Picture.empty(title, why or "No complete trial keeps the constraints yet.")
    order = rows[np.argsort(outcome.losses[rows], kind="stable")]
    kept = sampled(order, _MOST)[::-1]  # the best are drawn last
    scales = [_grounded(*_heights(parameter, kept)) for parameter in found.coordinates]
    heights, ticks = _metric_heights(outcome.values[kept])
    threads = Threads(
        np.column_stack([*(column for column, _ in scales), heights]),
        (*(parameter.name for parameter in found.coordinates), outcome.metric),
        (*(marks for _, marks in scales), ticks),
        outcome.values[kept],
        outcome.metric,
        kept,
        outcome.direction == "maximize",
    )
    notes = []
    if len(kept) < len(rows):
        notes.append(f"{len(kept):,} of {len(rows):,} complete trials are drawn, the best {_MOST // 2} among them.")
    if len(found.coordinates) < found.parameters and params is None:
        notes.append(
            f"{len(found.coordinates)} of {plural(found.parameters, 'parameter')} are shown, those whose ranks go most "
            "with the outcome; name others by params=."
        )
    best = order[0]
    value = f"{outcome.metric} {outcome.values[best]:.5g}"
    says = f"{plural(len(rows), 'complete trial')}; the best, trial {best}, has {value}."
    return Picture(title, (Panel(Axis(""), Axis(""), (threads,)),), says, tuple(notes))


def _heights(parameter: Coordinate, rows: np.ndarray) -> tuple[Array, tuple[_Tick, ...]]:
    values = parameter.values[rows]
    if parameter.choices:
        last = max(len(parameter.choices) - 1, 1)
        labels = short(parameter.choices, 14)
        step = max(1, len(labels) // 12)
        return values / last, tuple((k / last, labels[k]) for k in range(0, len(labels), step))
    low, high, scale = parameter.low, parameter.high, parameter.scale
    return _scaled(values, low, high, scale), _ticks(low, high, scale, whole=parameter.whole)


def _grounded(heights: Array, ticks: tuple[_Tick, ...]) -> tuple[Array, tuple[_Tick, ...]]:
    """Lines without a place on the axis pass below it."""
    absent = np.isnan(heights)
    if not absent.any():
        return heights, ticks
    return np.where(absent, _BELOW, heights), ((_BELOW, "not active"), *ticks)


def _metric_heights(values: Array) -> tuple[Array, tuple[_Tick, ...]]:
    scale = spacing(values)
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.full(len(values), 0.5), ((0.5, f"{low:.4g}"),)
    return _scaled(values, low, high, scale), _ticks(low, high, scale)


def _scaled(values: Array, low: float, high: float, scale: str) -> Array:
    if low == high:
        return np.where(np.isnan(values), np.nan, 0.5)
    if scale == "linear":
        straight: Array = (values - low) / (high - low)
        return straight
    bent: Array = np.log(values / low) / np.log(high / low)
    return bent


def _ticks(low: float, high: float, scale: str, *, whole: bool = False) -> tuple[_Tick, ...]:
    if low == high:
        return ((0.5, f"{low:.4g}"),)
    at: Array = np.linspace(low, high, 5) if scale == "linear" else np.geomspace(low, high, 5)
    if scale == "log2":
        at = np.exp2(np.unique(np.round(np.log2(at))))
    elif whole:
        at = np.unique(np.round(at))
    heights = _scaled(at, low, high, scale).tolist()
    return tuple((height, f"{value:.4g}") for height, value in zip(heights, at.tolist(), strict=True))
