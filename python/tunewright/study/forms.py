"""The forms in which a training run may be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from tunewright.errors import StudyError
from tunewright.trial import Trainable, Trial
from tunewright.trial.generated import Generated
from tunewright.trial.trainable import Trained

__all__ = ["Objective", "function_of"]

Objective: TypeAlias = Callable[[Trial], Any] | type[Trainable]
"""A function of the trial that returns its value, a generator function that yields metrics, or a class."""


def function_of(objective: Objective, metrics: tuple[str, ...]) -> Callable[[Trial], Any]:
    """The objective as a plain function of the trial, for a study of these ``metrics``.

    Raises:
        StudyError: it is none of the three forms.
    """
    if isinstance(objective, type) and issubclass(objective, Trainable):
        return Trained(objective, metrics)
    if not callable(objective):
        raise StudyError(
            "the objective must be a function of the trial, a generator function or a Trainable class; "
            f"got {objective!r}"
        )
    function: Callable[[Trial], Any] = objective
    return Generated(function, metrics) if Generated.fits(function) else function
