"""What a study has found so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.storage import Session
from tunewright.strategies import Explaining
from tunewright.study.choice import choose
from tunewright.study.frame import frame
from tunewright.study.front import front, volume, volumes
from tunewright.study.ledger import Ledger
from tunewright.study.lineage import Lineage, Schedule, schedule_of
from tunewright.trial import History, TrialView
from tunewright.trial.columns import Array

__all__ = ["Findings"]


class Findings:
    """The reading half of a study. Returned values are plain Python objects."""

    name: str
    directions: dict[str, str]
    ledger: Ledger

    @property
    def history(self) -> History:
        """The record as columns."""
        return self.ledger.history

    @property
    def space(self) -> Space:
        """The parameters that are searched now: those known so far, as :meth:`extend` and :meth:`narrow` left them."""
        return self.history.search_space

    def explain(self) -> list[str]:
        """What the strategy did in this study and why, in lines, recomputed from the record; empty if it says nothing.

        :class:`~tunewright.Auto` says what it chose and by which rule, :class:`~tunewright.Ensemble` whose trials
        there are.
        """
        strategy = self.ledger.proposer.strategy
        return strategy.explain(self.history.searched) if isinstance(strategy, Explaining) else []

    @property
    def trials(self) -> list[TrialView]:
        """All trials by number."""
        return [TrialView(self.history, number) for number in range(self.history.n)]

    @property
    def sessions(self) -> list[Session]:
        """The processes that worked on the study: when, on which machine, with which code, and their trials."""
        return self.ledger.sessions

    @property
    def best_trial(self) -> TrialView:
        """The complete trial with the best finite value that keeps all constraints (the earlier one of equals).

        Raises:
            StudyError: several objectives, or no such trial yet; the message names the one nearest to the constraints.
        """
        if len(self.directions) != 1:
            raise StudyError(f"with {len(self.directions)} objectives there is no single best: use study.pareto_front")
        if self.ledger.best is None:
            raise StudyError(nothing_best(self.history, self.name))
        return TrialView(self.history, self.ledger.best)

    @property
    def best_config(self) -> dict[str, Any]:
        """Configuration of :attr:`best_trial`."""
        return self.best_trial.config

    @property
    def best_value(self) -> float:
        """Objective of :attr:`best_trial`."""
        return float(self.history.values[self.best_trial.number, 0])

    def top(self, count: int) -> list[TrialView]:
        """The ``count`` best trials that keep all constraints, with finite values, best first (one objective)."""
        if len(self.directions) != 1:
            raise StudyError(f"with {len(self.directions)} objectives there is no ranking: use study.pareto_front")
        loss = np.where(self.history.feasible, self.history.losses[:, 0], np.nan)
        order = np.argsort(np.where(np.isfinite(loss), loss, np.inf), kind="stable")[:count]
        return [TrialView(self.history, int(number)) for number in order if np.isfinite(loss[number])]

    @property
    def pareto_front(self) -> list[TrialView]:
        """The trials that no other is better than, by number: complete, finite, within constraints and thresholds."""
        return [TrialView(self.history, number) for number in front(self.history).tolist()]

    def hypervolume(self, reference: Mapping[str, float] | None = None) -> float:
        """How much the front dominates, in the product of the objectives' units; 0.0 without a front.

        Args:
            reference: by objective, the value from which on a trial is worth nothing. Left out, it is the objective's
                threshold; without one, a tenth of the front's range behind its worst value (see
                ``tw.pareto.nadir_reference``), which moves as the front grows: give one to compare studies.

        Raises:
            StudyError: a reference without a finite value for every objective.
        """
        return volume(self.history, reference)

    def hypervolume_history(self, reference: Mapping[str, float] | None = None) -> Array:
        """:meth:`hypervolume` after each trial that ended, in the order of their ends, shape (ended,); it never falls.

        Left out, ``reference`` is that of the front as it is now.
        """
        return volumes(self.history, reference)

    def choose(
        self, *, weights: Mapping[str, float] | None = None, within: Mapping[str, float] | None = None
    ) -> TrialView:
        """One trial of the front; the objectives are scaled so that it spans 0 (best) to 1 (worst) in each.

        Args:
            weights: by objective, how much it matters, 0 or more (0 if left out). The trial with the least augmented
                weighted Chebyshev distance from the ideal is chosen: the largest of weight times scaled loss.
            within: by objective, a value that the trial must at least reach, such as ``{"latency": 20}``. Of the trials
                within, and without weights, the objectives that are not named decide.

        Without weights the knee is chosen: the trial farthest before the plane on which scaled losses sum to 1, with
        two objectives the line through the ends of the front (I. Das, Structural Optimization 18, 1999). With one
        objective left that is the best in it.

        Raises:
            StudyError: the front is empty, no trial is within, or a name is no objective.
        """
        return TrialView(self.history, choose(self.history, weights, within))

    def schedule(self, trial: TrialView | int) -> Schedule:
        """The configurations that a trial's weights were trained with, its ancestors' first (one without any)."""
        return schedule_of(self.history, trial.number if isinstance(trial, TrialView) else trial)

    @property
    def lineage(self) -> Lineage:
        """Who began with whose saved state (population-based training), as a tree; ``print`` it."""
        return Lineage(self.history)

    @property
    def best_schedule(self) -> Schedule:
        """The schedule of :attr:`best_trial`."""
        return self.schedule(self.best_trial)

    def to_frame(self) -> Any:
        """One row a trial: a ``pandas.DataFrame`` where pandas is installed, else a dict of lists."""
        return frame(self.history)


def nothing_best(history: History, name: str) -> str:
    """Why there is no best trial, in words; if no trial keeps the constraints, which one comes nearest."""
    reached = np.flatnonzero(history.complete & np.isfinite(history.violations))
    if not history.goals.constraints or not reached.size:
        return f"no trial of study {name!r} is complete with a finite value yet"
    violations = history.violations[reached]
    nearest = int(reached[np.argmin(violations)])
    if not violations.min():
        return f"no trial of study {name!r} that keeps the constraints has a finite value yet"
    slacks = history.slacks[nearest].tolist()
    broken = [f"{text} by {s:.6g}" for (text, _), s in zip(history.goals.comparisons, slacks, strict=True) if s > 0]
    nearly = f"trial {nearest} comes nearest, it breaks {', '.join(broken)}"
    return f"no trial of study {name!r} keeps the constraints yet; {nearly}"
