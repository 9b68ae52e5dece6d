"""Which past tasks are like the new one, by what is known of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tunewright.errors import StudyError
from tunewright.trial import Task
from tunewright.trial.columns import Array

__all__ = ["distances", "relatives"]


def relatives(tasks: Sequence[Task], features: Mapping[str, float], count: int = 3) -> list[Task]:
    """The ``count`` tasks whose features are nearest, nearest first; of equals the first.

    Args:
        tasks: past tasks; those without features are passed over.
        features: of the new task, see :func:`data_features`, :func:`network_features`, :func:`curve_features`, or
            numbers of your own.
        count: how many at most.

    Raises:
        StudyError: no task has a feature that the new one has, or there is none that has any.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(f"count: expected a whole number from 1 upwards, got {count!r}")
    if not tasks:
        raise StudyError("there is no past task to compare with: search first, or add one, Store(path).add(study)")
    if not any(task.features for task in tasks):
        raise StudyError(
            f"none of the {len(tasks)} past tasks has features: give them some, Store(path).describe(name, features)"
        )
    apart = distances(tasks, features)
    order = [int(k) for k in np.argsort(apart, kind="stable")[:count] if math.isfinite(apart[k])]
    if not order:
        known = sorted({name for task in tasks for name in task.features})
        raise StudyError(
            f"no past task has a feature that the new one has: they have {', '.join(known) or 'none'}, it has "
            f"{', '.join(sorted(features)) or 'none'}; describe both by the same functions"
        )
    return [tasks[k] for k in order]


def distances(tasks: Sequence[Task], features: Mapping[str, float]) -> Array:
    """How far each task is, shape (t,): mean absolute difference of the features in units of their range.

    The range is that of all the tasks and the new one (P. Brazdil, C. Soares & J. da Costa, Machine Learning 50, 2003,
    section 3.1.1). A feature that a task lacks, or is not finite, counts as half a range; of one without any that the
    new one has, the distance is infinite. Features without a range are left out.
    """
    wanted = {name: float(value) for name, value in features.items() if math.isfinite(value)}
    table = np.array([[task.features.get(name, math.nan) for name in wanted] for task in tasks])
    table = np.where(np.isfinite(table), table, np.nan).reshape(len(tasks), len(wanted))
    here = np.array(list(wanted.values()))
    both = np.concatenate([table, here[None, :]])
    there = ~np.isnan(both)
    spread = np.where(there, both, -np.inf).max(axis=0) - np.where(there, both, np.inf).min(axis=0)
    told = (spread > 0) & there[:-1].any(axis=0)
    some = there[:-1].any(axis=1) if len(wanted) else np.zeros(len(tasks), dtype=np.bool_)
    if not told.any():
        return np.where(some, 0.0, np.inf)
    parts = np.abs(table[:, told] - here[told]) / spread[told]
    apart: Array = np.where(some, np.where(np.isnan(parts), 0.5, parts).mean(axis=1), np.inf)
    return apart
