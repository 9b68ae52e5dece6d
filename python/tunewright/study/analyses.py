"""The half of a study that hands over to what is built on it. Those rooms are opened when they are asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from tunewright.analysis.review import Review
    from tunewright.analysis.validation import Confirmation, Final, Optimism, SealedTest
    from tunewright.study.forms import Objective
    from tunewright.trial import TrialView

__all__ = ["Analyses"]


class Analyses:
    """Questions to a study that the rooms above it answer."""

    def confirm(self, objective: Objective, *, top: int = 5, seeds: int = 10, **options: Any) -> Confirmation:
        """Run the best trials again on fresh seeds and name the winner; see :func:`tunewright.confirm`."""
        found = _room("analysis.validation").confirm(self, objective, top=top, seeds=seeds, **options)
        return cast("Confirmation", found)

    def finalize(self, sealed: SealedTest, *, trial: int | TrialView | None = None, recover: bool = False) -> Final:
        """Open a sealed test set, once, for one configuration; see :func:`tunewright.finalize`."""
        return cast("Final", _room("analysis.validation").finalize(self, sealed, trial=trial, recover=recover))

    def optimism(
        self, *, metric: str | None = None, noise: float | None = None, validation_size: int | None = None
    ) -> Optimism:
        """How much the best value owes to luck; see :func:`tunewright.optimism`."""
        found = _room("analysis.validation").optimism(self, metric=metric, noise=noise, validation_size=validation_size)
        return cast("Optimism", found)

    def report(self, path: str | PathLike[str]) -> Path:
        """Write what the study found to ``path``, one HTML page that works offline; see ``tunewright.report.write``."""
        return cast("Path", _room("report").write(self, path))

    def review(self) -> Review:
        """What the trials say about the space: findings in sentences, the suggested space as code."""
        return cast("Review", _room("analysis.review").review(self))


def _room(name: str) -> Any:
    return import_module(f"tunewright.{name}")
