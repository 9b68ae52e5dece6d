"""How far configurations stay behind the best on each of several tasks, measured or predicted.

n  configurations of a task        c  candidates        t  tasks        D  parameters
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tunewright.errors import StudyError
from tunewright.numerics.forest import Forest
from tunewright.numerics.sampling import purpose
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.forest.belief import categories
from tunewright.trial import Task
from tunewright.trial.columns import Array

__all__ = ["aligned", "regrets_of", "table"]

_FOREST = purpose("transfer/regrets")
_TREES = 50
_LEAST = 3  # losses of a task


def regrets_of(losses: Array) -> Array:
    """Losses (n,) on a scale that all tasks share: 0 the best, 1 the median and all that is worse or failed.

    The better half is what matters of a task, and a loss without bounds must not drown the others.
    """
    known = losses[np.isfinite(losses)]
    best, middle = known.min(), float(np.median(known))
    top = middle if middle > best else known.max()
    if not top > best:
        return np.where(np.isfinite(losses), 0.0, 1.0)
    scaled = (losses / 2 - best / 2) / (top / 2 - best / 2)  # halves do not overflow
    return np.where(np.isfinite(losses), np.clip(scaled, 0.0, 1.0), 1.0)


def table(tasks: Sequence[Task], natives: Array, seed: int) -> Array:
    """Regrets (t, c) of the candidates ``natives`` (c, D) on tasks of one space, see :func:`aligned`.

    Where a task has a candidate, the regret is what it measured (of several trials the median); elsewhere what a
    forest over that task's configurations predicts.
    """
    return np.array([_row(task, natives, seed) for task in tasks])


def aligned(tasks: Sequence[Task]) -> list[Task]:
    """The tasks with the columns of the first one's space.

    Raises:
        StudyError: no task, other parameters, objectives or directions than the first task has, or fewer than three
            losses.
    """
    if not tasks:
        raise StudyError(
            "there is no task to learn from: pass studies, tw.transfer.Task objects or files that hold some"
        )
    first = tasks[0]
    return [_like(first, task) for task in tasks]


def _like(first: Task, task: Task) -> Task:
    for what in ("objective", "direction"):
        ours, theirs = getattr(first, what), getattr(task, what)
        if ours != theirs:
            raise StudyError(
                f"task {task.name!r} has the {what} {theirs!r}, task {first.name!r} {ours!r}: learn from tasks of one "
                "objective alone, or rename it with task.renamed({...}) where the two mean the same"
            )
    known = int(np.isfinite(task.losses).sum())
    if known < _LEAST:
        raise StudyError(
            f"task {task.name!r} has {known} configurations with a finite {task.objective}; it takes at least {_LEAST} "
            "to say which are good: leave the task out"
        )
    if set(task.names) != set(first.names):
        odd = ", ".join(sorted(set(task.names) ^ set(first.names)))
        raise StudyError(
            f"tasks {first.name!r} and {task.name!r} do not have the same parameters ({odd} is in one alone): "
            "a portfolio is of one space; where names differ, task.renamed({...})"
        )
    order = [task.names.index(name) for name in first.names]
    for name, ours, j in zip(first.names, first.space.domains, order, strict=True):
        theirs = task.space.domains[j]
        if ours != theirs:
            raise StudyError(
                f"tasks {first.name!r} and {task.name!r} have {name!r} with other domains, {ours!r} and {theirs!r}: "
                "a portfolio is of one space"
            )
    return replace(task, space=first.space, natives=task.natives[:, order], aliases=first.aliases)


def _row(task: Task, natives: Array, seed: int) -> Array:
    regrets = regrets_of(task.losses)
    row = _predicted(task, regrets, natives, seed)
    measured: dict[bytes, list[float]] = {}
    for native, regret in zip(task.natives, regrets, strict=True):
        measured.setdefault(native.tobytes(), []).append(regret)
    for j, native in enumerate(natives):
        found = measured.get(native.tobytes())
        if found is not None:
            row[j] = float(np.median(found))
    return row


def _predicted(task: Task, regrets: Array, natives: Array, seed: int) -> Array:
    seen = coordinates(task.space)
    if not seen.dimension:
        return np.full(len(natives), regrets.mean())
    forest = Forest(
        seen.unit(task.natives), regrets, categories(seen), seed=seed, purpose=_FOREST, trees=_TREES, min_leaf=1
    )
    return np.clip(forest.predict(seen.unit(natives))[0], 0.0, 1.0)
