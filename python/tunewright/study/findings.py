"""What a study has found so far."""

from __future__ import annotations

from typing import Any

import numpy as np

from tunewright.errors import StudyError
from tunewright.numerics.pareto import is_nondominated
from tunewright.space import Space
from tunewright.study.frame import frame
from tunewright.study.ledger import Ledger
from tunewright.trial import History, TrialView

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
        """The parameters known so far."""
        return self.history.space

    @property
    def trials(self) -> list[TrialView]:
        """All trials by number."""
        return [TrialView(self.history, number) for number in range(self.history.n)]

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
        losses = self.history.losses
        worthy = np.isfinite(losses).all(axis=1) & (losses <= self.history.thresholds).all(axis=1)
        usable = np.flatnonzero(self.history.feasible & worthy)
        front = usable[is_nondominated(losses[usable])]
        return [TrialView(self.history, int(number)) for number in front]

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
