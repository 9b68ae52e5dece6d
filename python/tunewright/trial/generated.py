"""Objectives that yield their metrics, an epoch at a time."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator, Mapping
from typing import Any

from tunewright.errors import ReportError
from tunewright.trial.trial import Trial

__all__ = ["Generated", "named"]


class Generated:
    """A generator function as an objective: what it yields is reported.

    Args:
        function: called with the trial; yields ``{name: number}`` after each epoch, or the number itself for one
            objective. What it returns is the trial's value; if it returns nothing, what it yielded last is.
        metrics: the study's objectives.
    """

    def __init__(self, function: Callable[[Trial], Generator[Any, None, Any]], metrics: tuple[str, ...]) -> None:
        self.function = function
        self.metrics = metrics

    @staticmethod
    def fits(objective: object) -> bool:
        """Whether ``objective`` is a generator function, or a callable object whose ``__call__`` is."""
        while isinstance(objective, functools.partial):
            objective = objective.func
        call = getattr(type(objective), "__call__", None)  # noqa: B004  it is the function that is looked at
        return inspect.isgeneratorfunction(objective) or inspect.isgeneratorfunction(call)

    def __call__(self, trial: Trial) -> Any:
        """Run ``function`` until it ends or the scheduler ends it; it is closed where it last yielded."""
        epochs = self.function(trial)
        try:
            while not trial.should_stop:
                trial.report(**named(next(epochs), self.metrics, "yield"))
        except StopIteration as end:
            return end.value
        finally:
            epochs.close()
        return None


def named(measured: Any, metrics: tuple[str, ...], verb: str) -> Mapping[str, Any]:
    """What was measured by name: a number is the only objective's."""
    if isinstance(measured, Mapping):
        return measured
    if len(metrics) != 1:
        raise ReportError(f"{verb} a mapping with {', '.join(map(repr, metrics))}; got {measured!r}")
    return {metrics[0]: measured}
