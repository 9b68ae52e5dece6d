"""What became of each trial in one objective: the part that most views share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tunewright.errors import UnknownMetricError
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array, Ints

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Outcomes", "Role", "metric_index", "nothing", "outcomes", "sampled"]


class Role(IntEnum):
    """What became of a trial, as a reader of pictures cares about it."""

    COMPLETE = 0
    INFEASIBLE = 1  # complete, but it breaks a constraint
    PRUNED = 2
    FAILED = 3
    INFINITE = 4  # complete with a value that is not finite
    UNFINISHED = 5


@dataclass(frozen=True)
class Outcomes:
    """One objective over all n trials.

    Attributes:
        metric: the objective's name.
        direction: "minimize" or "maximize".
        values: shape (n,): the value of a complete trial, the last report of a pruned or unfinished one, NaN if there
            is none.
        sems: shape (n,), standard errors, NaN where not told.
        roles: shape (n,), a :class:`Role` each.
        missing: a sentence that says why there is nothing to see; ``None`` if there is something.
    """

    metric: str
    direction: str
    values: Array
    sems: Array
    roles: npt.NDArray[np.int8]
    missing: str | None

    @property
    def good(self) -> npt.NDArray[np.bool_]:
        """Trials that are complete with a finite value and keep the constraints, shape (n,)."""
        good: npt.NDArray[np.bool_] = (self.roles == Role.COMPLETE) & np.isfinite(self.values)
        return good

    @property
    def losses(self) -> Array:
        """Values turned so that less is better, shape (n,)."""
        return self.values if self.direction == "minimize" else -self.values

    def of(self, role: Role) -> Ints:
        """Numbers of the trials of one role, ascending."""
        return np.flatnonzero(self.roles == role)


def metric_index(history: History, metric: str | None) -> int:
    """The column of an objective; of the first if it is not named.

    Raises:
        UnknownMetricError: no objective of that name; the message lists those there are.
    """
    if metric is None:
        return 0
    if metric not in history.metrics:
        raise UnknownMetricError(
            f"metric={metric!r} is no objective of this study; it has {', '.join(map(repr, history.metrics))}"
        )
    return history.metrics.index(metric)


def outcomes(study: Study, metric: str | None = None) -> Outcomes:
    """What became of each trial in ``metric`` (the first objective if it is not named)."""
    history = study.history
    column = metric_index(history, metric)
    values, roles = history.values[:, column].copy(), _roles(history, column)
    last = _last_reports(history, column)
    unended = (roles == Role.PRUNED) | (roles == Role.UNFINISHED)
    values[unended] = np.where(np.isfinite(last), last, values)[unended]
    name = history.metrics[column]
    sems = history.sems[:, column].copy()
    return Outcomes(name, history.goals.directions[name], values, sems, roles, nothing(study.name, roles))


def nothing(name: str, roles: npt.NDArray[np.int8]) -> str | None:
    """Why a study has nothing to show, in a sentence; ``None`` if a trial is complete with a finite value."""
    if not len(roles):
        return f"Study {name!r} has no trials yet."
    if ((roles == Role.COMPLETE) | (roles == Role.INFEASIBLE)).any():
        return None
    words = {
        Role.PRUNED: "pruned",
        Role.FAILED: "failed",
        Role.INFINITE: "without a finite value",
        Role.UNFINISHED: "not finished",
    }
    counts = [f"{np.count_nonzero(roles == role)} {word}" for role, word in words.items() if (roles == role).any()]
    trials = "its only trial is" if len(roles) == 1 else f"of its {len(roles)} trials"
    told = counts[0].partition(" ")[2] if len(roles) == 1 else ", ".join(counts)
    return f"No trial of study {name!r} is complete with a finite value yet: {trials} {told}."


def sampled(order: Ints, count: int) -> Ints:
    """At most ``count`` entries of ``order``, which goes from best to worst: the best half of them, then even steps."""
    if len(order) <= count:
        return order
    best = count // 2
    rest = np.linspace(best, len(order) - 1, count - best).round().astype(np.int64)
    return order[np.r_[np.arange(best), rest]]


def _roles(history: History, column: int) -> npt.NDArray[np.int8]:
    states, finite = history.states, np.isfinite(history.values[:, column])
    roles = np.full(history.n, Role.UNFINISHED, np.int8)
    roles[states == TrialState.PRUNED] = Role.PRUNED
    roles[states == TrialState.FAILED] = Role.FAILED
    complete = history.complete
    roles[complete & ~finite] = Role.INFINITE
    roles[complete & finite] = Role.COMPLETE
    roles[complete & finite & ~history.feasible] = Role.INFEASIBLE
    return roles


def _last_reports(history: History, column: int) -> Array:
    """The value of each trial's highest reported step, shape (n,); NaN where there is none."""
    last = np.full(history.n, np.nan)
    reports = history.reports
    trial, values = reports.trial, reports.values[:, column]
    known = np.flatnonzero((trial >= 0) & (trial < history.n) & ~np.isnan(values))
    order = known[np.argsort(reports.step[known], kind="stable")]
    last[trial[order]] = values[order]  # the last assignment, of the highest step, stays
    return last
