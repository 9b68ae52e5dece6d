"""When each trial ran."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tunewright.analysis.views.outcomes import Outcomes, outcomes
from tunewright.trial.columns import Array, Ints

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Timeline", "timeline"]


@dataclass(frozen=True)
class Timeline:
    """Trials that began, each in a lane: no two of a lane run at once.

    Attributes:
        outcome: of each trial.
        numbers: shape (t,), trials; ``start``, ``stop``: shape (t,), seconds since the first began. A trial that has
            not ended stops now (the latest moment on record).
        running: shape (t,), which have not ended.
        lane: shape (t,), 0, 1, …
        lanes: what each lane is.
        origin: when the first began, Unix seconds.
        missing: a sentence if there is nothing.
    """

    outcome: Outcomes
    numbers: Ints
    start: Array
    stop: Array
    running: npt.NDArray[np.bool_]
    lane: Ints
    lanes: tuple[str, ...]
    origin: float
    missing: str | None


def timeline(study: Study) -> Timeline:
    """When each trial ran, in as few lanes as hold them: one for each trial that ran at a time."""
    history, outcome = study.history, outcomes(study)
    numbers = np.flatnonzero(history.started > 0.0)
    started, finished = history.started[numbers], history.finished[numbers]
    running = finished <= 0.0
    origin = float(started.min()) if len(numbers) else 0.0
    latest = float(max(started.max(), finished.max())) if len(numbers) else 0.0
    start, stop = started - origin, np.maximum(np.where(running, latest, finished) - origin, started - origin)
    lane, lanes = _lanes(start, stop)
    missing = None if len(numbers) else f"No trial of study {study.name!r} has begun yet."
    return Timeline(outcome, numbers, start, stop, running, lane, lanes, origin, missing)


def _lanes(start: Array, stop: Array) -> tuple[Ints, tuple[str, ...]]:
    """The lowest lane that is free when each interval begins."""
    lane = np.zeros(len(start), np.int64)
    busy: list[tuple[float, int]] = []  # (end, lane)
    free: list[int] = []
    used = 0
    for k in np.lexsort((stop, start)).tolist():
        while busy and busy[0][0] <= start[k]:
            heappush(free, heappop(busy)[1])
        if free:
            place = heappop(free)
        else:
            place, used = used, used + 1
        lane[k] = place
        heappush(busy, (float(stop[k]), place))
    return lane, tuple(f"worker {k + 1}" for k in range(used))
