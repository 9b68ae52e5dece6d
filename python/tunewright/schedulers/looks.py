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
from tunewright.trial.columns import Array, Ints

__all__ = ["keep_of", "limits_of", "looks_of", "price_of", "shares_of"]

_WHOLE = 5  # curves of a task that reach the end
_RATIO = 2**0.5  # of the steps of looks that follow each other
_SEVERAL = 5  # winners of a task by which to choose what part of them to keep
_KEEPS = np.round(np.linspace(0.3, 1.0, 15), 2)


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


def keep_of(tasks: Sequence[Task], steps: Sequence[int], last: int, search: int) -> float:
    """The part of the winners to keep with which steps are spent best on each task by the limits of the others.

    That is the least mean over the tasks of the logarithm of :func:`price_of`; of equals the largest. Five curves of a
    task count as winners here at least, as of fewer luck would choose. With one task there are no others: 0.7.
    """
    if len(tasks) < 2:
        return 0.7
    held = [_at(task, [*steps, last]) for task in tasks]
    several = [min(search, max(2, len(losses) // _SEVERAL)) for losses in held]
    winners = [_winners(losses, each) for losses, each in zip(held, several, strict=True)]
    costs = np.zeros(len(_KEEPS))
    for k, losses in enumerate(held):
        others = np.concatenate(winners[:k] + winners[k + 1 :])
        costs += np.log([price_of(losses, _limits(others, keep), steps, last, several[k]) for keep in _KEEPS.tolist()])
    return float(_KEEPS[::-1][int(np.argmin(costs[::-1]))])


def price_of(losses: Array, limits: Sequence[float], steps: Sequence[int], last: int, search: int) -> float:
    """Steps to a winner when trials are stopped by ``limits``, and whoever was stopped counts as behind.

    The steps that all n curves take over the number of winners that come through; half a winner where none does.

    Args:
        losses: (n, k + 1) of each curve at the looks and at the end, NaN where it had ended before.
        limits: (k,).
        steps: (k,) of the looks.
        last: the step at which trials end.
        search: see the module.
    """
    alive, spent = np.ones(len(losses), dtype=np.bool_), 0.0
    for k, (limit, step) in enumerate(zip(limits, steps, strict=True)):
        spent += float(alive.sum()) * (step - (steps[k - 1] if k else 0))
        alive &= ~np.isnan(losses[:, k])
        alive &= shares_of(np.where(alive, losses[:, k], np.nan)[:, None])[:, 0] <= limit
    spent += float(alive.sum()) * (last - steps[-1])
    return spent / max(float(alive[_best(losses, search)].sum()), 0.5)


def limits_of(tasks: Sequence[Task], steps: Sequence[int], last: int, keep: float, search: int) -> list[float]:
    """The share at each of ``steps`` up to which a trial goes on, see the module."""
    return _limits(np.concatenate([_winners(_at(task, [*steps, last]), search) for task in tasks]), keep)


def _limits(winners: Array, keep: float) -> list[float]:
    """The limits by the shares (w, k) of winners."""
    quantiles = np.sort(winners, axis=0)
    within = np.array([(winners <= limits).all(axis=1).mean() for limits in quantiles])
    found: list[float] = quantiles[int(np.argmax(within >= keep))].tolist()
    return found


def shares_of(losses: Array) -> Array:
    """Shares of n curves at k looks, both (n, k); a loss of NaN is of a curve that ended before."""
    known = np.where(np.isnan(losses), np.inf, losses)
    ahead = np.array([np.searchsorted(np.sort(column), column, side="left") for column in known.T]).T
    shares: Array = ahead / len(losses)
    return shares


def _best(losses: Array, search: int) -> Ints:
    """Rows of the winners."""
    count = max(1, round(len(losses) / search))
    return np.argsort(losses[:, -1], kind="stable")[:count]  # NaN comes last


def _winners(losses: Array, search: int) -> Array:
    """The winners' shares, shape (w, k)."""
    return shares_of(losses[:, :-1])[_best(losses, search)]


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
