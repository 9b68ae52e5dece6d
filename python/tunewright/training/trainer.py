"""The trainer: one recipe, one dataset, one seed; epoch by epoch, resumable bit for bit.

Everything that a later epoch depends on is in ``state()``: weights, running statistics, moments, and the metrics so
far. Random numbers are not in it: those of epoch e, step s come from a stream keyed by (seed, purpose, e, s).
"""

from __future__ import annotations

__all__ = ["EpochMetrics", "Score", "Trainer", "train_mlp"]

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from typing import Any

import numpy as np

from tunewright.training.accumulation import learn
from tunewright.training.argument import whole
from tunewright.training.augmentation import check_image
from tunewright.training.checkpoint import pack, unpack
from tunewright.training.dataset import Dataset, Splits
from tunewright.training.layers.layer import Array, Layer
from tunewright.training.loss import cross_entropy
from tunewright.training.network import Network
from tunewright.training.recipe import Recipe
from tunewright.training.streams import Purpose, permutation, stream

# Examples evaluated at once: bounds the memory of evaluating a large part, and is far above the digits' sizes. A
# network of positions holds every position's units (a transformer L² attention weights too): fewer of long sequences.
_CHUNK = 4096
_POSITIONS = 32_768


@dataclass(frozen=True, slots=True)
class Score:
    """Mean cross-entropy in nats (never smoothed) and the share of correct answers. Both NaN for a diverged network."""

    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class EpochMetrics:
    """What one epoch brought.

    ``epoch`` counts from 1; ``lr`` is the rate of its last update; the training loss (with the recipe's smoothing) and
    accuracy are means over its batches as they were met, dropout included; the validation figures come after its last
    update. All but ``epoch`` and ``lr`` are NaN once the run has diverged.
    """

    epoch: int
    lr: float
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float

    @property
    def diverged(self) -> bool:
        """Whether the loss stopped being a finite number."""
        return not math.isfinite(self.train_loss)


