"""Trials in the plane (or space) of the objectives, and how the front grew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tunewright.analysis.views.outcomes import metric_index
from tunewright.errors import StudyError
from tunewright.trial.columns import Array, Ints

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Front", "Growth", "front", "growth"]


@dataclass(frozen=True)
class Front:
    """Complete trials with finite values by two or three objectives.

    Attributes:
        metrics, directions: of the k objectives that are shown.
        numbers: shape (c,), trials; ``values``: shape (c, k), theirs.
        sems: shape (c, k), NaN where not told.
        member: shape (c,), who is on the front (of all objectives).
        feasible: shape (c,), who keeps the constraints.
        thresholds: shape (k,), NaN where there is none.
        left_out: trials that are complete, but not finite in all of these.
        missing: a sentence if there is nothing.
    """

    metrics: tuple[str, ...]
    directions: tuple[str, ...]
    numbers: Ints
    values: Array
    sems: Array
    member: npt.NDArray[np.bool_]
    feasible: npt.NDArray[np.bool_]
    thresholds: Array
    left_out: int
    missing: str | None


@dataclass(frozen=True)
class Growth:
    """Hypervolume after each trial that ended.

    Attributes:
        ended: 1, 2, …, shape (e,); ``numbers``: the trials in the order of their ends, shape (e,).
        volume: shape (e,), in the product of the objectives' units.
        missing: a sentence if there is nothing.
    """

    ended: Ints
    numbers: Ints
    volume: Array
    missing: str | None


def front(study: Study, metrics: Sequence[str] | None = None) -> Front:
    """Trials by two or three objectives; left out, the first three (or two, if there are no more).

    Raises:
        StudyError: the study has one objective, or other than two or three are named.
    """
    history = study.history
    if len(history.metrics) < 2:
        raise StudyError(
            f"a front takes two objectives or more; study {study.name!r} has {history.metrics[0]!r} alone: see history"
        )
    names = history.metrics[:3] if metrics is None else tuple(metrics)
    columns = [metric_index(history, name) for name in names]
    if len(set(columns)) not in (2, 3) or len(set(columns)) != len(columns):
        raise StudyError(
            f"a front shows two or three different objectives, metrics=('accuracy', 'latency'); got {names!r}"
        )
    complete = history.complete
    finite = complete & np.isfinite(history.values[:, columns]).all(axis=1)
    numbers = np.flatnonzero(finite)
    members = np.array([trial.number for trial in study.pareto_front], dtype=np.int64)
    goals = history.goals
    missing = None
    if not history.n:
        missing = f"Study {study.name!r} has no trials yet."
    elif not len(numbers):
        missing = f"No trial of study {study.name!r} is complete with finite {' and '.join(map(repr, names))} yet."
    return Front(
        names,
        tuple(goals.directions[name] for name in names),
        numbers,
        history.values[numbers][:, columns],
        history.sems[numbers][:, columns],
        np.isin(numbers, members),
        history.feasible[numbers],
        np.array([goals.thresholds.get(name, np.nan) for name in names]),
        int(np.count_nonzero(complete) - len(numbers)),
        missing,
    )


def growth(study: Study, reference: Mapping[str, float] | None = None) -> Growth:
    """How much the front dominated after each trial that ended; ``reference`` as in ``Study.hypervolume``.

    Raises:
        StudyError: the study has one objective.
    """
    history = study.history
    if len(history.metrics) < 2:
        raise StudyError(f"hypervolume takes two objectives or more; study {study.name!r} has one: see history")
    ends = np.flatnonzero(history.told)
    ends = ends[np.argsort(history.told[ends], kind="stable")]
    volume = study.hypervolume_history(reference)
    missing = None
    if not len(ends):
        missing = f"No trial of study {study.name!r} has ended yet."
    elif not volume.any():
        missing = f"Study {study.name!r} has no front yet: no trial is complete, finite and within what is asked for."
    return Growth(np.arange(1, len(ends) + 1), ends, volume, missing)
