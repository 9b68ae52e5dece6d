"""Differentiable search: a softmax over the operations of each edge, moved along the slope of the validation loss."""

from __future__ import annotations

__all__ = ["ArchitectureEpoch", "Differentiable", "Stage"]

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tunewright.errors import ArchitectureError
from tunewright.nas.sharing.bilevel import Problem, curvature, first_order, second_order
from tunewright.nas.sharing.collapse import Ending
from tunewright.nas.sharing.gates import Gates, Softmax, entropy, softmax, through_softmax
from tunewright.nas.sharing.stages import Stage, narrowed, strongest
from tunewright.nas.sharing.weights import SharedWeights, several
from tunewright.nas.skeleton import Skeleton
from tunewright.nas.wiring import Path
from tunewright.training import Recipe, Splits, Trainer
from tunewright.training.argument import nonnegative, positive, whole
from tunewright.training.layers import Array
from tunewright.training.optimizers import Adam
from tunewright.training.splitting import Rows
from tunewright.training.streams import Purpose, permutation, stream

_RECIPE = Recipe(epochs=20, lr=1e-2, schedule="cosine")


@dataclass(frozen=True, slots=True)
class ArchitectureEpoch:
    """What one epoch brought.

    ``epoch`` counts from 1 and ``stage`` from 0; losses are means over its batches, of the training part for the
    weights and of the validation part for the architecture; ``entropy`` is what is still undecided, in nats an edge;
    ``path`` the architecture as it would be now; ``eigenvalue`` the curvature of the validation loss, NaN where no rule
    asked for it.
    """

    epoch: int
    stage: int
    train_loss: float
    validation_loss: float
    temperature: float
    entropy: float
    path: Path
    eigenvalue: float