class Trainer:
    """Trains one network.

    Attributes:
        recipe: what to train and how.
        splits: what to train and to validate on.
        seed: keys every random number of the run.
        classes: labels that the network tells apart.
        network: the network as trained so far.
        history: the metrics of every epoch so far.
        epoch_steps: updates of one epoch.
    """

    def __init__(self, recipe: Recipe, splits: Splits, seed: int = 0, *, layers: Sequence[Layer] | None = None) -> None:
        """A network with first weights, no epoch done.

        ``layers`` are those of a network of one's own, in place of the recipe's model.

        Raises:
            TypeError: a seed that is not an integer.
            ValueError: a seed outside [0, 2^64), or data whose shape the recipe cannot use.
        """
        if recipe.augmentation_strength > 0.0:
            check_image(splits.train.shape)
        self.recipe = recipe
        self.splits = splits
        self.seed = whole("seed", seed)
        self.classes = splits.classes
        self._rates: Array | None = None
        if layers is None:
            layers = recipe.build_layers(splits.train.shape, self.classes)
            rates = recipe.build_rates(splits.train.shape, self.classes)
            self._rates = None if rates is None else rates.astype(recipe.precision)
        elif recipe.parametrization != "standard":
            raise ValueError(
                f"parametrization must be 'standard' for layers of one's own, got {recipe.parametrization!r}: "
                "how they grow with the width is not known"
            )
        self.network = Network(layers, stream(seed, Purpose.WEIGHTS), recipe.precision)
        self.history: list[EpochMetrics] = []
        self.epoch_steps = -(-splits.train.size // (recipe.batch_size * recipe.gradient_accumulation))
        self._schedule = recipe.build_schedule(self.epoch_steps * recipe.epochs)
        self._plateau = recipe.build_plateau()
        self._optimizer = recipe.build_optimizer()
        self._memory = self._optimizer.start(self.network.parameters.size, recipe.precision)

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.history)

    @property
    def diverged(self) -> bool:
        """Whether the loss stopped being a finite number; further epochs change nothing."""
        return bool(self.history) and self.history[-1].diverged

    def fit(self, epochs: int | None = None) -> Iterator[EpochMetrics]:
        """Train until ``epochs`` are done in all (the recipe's number when omitted), yielding each one's metrics.

        The iterator may be dropped at any epoch; another call goes on from there. Past the recipe's own number the
        schedule holds its last value. A diverged run yields NaN metrics and raises nothing.
        """
        target = self.recipe.epochs if epochs is None else whole("epochs", epochs)
        while self.epoch < target:
            yield self.step_epoch()

    def step_epoch(self) -> EpochMetrics:
        """Train one epoch more and return its metrics."""
        # A diverged network floods NumPy with warnings that say what the NaN metric says already.
        with np.errstate(all="ignore"):
            factor = self._plateau_factor()
            loss, accuracy = (math.nan, math.nan) if self.diverged else self._train_epoch(factor)
            ended = math.isfinite(loss)
            validation = self._score(self.splits.validation) if ended else Score(math.nan, math.nan)
        lr = self.rate((self.epoch + 1) * self.epoch_steps - 1) * factor
        metrics = EpochMetrics(self.epoch + 1, lr, loss, accuracy, validation.loss, validation.accuracy)
        self.history.append(metrics)
        return metrics

    def update(self, lr: float) -> None:
        """One step of the optimiser at ``lr`` along the gradient that the network holds."""
        parameters, gradient, decays = self.network.parameters, self.network.gradient, self.network.decays
        self._optimizer.update(self._memory, parameters, gradient, lr, decays=decays, rates=self._rates)

    def rate(self, step: int) -> float:
        """The learning rate of update ``step`` (from 0, over all epochs), before any reduction on plateau."""
        return self.recipe.lr * self._schedule(step)

    def evaluate(self, dataset: Dataset) -> Score:
        """Loss and accuracy on any dataset of the same features and classes, in prediction mode.

        Raises:
            ValueError: a dataset of other features, or with labels the network does not have.
        """
        if dataset.features != self.splits.train.features or dataset.classes > self.classes:
            raise ValueError(
                f"dataset must have {self.splits.train.features} features and at most {self.classes} classes "
                f"as the training part has, got {dataset.features} and {dataset.classes}"
            )
        with np.errstate(all="ignore"):
            return self._score(dataset)

    def test(self) -> Score:
        """Loss and accuracy on the test part, in prediction mode: for the end, not for choosing by.

        Raises:
            ValueError: the splits have no test part.
        """
        if self.splits.test is None:
            raise ValueError("splits must have a test part to be tested on, got None; split with test above 0")
        return self.evaluate(self.splits.test)

    def predict(self, inputs: Array) -> Array:
        """Logits (n, classes) of inputs (n, features), in the recipe's precision.

        Raises:
            ValueError: inputs of another shape.
        """
        inputs = np.asarray(inputs, dtype=np.float64)
        if inputs.ndim != 2 or inputs.shape[1] != self.splits.train.features:
            raise ValueError(f"inputs must have shape (n, {self.splits.train.features}), got {inputs.shape}")
        with np.errstate(all="ignore"):
            logits = [self.network.predict(inputs[rows]) for rows in self._chunks(len(inputs))]
        return np.concatenate(logits) if logits else np.empty((0, self.classes), self.recipe.precision)

    def state(self) -> dict[str, Any]:
        """A checkpoint: plain numbers, one string and arrays, copied.

        ``numpy.savez(path, **state)`` writes it without pickle and ``restore(numpy.load(path))`` reads it. As JSON,
        write arrays with ``tolist()``: ``restore`` takes lists too.
        """
        return pack(self.recipe, self.seed, self.network, self._memory, [astuple(m) for m in self.history])

    def restore(self, state: Mapping[str, Any], *, strict: bool = True) -> None:
        """Take up a run where ``state`` left it: the epochs that follow have the bits they would have had.

        With ``strict=False`` another recipe or seed may go on from the same weights (a changed rate, say), as long as
        the network and the optimiser's moments have the same shapes.

        Raises:
            ValueError: not a checkpoint of this trainer; it is left as it was.
        """
        rows = unpack(state, self.recipe, self.seed, self.network, self._memory, strict=strict)
        self.history = [EpochMetrics(int(row[0]), *map(float, row[1:])) for row in rows]

    def _plateau_factor(self) -> float:
        if self._plateau is None:
            return 1.0
        return self._plateau.factor(metrics.validation_loss for metrics in self.history)

    def _train_epoch(self, factor: float) -> tuple[float, float]:
        """(mean loss, mean accuracy) of one pass; (NaN, NaN) as soon as one batch's loss is not finite."""
        recipe, train, network = self.recipe, self.splits.train, self.network
        order = permutation(stream(self.seed, Purpose.SHUFFLE, epoch=self.epoch), train.size)
        taken = recipe.batch_size * recipe.gradient_accumulation
        loss_sum, correct = 0.0, 0
        for step in range(self.epoch_steps):
            rows = order[step * taken : (step + 1) * taken]
            loss, right = learn(network, train, rows, recipe, self.classes, partial(self._stream, step))
            if not math.isfinite(loss):
                return math.nan, math.nan
            loss_sum += loss * len(rows)
            correct += right
            self.update(self.rate(self.epoch * self.epoch_steps + step) * factor)
        return loss_sum / train.size, correct / train.size

    def _stream(self, step: int, batch: int, purpose: Purpose) -> np.random.Generator:
        """The stream for ``purpose`` of the ``batch``-th batch of update ``step`` of this epoch."""
        step = step * self.recipe.gradient_accumulation + batch
        return stream(self.seed, purpose, epoch=self.epoch, step=step)

    def _score(self, dataset: Dataset) -> Score:
        loss_sum, correct = 0.0, 0
        for rows in self._chunks(dataset.size):
            labels = dataset.labels[rows]
            logits = self.network.predict(dataset.inputs[rows])
            loss_sum += cross_entropy(logits, labels)[0] * len(labels)
            correct += int(np.count_nonzero(logits.argmax(axis=1) == labels))
        if not math.isfinite(loss_sum):
            return Score(math.nan, math.nan)
        return Score(loss_sum / dataset.size, correct / dataset.size)

    def _chunks(self, n: int) -> Iterator[slice]:
        """The n examples in parts that are evaluated at once."""
        positional = self.recipe.model != "mlp"
        size = max(1, _POSITIONS // self.splits.train.features) if positional else _CHUNK
        return (slice(first, first + size) for first in range(0, n, size))


def train_mlp(splits: Splits, *, seed: int = 0, **settings: Any) -> Trainer:
    """A trainer that has run all the epochs of ``Recipe(**settings)``.

    Its ``history`` holds the metrics; ``test()`` is the held-out score.

    Raises:
        TypeError: a setting that ``Recipe`` does not have, or of the wrong type.
        ValueError: a setting out of range.
    """
    trainer = Trainer(Recipe(**settings), splits, seed)
    for _ in trainer.fit():
        pass
    return trainer
