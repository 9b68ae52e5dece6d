"""What past learning curves say of when to look at a trial, and how far behind is too far.

n      curves of a task: what each configuration reported by step
look   a step at which trials are compared
share  of a curve at a look: how many of the task's n curves are ahead of it there, over n; those that ended before
       count as behind, as they do in a study that stops trials

A winner of a task is one of its best ``n / search`` curves in the end, at least one: what a search of ``search`` trials
is after. The limits are quantiles of the winners' shares, one quantile for all looks: the lowest at which at least the
part ``keep`` of the winners is within every limit. Early looks at which winners are anywhere get a limit near 1 by
themselves, late ones a limit near 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tunewright.errors import StudyError
from tunewright.trial import Task
from tunewright.trial.columns import Array

__all__ = ["limits_of", "looks_of", "shares_of"]

_WHOLE = 5  # curves of a task that reach the end
_RATIO = 2**0.5  # of the steps of looks that follow each other


def looks_of(tasks: Sequence[Task], last: int | None) -> tuple[list[int], int]:
    """Steps at which to look, and the last step of a trial.

    About a factor of the square root of 2 apart, among the steps that all tasks report.

    Raises:
        StudyError: no tasks, or not enough curves that reach the end.
    """
    if not tasks:
        raise StudyError("LearnedStopping.fit learns of tasks with learning curves; got none")
    for task in tasks:
        if not isinstance(task, Task):
            raise StudyError(
                f"LearnedStopping.fit takes tw.transfer.Task objects; got {type(task).__name__}: "
                "tw.transfer.tasks(...) makes them of studies and files"
            )
    if last is None:
        last = min(int(task.curves[:, 1].max(initial=0.0)) for task in tasks)
    for task in tasks:
        there = len(np.unique(task.curves[task.curves[:, 1] >= last, 0])) if last >= 1 else 0
        if there < _WHOLE:
            furthest = int(task.curves[:, 1].max(initial=0.0))
            raise StudyError(
                f"task {task.name!r} has {there} curves that reach step {last} (its last report is of step "
                f"{furthest}), and it takes {_WHOLE} to learn when to stop: leave it out, or give a lower max_resource"
            )
    common = set.intersection(*(set(task.curves[:, 1].astype(int).tolist()) for task in tasks))
    steps = sorted(step for step in common if 1 <= step < last)
    if not steps:
        raise StudyError(f"the tasks report no step below {last} that all of them have: there is nowhere to look")
    return _spread(steps), last


def limits_of(tasks: Sequence[Task], steps: Sequence[int], last: int, keep: float, search: int) -> list[float]:
    """The share at each of ``steps`` up to which a trial goes on, see the module."""
    winners = np.concatenate([_winners(task, steps, last, search) for task in tasks])
    for level in np.linspace(0.0, 1.0, 201):
        limits = np.quantile(winners, level, axis=0, method="higher")
        if (winners <= limits).all(axis=1).mean() >= keep:
            break
    found: list[float] = limits.tolist()
    return found


def shares_of(losses: Array) -> Array:
    """Shares of n curves at k looks, both (n, k); a loss of NaN is of a curve that ended before."""
    known = np.where(np.isnan(losses), np.inf, losses)
    ahead = np.array([np.searchsorted(np.sort(column), column, side="left") for column in known.T]).T
    shares: Array = ahead / len(losses)
    return shares


def _winners(task: Task, steps: Sequence[int], last: int, search: int) -> Array:
    """The winners' shares, shape (w, k)."""
    losses = _at(task, [*steps, last])
    count = max(1, round(len(losses) / search))
    winners = np.argsort(losses[:, -1], kind="stable")[:count]  # NaN comes last
    return shares_of(losses[:, :-1])[winners]


def _at(task: Task, steps: Sequence[int]) -> Array:
    """The loss of each curve at each step, its last one up to there; NaN where it ended before, shape (n, k)."""
    rows = []
    for row in np.unique(task.curves[:, 0]):
        at, losses = task.curve(int(row))
        place = np.searchsorted(at, steps, side="right") - 1
        ended = (place < 0) | (np.asarray(steps) > at[-1])
        rows.append(np.where(ended, np.nan, losses[place]))
    return np.array(rows)


def _spread(steps: Sequence[int]) -> list[int]:
    chosen, wanted = [steps[0]], steps[0] * _RATIO
    for step in steps[1:]:
        if step >= round(wanted):
            chosen.append(step)
        while round(wanted) <= step:
            wanted *= _RATIO
    return chosen
