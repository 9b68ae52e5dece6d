"""Stopping trials as past tasks say: at each look who is further behind than those that won there ever were."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tunewright.errors import StudyError
from tunewright.numerics.halving import Ranking
from tunewright.schedulers.decision import Decision
from tunewright.schedulers.follower import Follower
from tunewright.schedulers.looks import keep_of, limits_of, looks_of
from tunewright.schedulers.loss_rule import LossRule
from tunewright.schedulers.options import one_metric, whole
from tunewright.schedulers.protocol import Judge
from tunewright.trial import History, Task

__all__ = ["LearnedStopping"]


@dataclass(frozen=True)
class LearnedStopping:
    """Stop a trial that is further behind at a look than the winners of past tasks were at that step.

    A look is a step and a share: a trial goes on while at most that share of all trials that came to the first look
    are ahead of it there. Those that were stopped before count as behind, the best always goes on. :meth:`fit` learns
    the looks of past learning curves: where early ranks say nothing of the end, hardly anybody is stopped early.
    Ranks need no common scale of the tasks. A report costs O(log n) for n trials. A trial that reports NaN is stopped.

    Args:
        max_resource: the step at which trials end.
        looks: ``(step, share)`` pairs, steps ascending and below ``max_resource``, shares from 0 to 1.
        metric: the objective that is compared; the only one by default.
    """

    max_resource: int
    looks: Sequence[tuple[int, float]]
    metric: str | None = None

    def __post_init__(self) -> None:
        whole(self, "max_resource", 2)
        object.__setattr__(self, "looks", _checked(self.looks, self.max_resource))

    @classmethod
    def fit(
        cls,
        past: Sequence[Task],
        max_resource: int | None = None,
        *,
        keep: float | None = None,
        search: int = 50,
        metric: str | None = None,
    ) -> LearnedStopping:
        """The looks that past tasks teach (see ``schedulers/looks.py``).

        Args:
            past: tasks with curves, each with at least five that reach ``max_resource``.
            max_resource: the step at which trials end; the last one that all tasks have by default.
            keep: the share of the past winners that pass every look: more of them costs more epochs a trial. ``None``:
                the one with which the past tasks would have cost the fewest epochs for each winner found, each searched
                by what the others teach.
            search: how many trials a search is to have: the best of so many is a winner.
            metric: see the class.

        Raises:
            StudyError: tasks without such curves, or an option out of range.
        """
        if keep is not None and (isinstance(keep, bool) or not isinstance(keep, (int, float)) or not 0.0 < keep <= 1.0):
            raise StudyError(f"LearnedStopping.fit(keep=...) takes a number above 0, up to 1, or None; got {keep!r}")
        if isinstance(search, bool) or not isinstance(search, int) or search < 2:
            raise StudyError(f"LearnedStopping.fit(search=...) takes a whole number from 2 upwards; got {search!r}")
        steps, last = looks_of(past, max_resource)
        part = keep_of(past, steps, last, search) if keep is None else keep
        shares = limits_of(past, steps, last, part, search)
        return cls(last, tuple(zip(steps, shares, strict=True)), metric)

    def check(self, directions: Mapping[str, str]) -> None:
        """Raise ``StudyError`` unless there is one metric to compare by."""
        one_metric(self, self.metric, directions)

    def judge(self, history: History) -> Judge:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return Follower(history, lambda: _Behind(self, history))

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        looks = [list(look) for look in self.looks]
        return {
            "scheduler": "LearnedStopping",
            "max_resource": self.max_resource,
            "looks": looks,
            "metric": self.metric,
        }


class _Behind(LossRule):
    def __init__(self, scheduler: LearnedStopping, history: History) -> None:
        super().__init__(history.goals, scheduler.metric)
        self._options = scheduler
        self._steps = [step for step, _ in scheduler.looks]
        self._standings = [Ranking() for _ in scheduler.looks]
        self._passed: dict[int, int] = {}  # of each trial, how many looks are behind it

    def weigh(self, trial: int, step: int, loss: float) -> Decision:
        look = bisect_right(self._steps, step)  # how many are up to this step; those skipped are behind too
        if look <= self._passed.get(trial, 0):
            return Decision.CONTINUE
        self._passed[trial] = look
        standing, share = self._standings[look - 1], self._options.looks[look - 1][1]
        ahead = standing.better(loss)
        standing.insert(trial, loss)
        late = step >= self._options.max_resource
        return Decision.STOP if not late and ahead > share * len(self._passed) else Decision.CONTINUE

    def resource(self, number: int) -> int:
        return self._options.max_resource


def _checked(looks: Any, last: int) -> tuple[tuple[int, float], ...]:
    """The looks as pairs.

    Raises:
        StudyError: they are none, or in disorder.
    """
    given = list(looks) if isinstance(looks, Sequence) and not isinstance(looks, str) else []
    pairs = [tuple(look) for look in given if isinstance(look, Sequence) and not isinstance(look, str)]
    fits = len(pairs) == len(given) > 0 and all(
        len(pair) == 2 and type(pair[0]) is int and type(pair[1]) in (int, float) and 0 <= pair[1] <= 1
        for pair in pairs
    )
    steps = [pair[0] for pair in pairs] if fits else []
    if not fits or steps != sorted(set(steps)) or not 1 <= steps[0] <= steps[-1] < last:
        raise StudyError(
            f"LearnedStopping(looks=...) takes pairs of a step and a share, such as [(2, 0.6), (8, 0.25)]: steps "
            f"ascending from 1 to {last - 1}, shares from 0 to 1; got {looks!r}"
        )
    return tuple((step, float(share)) for step, share in pairs)
