"""How well a model foretells the trials, and how good the trials are as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.pictures.axes import LARGEST, plural, spacing
from tunewright.analysis.pictures.picture import Axis, Line, Mark, Panel, Picture, Points
from tunewright.analysis.views import distribution, validation

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["cross_validation", "empirical_distribution"]

_COLOURS = ("blue", "vermillion", "green", "purple", "orange", "sky", "ink", "grey")


def cross_validation(study: Study, metric: str | None = None) -> Picture:
    """Each trial's value against what a Gaussian process says of it from the others, with its 95 % interval."""
    found = validation(study, metric)
    title = f"Leave-one-out predictions of {found.metric}"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    if np.abs(found.observed).max() >= LARGEST:
        return Picture.empty(title, f"Values beyond {LARGEST:g} have no place in a picture.")
    inside = np.abs(found.observed - found.predicted) <= 1.96 * found.std
    marks: list[Mark] = []
    ends = np.array([found.observed.min(), found.observed.max()])
    marks.append(Line(ends, ends, "prediction = observation", "grey", 1.2, dashed=True))
    for rows, label, colour in ((inside, "within the 95 % interval", "blue"), (~inside, "outside", "vermillion")):
        if rows.any():
            marks.append(
                Points(found.observed[rows], found.predicted[rows], label, colour, error=1.96 * found.std[rows],
                       trials=found.numbers[rows], opacity=0.7)
            )  # fmt: skip
    panel = Panel(
        Axis(f"{found.metric}, observed"), Axis(f"{found.metric}, foretold from the other trials"), tuple(marks)
    )
    says = (
        f"{found.coverage:.0%} of {plural(len(found.numbers), 'trial')} are within their 95 % interval; the model "
        f"explains {max(found.r_squared, 0.0):.0%} of the variance of a trial that it has not seen."
    )
    notes: tuple[str, ...] = ()
    if len(found.numbers) < found.trials:
        notes = (f"{len(found.numbers)} of {found.trials:,} complete trials are used, half of them the best.",)
    return Picture(title, (panel,), says, notes)


def empirical_distribution(studies: Sequence[Study], metric: str | None = None) -> Picture:
    """For each study, the share of its trials that are at least as good as a value."""
    found = distribution(studies, metric)
    title = f"Distribution of {found.metric}"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    lines = []
    seen: dict[str, int] = {}
    for k, (name, values, share) in enumerate(zip(found.names, found.values, found.share, strict=True)):
        seen[name] = seen.get(name, 0) + 1
        label = name if seen[name] == 1 else f"{name} ({seen[name]})"
        share, values = share[np.abs(values) < LARGEST], values[np.abs(values) < LARGEST]
        if len(values):
            x, y = np.r_[values[0], values], np.r_[0.0, share]
            lines.append(Line(x, y, label, _COLOURS[k % 8], 2.0, k >= 8, step=True))
    better = "lower" if found.direction == "minimize" else "higher"
    scale = spacing(np.concatenate(found.values))
    x_axis = Axis(f"{found.metric} ({better} is better)", scale)
    panel = Panel(x_axis, Axis("share of the trials at least as good", low=0.0), tuple(lines))
    says = f"{plural(sum(map(len, found.values)), 'value')} of {len(found.names)} " + (
        "study." if len(found.names) == 1 else "studies."
    )
    return Picture(title, (panel,), says)
