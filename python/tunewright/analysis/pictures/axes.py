"""Axes for parameters, metrics and time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tunewright.analysis.pictures.picture import Axis, Scale
from tunewright.analysis.views import Coordinate, Outcomes
from tunewright.trial.columns import Array

__all__ = ["LARGEST", "clock", "metric_axis", "parameter_axis", "plural", "short", "spacing"]

LARGEST = 1e100
"""Values beyond have no place on an axis: libraries overflow where they add margins to it."""

_SPREAD = 50.0  # of the middle nine tenths of positive values, from which on a log axis shows more
_UNITS = ((172_800.0, 86_400.0, "days"), (7_200.0, 3_600.0, "hours"), (120.0, 60.0, "minutes"))


def parameter_axis(parameter: Coordinate) -> Axis:
    """The whole range of a parameter, on its own scale."""
    scale: Scale = "log" if parameter.scale == "log" else "log2" if parameter.scale == "log2" else "linear"
    if parameter.choices:
        return Axis(parameter.name, "linear", parameter.choices)
    return Axis(parameter.name, scale, (), parameter.low, parameter.high, parameter.whole)


def metric_axis(outcome: Outcomes, values: Array | None = None) -> Axis:
    """An axis for values of an objective, its better end in words."""
    better = "lower" if outcome.direction == "minimize" else "higher"
    shown = outcome.values if values is None else values
    return Axis(f"{outcome.metric} ({better} is better)", spacing(shown))


def spacing(values: Array) -> Scale:
    """``"log"`` for positive values whose middle nine tenths span more than a factor of fifty, else ``"linear"``."""
    finite = values[np.isfinite(values)]
    if len(finite) < 3 or finite.min() < 1.0 / LARGEST or finite.max() > LARGEST:
        return "linear"
    low, high = np.percentile(finite, [5, 95])
    return "log" if high / _SPREAD > low else "linear"


def clock(seconds: float) -> tuple[float, str]:
    """A unit for durations up to ``seconds``: how many seconds it has, and its name."""
    for least, size, name in _UNITS:
        if seconds >= least:
            return size, name
    return 1.0, "seconds"


def plural(count: int, noun: str) -> str:
    """``1 trial``, ``2 trials``, ``10,000 trials``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def short(values: Sequence[str], most: int = 24) -> tuple[str, ...]:
    """The texts, cut where they are long."""
    return tuple(value if len(value) <= most else value[: most - 1] + "…" for value in values)
