"""Conditions that end a study by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tunewright.errors import StudyError

if TYPE_CHECKING:
    from tunewright.study.study import Study

__all__ = ["NoImprovement", "StopCondition", "TargetReached"]


class StopCondition(Protocol):
    """Called after each trial that ended; a sentence ends the study, ``None`` lets it go on."""

    def __call__(self, study: Study) -> str | None:
        """The reason to stop, or ``None``."""
        ...


@dataclass(frozen=True)
class TargetReached:
    """Stop once the best value is at least as good as ``value`` (one objective)."""

    value: float

    def __call__(self, study: Study) -> str | None:
        """The reason to stop, or ``None``."""
        _need_one(study, "TargetReached")
        number = study.ledger.best
        if number is None:
            return None
        best = float(study.history.values[number, 0])
        reached = best <= self.value if study.history.signs[0] > 0 else best >= self.value
        return f"target {self.value:g} reached by trial {number} with {best:g}" if reached else None


@dataclass(frozen=True)
class NoImprovement:
    """Stop after ``trials`` complete trials in a row none of which became the new best (one objective)."""

    trials: int

    def __post_init__(self) -> None:
        if isinstance(self.trials, bool) or not isinstance(self.trials, int) or self.trials < 1:
            raise ValueError(f"NoImprovement(trials) takes a whole number from 1 upwards; got {self.trials!r}")

    def __call__(self, study: Study) -> str | None:
        """The reason to stop, or ``None``."""
        _need_one(study, "NoImprovement")
        since = study.ledger.since_best
        return f"no improvement in the last {since} complete trials" if since >= self.trials else None


def _need_one(study: Study, what: str) -> None:
    if len(study.history.metrics) != 1:
        raise StudyError(f"{what} follows one objective; the study has {', '.join(study.history.metrics)}")
