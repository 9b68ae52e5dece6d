"""Once for all: one set of weights for networks of many depths and widths, trained from the largest to the smallest.

Cai, Gan, Wang, Zhang & Han 2020 (ICLR), section 3: the largest network first, then shallower ones too, then narrower
ones too, each the leading block of every array; before widths open, channels are sorted by importance, and the largest
network teaches the others.
"""

from __future__ import annotations

__all__ = ["Elastic", "ElasticEpoch"]

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tunewright.nas.sharing.backbone import Backbone, Shape
from tunewright.nas.sharing.recipes import check_recipe, diverged
from tunewright.nas.sharing.scoring import calibrated, calibrated_score
from tunewright.nas.sharing.updates import update_at
from tunewright.strategies import RegularizedEvolution
from tunewright.strategies.protocol import Strategy
from tunewright.study import Study
from tunewright.training import Dataset, Network, Recipe, Score, Splits, Trainer, clip_by_norm
from tunewright.training.argument import choice, fraction, whole
from tunewright.training.layers import Array
from tunewright.training.part import Part
from tunewright.training.streams import Purpose, permutation, stream
from tunewright.trial import Trial

_RECIPE = Recipe(epochs=30, lr=5e-3)
PHASES = ("largest", "depth", "width")


@dataclass(frozen=True, slots=True)
class ElasticEpoch:
    """One epoch: its number from 1, what was open in it ("largest", "depth" or "width"), the mean ``loss``."""

    epoch: int
    phase: str
    loss: float


