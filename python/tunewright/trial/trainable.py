"""Objectives written as a class: what to train, one step, how to save."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from tunewright.errors import StudyError
from tunewright.trial.generated import named
from tunewright.trial.trial import Trial

__all__ = ["Trainable", "Trained"]


class Trainable(ABC):
    """A training run in parts; ``study.optimize(MyTrainable)`` takes the class itself.

    The study sets one up for each trial, steps it, reports what each step measured, and saves it when a scheduler
    pauses it, when it ends, and every ``save_every`` steps. A trial that goes on is loaded before its first step.

    Attributes:
        epochs: how many steps a trial has at most.
        save_every: steps from one save to the next on the way, 0 for none; a trial whose process dies goes on from
            there.
        fidelity: the scheduler's ``fidelities`` for the next step (see :attr:`tunewright.Trial.fidelity`), kept up to
            date before ``setup`` and before every ``step``.
    """

    epochs: ClassVar[int]
    save_every: ClassVar[int] = 0
    fidelity: Mapping[str, float] = MappingProxyType({})

    @abstractmethod
    def setup(self, config: Mapping[str, Any]) -> None:
        """Build what is trained from a configuration."""

    @abstractmethod
    def step(self) -> Mapping[str, float] | float:
        """Train one epoch; return ``{metric: value}``, or the value for one objective."""

    @abstractmethod
    def save(self) -> Any:
        """Everything needed to go on, as :meth:`tunewright.Trial.save` takes it."""

    @abstractmethod
    def load(self, state: Any) -> None:
        """Take in what :meth:`save` returned. What ``setup`` chose by the configuration must stay in force."""

    def close(self) -> None:  # noqa: B027  most have nothing to let go of
        """Let go of what was built, at the end of the trial, whatever the end."""


class Trained:
    """A :class:`Trainable` class as an objective.

    Args:
        kind: the class.
        metrics: the study's objectives.

    Raises:
        StudyError: it does not say for how many ``epochs``.
    """

    def __init__(self, kind: type[Trainable], metrics: tuple[str, ...]) -> None:
        for name, least in (("epochs", 1), ("save_every", 0)):
            value = getattr(kind, name, None)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise StudyError(f"{kind.__name__}.{name} must be a whole number from {least} upwards; got {value!r}")
        self.kind = kind
        self.metrics = metrics

    def __call__(self, trial: Trial) -> None:
        """Run one trial; what it reported last is its value."""
        model = self.kind()
        try:
            self._run(model, trial)
        finally:
            model.close()

    def _run(self, model: Trainable, trial: Trial) -> None:
        model.fidelity = trial.fidelity
        model.setup(trial.config)
        state = trial.load()
        if state is not None:
            model.load(state)
        for epoch in trial.epochs(self.kind.epochs):
            model.fidelity = trial.fidelity
            trial.report(**named(model.step(), self.metrics, f"{self.kind.__name__}.step() must return"))
            due = self.kind.save_every and (epoch + 1) % self.kind.save_every == 0
            last = epoch + 1 == self.kind.epochs or epoch + 1 == trial.resource
            if trial.should_stop or due or last:
                trial.save(model.save())
