"""Reinforcement learning: a controller proposes configurations and learns from how they ranked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal
from weakref import WeakKeyDictionary

import numpy as np

from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Space
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.evolution.brood import admissible
from tunewright.strategies.evolution.merit import single
from tunewright.strategies.policy.controller import Controller, controller_for
from tunewright.strategies.policy.learning import Learner
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["Reinforce"]

_SAMPLE = purpose("reinforce/sample")
_LIMITS: dict[str, tuple[Callable[[float], bool], str]] = {
    "rate": (lambda value: 0.0 < value <= 10.0, "above 0, up to 10"),
    "entropy": (lambda value: 0.0 <= value <= 1e6, "from 0 to 1e6"),
    "decay": (lambda value: 0.0 <= value < 1.0, "from 0 to below 1"),
}


@dataclass(frozen=True)
class Reinforce:
    """A policy over configurations, improved by its own gradient (Zoph & Le, ICLR 2017; Williams 1992).

    The controller deals one parameter after the other: a distribution over a category's choices, or over equal parts of
    a number's range, within which a number is uniform. After each outcome its weights move along the slope of
    A log p + entropy H, by Adam. The reward r of a trial is the share of earlier ones that it beats, so that units,
    outliers and directions do not matter; the advantage A is (r - b) / s, b and s the moving mean and deviation of
    rewards.

    What failed, has no finite loss or breaks a constraint is behind all others; what a scheduler ended early is behind
    what was completed, by how far it came. The policy is learnt from the record, outcome by outcome in the order in
    which they were told; trials that others chose, or an older policy did, are learnt from like its own.

    Args:
        controller: ``"recurrent"``: a recurrent network that is shown every choice before it makes the next;
            ``"factorised"``: a table for each parameter alone, which is faster, and learns faster where parameters do
            not depend on one another.
        rate: of learning, Adam's step.
        entropy: weight of the entropy; more explores longer.
        decay: of the moving mean and deviation.
        bins: parts of a number's range.
        width: hidden units of the recurrent controller.
    """

    controller: Literal["recurrent", "factorised"] = "factorised"
    rate: float = 0.2
    entropy: float = 0.05
    decay: float = 0.9
    bins: int = 8
    width: int = 32

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.controller not in ("recurrent", "factorised"):
            raise ValueError(f"controller must be 'recurrent' or 'factorised'; got {self.controller!r}")
        for name, (fits, words) in _LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not fits(value):
                raise ValueError(f"{name} must be a number {words}; got {value!r}")
        for name, least in {"bins": 2, "width": 1}.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 4096:
                raise ValueError(f"{name} must be a whole number from {least} to 4096; got {value!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives."""
        single("Reinforce", directions)

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters."""
        return max(1, history.ended)

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = coordinates(history.space)
        if not len(numbers) or not space.dimension:
            return space.natives(np.zeros((len(numbers), space.dimension)))
        controller = controller_for(history.space, self.controller, self.bins, self.width)
        weights = self._learner(history, controller).weights(history)

        def propose(some: Ints, attempt: int) -> Array:
            unit = np.empty((len(some), space.dimension))
            for row, number in enumerate(some.tolist()):
                which, where = generator(seed, number, _SAMPLE, attempt=attempt).random((2, space.dimension))
                unit[row] = controller.sample(weights, which, where)
            return space.natives(unit)

        return admissible(history, numbers, propose)

    def _learner(self, history: History, controller: Controller) -> Learner:
        known = _learners.setdefault(history, {})
        learner = known.get(self)
        if learner is None or learner.controller is not controller:
            learner = known[self] = Learner(controller, self.rate, self.entropy, self.decay)
        return learner

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "Reinforce", **asdict(self)}


_learners: WeakKeyDictionary[History, dict[Reinforce, Learner]] = WeakKeyDictionary()