class Elastic:
    """The weights of every shape of ``backbone``.

    A third of the epochs trains the largest network; a third one random depth an update at full width; the last one
    random depth and random widths. From the second third on, targets are ``distillation`` parts of what the largest
    network, as it was then, says and 1 - ``distillation`` parts label. ``recipe``: as of ``Supernet``; its schedule
    begins anew with each third. A pure function of the arguments.

    Attributes:
        backbone, splits, recipe, seed: as given.
        history: the epochs so far.
    """

    def __init__(
        self,
        backbone: Backbone,
        splits: Splits,
        recipe: Recipe | None = None,
        *,
        distillation: float = 0.5,
        seed: int = 0,
    ) -> None:
        """First weights, no epoch done.

        Raises:
            ValueError: fewer than three epochs, a setting out of range or that would have to be ignored.
        """
        self.backbone, self.splits = backbone, splits
        self.recipe = _RECIPE if recipe is None else recipe
        check_recipe(self.recipe)
        if self.recipe.epochs < len(PHASES):
            raise ValueError(f"recipe's epochs must be 3 or more, one for each phase, got {self.recipe.epochs}")
        self.seed = whole("seed", seed)
        self._distillation = fraction("distillation", distillation)
        self._network = self._built(backbone.largest, stream(self.seed, Purpose.WEIGHTS))
        self._steps = -(-splits.train.size // self.recipe.batch_size)
        self._optimizer = self.recipe.build_optimizer()
        self._memory = self._optimizer.start(self._network.parameters.size)
        self._taught: Array | None = None
        self.history: list[ElasticEpoch] = []

    def fit(self, epochs: int | None = None) -> Iterator[ElasticEpoch]:
        """Train until ``epochs`` are done in all (the recipe's number when omitted), yielding each.

        Raises:
            SearchDivergedError: a loss that is not a finite number.
        """
        target = self.recipe.epochs if epochs is None else min(whole("epochs", epochs), self.recipe.epochs)
        while len(self.history) < target:
            yield self._epoch()

    def score(self, shape: Sequence[int], dataset: Dataset | None = None) -> Score:
        """Loss and accuracy of ``shape`` with inherited weights, on the validation part when no dataset is given."""
        part = self._part(self.backbone.checked(shape))[0]
        return calibrated_score(part, self.splits.train, self.splits.validation if dataset is None else dataset)

    def objective(self, *metrics: str) -> Callable[[Trial], dict[str, float]]:
        """The objective of a study of ``backbone.space``: see ``Supernet.objective``.

        Raises:
            ValueError: a metric that is none of "accuracy", "loss", "flops" and "weights".
        """
        names = metrics or ("accuracy",)
        for name in names:
            choice("metrics", name, ("accuracy", "loss", "flops", "weights"))

        def measured(trial: Trial) -> dict[str, float]:
            shape = self.backbone.shape_of(trial.config)
            weights, multiplications = self.backbone.cost(shape, self.splits)
            score = self.score(shape)
            found = {"accuracy": score.accuracy, "loss": score.loss}
            found |= {"weights": float(weights), "flops": float(multiplications)}
            return {name: found[name] for name in names}

        return measured

    def choose(self, trials: int = 50, strategy: Strategy | None = None) -> Shape:
        """The shape of the best inherited validation accuracy among ``trials``, searched by regularised evolution."""
        strategy = RegularizedEvolution(population=15, sample=5) if strategy is None else strategy
        study = Study(self.backbone.space, maximize="accuracy", strategy=strategy, seed=self.seed)
        study.optimize(self.objective(), trials=trials, progress=False)
        return self.backbone.shape_of(study.best_config)

    def fine_tune(self, shape: Sequence[int], recipe: Recipe | None = None) -> Trainer:
        """A trainer of the network of ``shape`` alone that starts from the inherited weights; ``fit()`` trains it."""
        shape = self.backbone.checked(shape)
        own = self.recipe if recipe is None else recipe
        trainer = Trainer(own, self.splits, self.seed, layers=self.backbone.layers(shape, self.splits))
        part = self._part(shape)[0]
        calibrated(part, self.splits.train)
        Part(trainer.network, part).take()
        return trainer

    def _built(self, shape: Shape, rng: np.random.Generator) -> Network:
        # Batch norms keep the statistics of the last batch alone: those of one shape say nothing of another.
        return Network(self.backbone.layers(shape, self.splits, momentum=1.0), rng)

    def _part(self, shape: Shape) -> tuple[Network, Part]:
        """The network of ``shape`` with the leading blocks of the weights."""
        network = self._built(shape, stream(self.seed, Purpose.WEIGHTS))
        fewer = self.backbone.depths[-1] - len(shape)

        def name(own: str) -> str:
            layer, _, rest = own.partition(".")
            return own if int(layer) <= len(shape) else f"{int(layer) + fewer}.{rest}"

        part = Part(network, self._network, name)
        part.take()
        return network, part

    def _epoch(self) -> ElasticEpoch:
        epoch, third = len(self.history), self.recipe.epochs // len(PHASES)
        phase = min(epoch // third, len(PHASES) - 1)
        first = phase * third
        if epoch == first and phase == 1:
            self._taught = self._answers()
        if epoch == first and phase == 2:
            self._sort()
        length = third if phase < len(PHASES) - 1 else self.recipe.epochs - first
        rate = self.recipe.build_schedule(length * self._steps)
        train, losses = self.splits.train, []
        order = permutation(stream(self.seed, Purpose.SHUFFLE, epoch=epoch), train.size)
        for step in range(self._steps):
            rows = order[step * self.recipe.batch_size :][: self.recipe.batch_size]
            shape = self._drawn(phase, stream(self.seed, Purpose.PATHS, epoch=epoch, step=step))
            lr = self.recipe.lr * rate((epoch - first) * self._steps + step)
            losses.append(self._move(shape, rows, lr))
            if not math.isfinite(losses[-1]):
                raise diverged(losses[-1], f"epoch {epoch + 1}, update {step + 1}", self.recipe)
        self.history.append(ElasticEpoch(epoch + 1, PHASES[phase], float(np.mean(losses))))
        return self.history[-1]

    def _drawn(self, phase: int, rng: np.random.Generator) -> Shape:
        """The shape that an update trains: what the phase leaves open is drawn evenly."""
        backbone = self.backbone
        depth = backbone.depths[int(rng.random() * len(backbone.depths))] if phase > 0 else backbone.depths[-1]
        if phase < 2:
            return (backbone.widths[-1],) * depth
        return tuple(backbone.widths[int(draw * len(backbone.widths))] for draw in rng.random(depth))

    def _move(self, shape: Shape, rows: npt.NDArray[np.intp], lr: float) -> float:
        """One update of the weights of ``shape`` on a batch; the loss it had."""
        network, part = self._part(shape)
        train = self.splits.train
        targets: npt.NDArray[Any] = train.labels[rows]
        with np.errstate(all="ignore"):  # the loss says it all
            if self._taught is not None:
                labels = np.eye(self.splits.classes)[targets]
                targets = (1.0 - self._distillation) * labels + self._distillation * self._taught[rows]
            loss, _ = network.learn(train.inputs[rows], targets, smoothing=self.recipe.label_smoothing)
        if not math.isfinite(loss):
            return loss
        if self.recipe.clip_norm is not None:
            clip_by_norm(network.gradient, self.recipe.clip_norm)
        self._network.gradient[...] = 0.0
        part.add_gradient()
        update_at(self._optimizer, self._memory, self._network, lr, part.places())
        return loss

    def _answers(self) -> Array:
        """What the largest network says of the training part, (n, classes), rows that add up to 1."""
        network = calibrated(self._part(self.backbone.largest)[0], self.splits.train)
        logits = network.predict(self.splits.train.inputs)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        answers: Array = powers / powers.sum(axis=1, keepdims=True)
        return answers

    def _sort(self) -> None:
        """Put the channels of each block in the order of the norms (L1) of their filters, largest first.

        What follows a block reads its channels in the new order: the largest network stays the map it was. The
        optimiser's moments go with their weights.
        """
        arrays = [self._network.arrays]
        arrays += [self._network.named(moment) for moment in self._memory.moments.values()]
        depth = self.backbone.depths[-1]
        for block in range(1, depth + 1):
            filters = self._network.arrays[f"{block}.0.weight"]
            order = np.argsort(-np.abs(filters).sum(axis=(0, 1)), kind="stable")
            following = f"{block + 1}.0.weight" if block < depth else f"{depth + 2}.weight"
            for named in arrays:
                for own in ("0.weight", "1.gain", "1.offset", "1.mean", "1.variance"):
                    if f"{block}.{own}" in named:  # running statistics have no moments
                        named[f"{block}.{own}"][...] = named[f"{block}.{own}"][..., order]
                following_axis = named[following].ndim - 2
                named[following][...] = named[following].take(order, axis=following_axis)
