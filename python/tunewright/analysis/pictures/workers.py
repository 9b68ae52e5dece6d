"""When each trial ran, and where."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.pictures.axes import clock, plural, short
from tunewright.analysis.pictures.picture import Axis, Mark, Panel, Picture, Spans
from tunewright.analysis.views import Role, timeline

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["timeline_of_workers"]

_LOOKS = (
    (Role.COMPLETE, "complete", "blue"),
    (Role.INFEASIBLE, "breaks a constraint", "orange"),
    (Role.PRUNED, "pruned", "grey"),
    (Role.FAILED, "failed", "vermillion"),
    (Role.INFINITE, "infinite value", "purple"),
    (Role.UNFINISHED, "running", "sky"),
)


def timeline_of_workers(study: Study) -> Picture:
    """A block for each trial from its beginning to its end, in as many lanes as trials ran at once."""
    found = timeline(study)
    title = "Timeline of workers"
    if found.missing is not None:
        return Picture.empty(title, found.missing)
    whole = float(found.stop.max())
    size, unit = clock(whole)
    roles = found.outcome.roles[found.numbers]
    marks: list[Mark] = []
    for role, label, colour in _LOOKS:
        rows = np.flatnonzero(roles == role)
        if len(rows):
            start, stop, lane = found.start[rows] / size, found.stop[rows] / size, found.lane[rows].astype(float)
            marks.append(Spans(start, stop, lane, label, colour, found.numbers[rows]))
    began = datetime.datetime.fromtimestamp(found.origin, datetime.timezone.utc)
    x = Axis(f"{unit} since {began:%Y-%m-%d %H:%M:%S} UTC", low=0.0)
    lanes = short(found.lanes, 40)
    busy = float((found.stop - found.start).sum()) / (whole * len(lanes)) if whole > 0 else 1.0
    says = f"{plural(len(found.numbers), 'trial')} on {plural(len(lanes), 'worker')}, busy {busy:.0%} of the time."
    return Picture(title, (Panel(x, Axis("", labels=lanes), tuple(marks)),), says)