class Differentiable:
    """Architecture weights and shared weights trained in turn, batch by batch (DARTS, Liu, Simonyan & Yang 2019).

    The training part moves the weights, the validation part the architecture: judge the result on a test part. A pure
    function of the arguments.

    Args:
        design: what is open.
        splits: the data.
        recipe: how the weights are trained, and for how many epochs in all; of its settings those of the network and
            ``gradient_accumulation`` play no part.
        order: 1 takes the weights as they are; 2 looks one step of them ahead, at five times the cost.
        gates: ``Softmax()``, or ``Gumbel()``, which draws.
        architecture_lr: learning rate of the architecture's Adam (β 0.5 and 0.999, as in the paper).
        architecture_decay: its weight decay.
        warmup: share of the epochs in which the weights alone are trained, in [0, 1).
        ending: a rule against collapse, ``SkipLimit()`` or ``EigenvalueRise()``.
        stages: sizes to go through, the epochs shared out evenly (P-DARTS, Chen et al. 2019): after each stage the
            weakest operations of every edge are left out. All operations and the design's cells when omitted.
        seed: keys first weights, orders and noise.

    Raises:
        ValueError: a setting out of range, stages that do not fit, fewer epochs than stages.

    >>> from tunewright.nas import Cell, Skeleton
    >>> from tunewright.training import Recipe, digit_signals, split
    >>> splits = split(digit_signals(400), seed=0)
    >>> design = Skeleton(Cell(3, ("zero", "identity", "conv3")), filters=4)
    >>> search = Differentiable(design, splits, Recipe(epochs=2), seed=0)
    >>> epochs = list(search.fit())
    >>> epochs[-1].path == search.path
    True

    Attributes:
        history: the epochs so far.
        alpha: the architecture weights, (edges, operations).
        stopped: why the search ended early, None if it did not.
    """

    def __init__(
        self,
        design: Skeleton,
        splits: Splits,
        recipe: Recipe | None = None,
        *,
        order: int = 1,
        gates: Gates | None = None,
        architecture_lr: float = 0.2,
        architecture_decay: float = 1e-3,
        warmup: float = 0.0,
        ending: Ending | None = None,
        stages: Sequence[Stage] | None = None,
        seed: int = 0,
    ) -> None:
        if order not in (1, 2) or isinstance(order, bool):
            raise ValueError(f"order must be 1 or 2, got {order!r}")
        if not 0.0 <= nonnegative("warmup", warmup) < 1.0:
            raise ValueError(f"warmup must be at least 0 and less than 1, got {warmup!r}")
        self.design, self.splits = design, splits
        self.recipe = _RECIPE if recipe is None else recipe
        self.seed = whole("seed", seed)
        self._order, self._gates, self._ending, self._warmup = order, gates or Softmax(), ending, warmup
        self._alpha_rate = positive("architecture_lr", architecture_lr)
        self._optimizer = Adam(beta1=0.5, weight_decay=nonnegative("architecture_decay", architecture_decay))
        wired = several(design)
        if len(wired.operations) < 2:
            raise ArchitectureError(
                f"design must have two operations or more for architecture weights to choose from, got "
                f"{wired.operations}"
            )
        self._stages = Stage.checked(stages, design, self.recipe.epochs)
        self.history: list[ArchitectureEpoch] = []
        self.stopped: str | None = None
        self._counted: int | None = None
        self._begin(0, [wired.operations] * len(wired.edges))

    @property
    def path(self) -> Path:
        """The strongest operation of each edge: of what was learned so far, or until a rule ended the search.

        "zero" is no candidate, since its strength says nothing of its worth (Liu et al. 2019, section 2.4).
        """
        if self._counted is not None:
            return self.history[self._counted - 1].path
        return strongest(self.alpha, self._weights.operations, self._weights.wired)

    def fit(self) -> Iterator[ArchitectureEpoch]:
        """Search until the recipe's epochs are done or the rule ends it, yielding each epoch.

        Raises:
            SearchDivergedError: a loss that is not a finite number.
        """
        while len(self.history) < self.recipe.epochs and self.stopped is None:
            yield self._epoch()

    def trainer(self, recipe: Recipe | None = None, seed: int | None = None) -> Trainer:
        """A trainer of the network of ``path``, from new weights; ``fit()`` trains it."""
        layers = self.design.layers(self.path, self.splits)
        chosen = self.recipe if recipe is None else recipe
        return Trainer(chosen, self.splits, self.seed if seed is None else seed, layers=layers)

    def _begin(self, stage: int, operations: Sequence[Path]) -> None:
        """New weights and an undecided architecture."""
        design = replace(self.design, cells=self._stages[stage].cells)
        self._stage = stage
        self._first = len(self.history)
        left = len(self._stages) - stage
        self._epochs = (self.recipe.epochs - self._first) // left
        self._weights = SharedWeights(design, self.splits, self.recipe, self.seed, operations=operations, stage=stage)
        self._rate = self.recipe.build_schedule(self._weights.steps * self._epochs)
        self.alpha: Array = np.zeros(self._weights.shape)
        self._memory = self._optimizer.start(self.alpha.size)

    def _epoch(self) -> ArchitectureEpoch:
        done = len(self.history) - self._first
        if done == self._epochs:
            kept = self._stages[self._stage + 1].operations
            self._begin(self._stage + 1, narrowed(self.alpha, self._weights.operations, kept))
            done = 0
        train_losses, validation_losses = [], []
        for step, rows in enumerate(self._weights.batches(len(self.history))):
            progress = (done + step / self._weights.steps) / self._epochs
            lr = self.recipe.lr * self._rate(done * self._weights.steps + step)
            if progress >= self._warmup:
                validation_losses.append(self._move_architecture(rows, step, progress, lr))
            train_losses.append(self._move_weights(rows, step, progress, lr))
        metrics = ArchitectureEpoch(
            len(self.history) + 1,
            self._stage,
            float(np.mean(train_losses)),
            float(np.mean(validation_losses)) if validation_losses else math.nan,
            self._gates.temperature((done + 1) / self._epochs),
            entropy(self.alpha),
            strongest(self.alpha, self._weights.operations, self._weights.wired),
            self._eigenvalue(),
        )
        self.history.append(metrics)
        self._judge()
        return metrics

    def _move_architecture(self, rows: Rows, step: int, progress: float, lr: float) -> float:
        """One step of α along its slope on the next batch of the validation part; the loss it had."""
        weights, validation = self._weights, self.splits.validation
        hard, soft = self._gates.gates(self.alpha, progress, self._noise(2 * step))
        weights.ajar(hard)
        held, when = self._validation_rows(step), self._when(step)
        problem = Problem(
            weights,
            lambda: weights.learn(self.splits.train, rows, when),
            lambda: weights.learn(validation, held, when),
            soft,
            self._gates.temperature(progress),
        )
        loss, slope = first_order(problem) if self._order == 1 else second_order(problem, lr)
        flat = self.alpha.reshape(-1)
        self._optimizer.update(self._memory, flat, slope.reshape(-1), self._alpha_rate)
        return loss

    def _move_weights(self, rows: Rows, step: int, progress: float, lr: float) -> float:
        """One step of the weights on a batch of the training part; the loss it had."""
        weights = self._weights
        weights.open(self._gates.gates(self.alpha, progress, self._noise(2 * step + 1))[0])
        loss = weights.learn(self.splits.train, rows, self._when(step))
        weights.update(lr)
        return loss

    def _eigenvalue(self) -> float:
        """The largest eigenvalue of the Hessian of the validation loss at softmax(α), on one batch of it."""
        if self._ending is None or not self._ending.needs_curvature:
            return math.nan
        rows = self._validation_rows(0)

        def slope_at(alpha: Array) -> Array:
            soft = softmax(alpha)
            self._weights.open(soft)
            self._weights.learn(self.splits.validation, rows, self._when(0))
            return through_softmax(soft, self._weights.gate_slopes(), 1.0)

        return curvature(slope_at, self.alpha)

    def _judge(self) -> None:
        """Ask the rule, which sees the epochs of the present stage."""
        if self._ending is None:
            return
        own = self.history[self._first :]
        kept = self._ending.kept([metrics.path.count("identity") for metrics in own], [m.eigenvalue for m in own])
        if kept is not None:
            self._counted = self._first + kept
            self.stopped = f"{self._ending} in epoch {len(self.history)}: the path is that of {self._counted}"

    def _validation_rows(self, step: int) -> Rows:
        """Rows of the validation part: pass after pass in new orders, as many as the recipe's batches have."""
        size = self.splits.validation.size
        taken = min(self.recipe.batch_size, size)
        pass_, place = divmod(len(self.history) * self._weights.steps + step, size // taken)
        # Step 1 keeps these orders apart from those of the training part, which are step 0.
        order = permutation(stream(self.seed, Purpose.SHUFFLE, epoch=pass_, step=1), size)
        return order[place * taken : (place + 1) * taken]

    def _noise(self, step: int) -> np.random.Generator:
        return stream(self.seed, Purpose.PATHS, epoch=len(self.history), step=step)

    def _when(self, step: int) -> str:
        return f"epoch {len(self.history) + 1}, update {step + 1}"
