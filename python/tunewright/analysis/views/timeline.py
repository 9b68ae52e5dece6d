"""When each trial ran."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tunewright.analysis.views.outcomes import Outcomes, outcomes
from tunewright.storage import Session
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
    """When each trial ran, by the process that began it, in as many lanes as trials ran there at once."""
    history, outcome = study.history, outcomes(study)
    numbers = np.flatnonzero(history.started > 0.0)
    started, finished = history.started[numbers], history.finished[numbers]
    running = finished <= 0.0
    origin = float(started.min()) if len(numbers) else 0.0
    latest = float(max(started.max(), finished.max())) if len(numbers) else 0.0
    start, stop = started - origin, np.maximum(np.where(running, latest, finished) - origin, started - origin)
    lane, lanes = _places(study, numbers, start, stop)
    missing = None if len(numbers) else f"No trial of study {study.name!r} has begun yet."
    return Timeline(outcome, numbers, start, stop, running, lane, lanes, origin, missing)


def _places(study: Study, numbers: Ints, start: Array, stop: Array) -> tuple[Ints, tuple[str, ...]]:
    """Lanes of one session after those of the one before, and their names."""
    sessions = study.sessions
    owner = np.full(study.history.n, -1, np.int64)
    for session in sessions:
        mine = np.array(session.trials, dtype=np.int64)
        owner[mine[mine < len(owner)]] = session.number
    names = {session.number: _name(session) for session in sessions}
    titles: list[str] = []
    lane = np.zeros(len(numbers), np.int64)
    present = np.unique(owner[numbers]).tolist()
    for number in present:
        rows = np.flatnonzero(owner[numbers] == number)
        places, used = _lanes(start[rows], stop[rows])
        lane[rows] = places + len(titles)
        name = "" if len(present) == 1 else f"{names.get(number, 'unknown process')}, "
        titles += [f"{name}worker {k + 1}" if name == "" or used > 1 else name[:-2] for k in range(used)]
    return lane, tuple(titles)


def _name(session: Session) -> str:
    return f"{session.environment.get('host', '?')}:{session.environment.get('process', session.number)}"


def _lanes(start: Array, stop: Array) -> tuple[Ints, int]:
    """The lowest lane that is free when each interval begins, and how many there are."""
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
    return lane, used
