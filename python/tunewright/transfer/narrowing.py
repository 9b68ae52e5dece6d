"""A smaller space: the box that holds what was best on earlier tasks."""

from __future__ import annotations

__all__ = ["narrowed"]

from collections.abc import Iterable

import numpy as np

from tunewright.errors import StudyError
from tunewright.space import Domain, Float, Int, PowerOfTwo, Space
from tunewright.strategies.past.source import moved
from tunewright.trial import Task
from tunewright.trial.columns import Array

_BOUNDED = (Float, Int, PowerOfTwo)


def narrowed(space: Space, tasks: Iterable[Task], *, best: int = 3, margin: float = 0.1) -> Space:
    """``space`` with the ranges in which the best configurations of earlier tasks lie.

    V. Perrone, H. Shen, M. Seeger, C. Archambeau & R. Jenatton, "Learning search spaces for Bayesian optimization",
    NeurIPS 2019: the smallest box with the best of every task, here a little larger. A study of it finds nothing
    outside, however good, so that it pays where trials are few and the tasks much alike; ``transfer_from=`` never
    rules anything out.

    Args:
        space: to be narrowed; choices, conditions and what they read, constraints, and parameters of no task stay.
        tasks: earlier tasks; parameters are matched by name.
        best: how many configurations of each.
        margin: how far the box goes beyond them on either side, in shares of the whole range (of its logarithm where
            the range is logarithmic).

    Raises:
        ValueError: ``best`` below 1, ``margin`` below 0.
        StudyError: no tasks, none with a parameter of the space, or a table.
    """
    if isinstance(best, bool) or not isinstance(best, int) or best < 1:
        raise ValueError(f"best must be a whole number from 1 upwards; got {best!r}")
    if not 0.0 <= margin < np.inf:
        raise ValueError(f"margin must be a finite number from 0 upwards; got {margin!r}")
    if space.rows is not None:
        raise StudyError("a Table has no ranges to narrow: make a table of the rows you want")
    found = list(tasks)
    if not found:
        raise StudyError("narrowed needs at least one task, tw.transfer.tasks(study or file)")
    if not any(set(task.names) & set(space.names) for task in found):
        raise StudyError(
            f"no task has a parameter of the space, {', '.join(space.names)}: where only names differ use "
            "task.renamed({past name: name})"
        )
    domains = dict(space.by_name)
    parents = {name for domain in space.domains if domain.when is not None for name in domain.when.parents}
    for name, domain in space.by_name.items():
        if isinstance(domain, _BOUNDED) and name not in parents:
            unit = np.concatenate([_best(task, name, domain, best) for task in found])
            if len(unit):
                domains[name] = _between(domain, float(unit.min()) - margin, float(unit.max()) + margin)
    return space.remade(domains)


def _best(task: Task, name: str, domain: Domain, count: int) -> Array:
    """Coordinates in ``domain`` of the parameter's values in the best configurations of a task, where there are any."""
    if name not in task.names:
        return np.zeros(0)
    j = task.names.index(name)
    unit, _ = moved(task.space.domains[j], domain, task.best(count)[:, j])
    return unit[~np.isnan(unit)]


def _between(domain: Domain, low: float, high: float) -> Domain:
    """The part of ``domain`` between two coordinates; as it is where that is a single value."""
    ends = domain.values(domain.decode(np.array([low, high])))
    if ends[0] == ends[1]:
        return domain
    return Domain.from_json({**domain.to_json(), "low": ends[0], "high": ends[1]})
