"""Who is better than whom where trials were stopped on their way: by what they told at the rungs (the BOHB family).

S. Falkner, A. Klein & F. Hutter, ICML 2018: trials are compared at the highest rung that enough of them have reached.
Those that were read there, paused, running, ended or promoted beyond, are ordered by what they told there. All others
come after them, who got furthest first, as they were stopped below or are not there yet.
"""

from __future__ import annotations

__all__ = ["staged"]

import numpy as np

from tunewright.strategies.readings import Readings
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints


def staged(history: History, read: Readings, enough: int) -> tuple[Ints, Array]:
    """Numbers of all trials with a reading, the best first; the rung in use has ``enough`` of them, if any has.

    With them their losses at that rung, NaN for those that were not read there or break constraints.
    """
    violations = _violations(history, read)
    rung = _rung(read, enough)
    # of each trial one reading: the first at or beyond the rung, else its last one
    beyond = read.steps >= rung
    order = np.lexsort((np.where(beyond, read.steps, -read.steps), ~beyond, read.trials))
    first = order[np.unique(read.trials[order], return_index=True)[1]]
    step = np.minimum(read.steps[first], rung)
    broken = violations[first]
    ranked = np.lexsort((read.trials[first], read.losses[first], -step, broken))
    losses = np.where((step == rung) & (broken == 0.0), read.losses[first], np.nan)
    return read.trials[first][ranked], losses[ranked]


def _rung(read: Readings, enough: int) -> int:
    """The highest step that ``enough`` trials have reached; the lowest of all if none has."""
    steps = np.unique(read.steps)
    for step in steps[::-1].tolist():
        if len(np.unique(read.trials[read.steps >= step])) >= enough:
            return int(step)
    return int(steps[0])


def _violations(history: History, read: Readings) -> Array:
    """Of the constraints at each reading, (r,): what was not told breaks nothing before the end."""
    if not history.goals.constraints:
        return np.zeros(len(read.trials))
    final = history.slacks[read.trials]
    early = np.nan_to_num(history.reports.slacks[np.where(read.outcomes, 0, read.rows)], nan=0.0)
    slacks = np.where(read.outcomes[:, None], final, early)
    broken: Array = np.nan_to_num(np.maximum(slacks, 0.0).sum(axis=1), nan=np.inf)
    return broken
