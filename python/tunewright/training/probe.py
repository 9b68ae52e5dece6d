"""Single updates of a trainer at any learning rate, for tests of its range; what they change can be put back."""

from __future__ import annotations

__all__ = ["Probe"]

from typing import Any

import numpy as np

from tunewright.training.accumulation import learn
from tunewright.training.streams import Purpose, permutation, stream
from tunewright.training.trainer import Trainer


class Probe:
    """A trainer seen as a step function: one batch at one learning rate, and the loss it had before the update.

    Batches go on where the last call stopped, pass after pass in new orders that the trainer itself never meets; the
    schedule and the plateau play no part. ``save`` and ``restore`` are those of the trainer.

    Attributes:
        epoch_steps: updates of one pass over the training part.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._taken = 0
        self.epoch_steps = trainer.epoch_steps

    def __call__(self, lr: float) -> float:
        """The loss of the next batch, with the recipe's smoothing; then an update at ``lr``."""
        trainer, recipe = self._trainer, self._trainer.recipe
        pass_, step = divmod(self._taken, self.epoch_steps)
        order = permutation(stream(trainer.seed, Purpose.PROBE, epoch=pass_), trainer.splits.train.size)
        taken = recipe.batch_size * recipe.gradient_accumulation
        rows = order[step * taken : (step + 1) * taken]

        def draws(batch: int, purpose: Purpose) -> np.random.Generator:
            # Lane 0 and step 0 of a pass is its order.
            place = 1 + step * recipe.gradient_accumulation + batch
            return stream(trainer.seed, Purpose.PROBE, epoch=pass_, step=place, lane=purpose)

        with np.errstate(all="ignore"):  # a loss that is not finite says it all
            loss, _ = learn(trainer.network, trainer.splits.train, rows, recipe, trainer.classes, draws)
            trainer.update(lr)
        self._taken += 1
        return float(loss)

    def save(self) -> dict[str, Any]:
        """Weights, running statistics, the optimiser's moments and the metrics so far."""
        return self._trainer.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what ``save`` returned."""
        self._trainer.restore(state)
