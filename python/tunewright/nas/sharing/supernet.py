"""One-shot search: train all paths of a design at once, rank them by the weights they inherit, fine-tune the best."""

from __future__ import annotations

__all__ = ["Supernet", "SupernetEpoch"]

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from tunewright.nas.architecture import Architecture
from tunewright.nas.sharing.sampling import SAMPLERS
from tunewright.nas.sharing.weights import SharedWeights
from tunewright.nas.skeleton import Skeleton
from tunewright.nas.wiring import Path
from tunewright.strategies import RegularizedEvolution
from tunewright.strategies.protocol import Strategy
from tunewright.study import Study
from tunewright.training import Dataset, Recipe, Score, Splits, Trainer
from tunewright.training.argument import choice, whole
from tunewright.training.layers import Array
from tunewright.training.part import Part
from tunewright.training.streams import Purpose, stream
from tunewright.trial import Trial

_RECIPE = Recipe(epochs=20, lr=5e-3, schedule="cosine")


@dataclass(frozen=True, slots=True)
class SupernetEpoch:
    """One epoch: its number from 1, the ``lr`` of its last update, the mean ``loss`` of the paths it trained."""

    epoch: int
    lr: float
    loss: float


class Supernet:
    """The weights of every path of ``design``, trained by a few paths an update.

    With ``sampling="uniform"`` an update trains one random path on one batch (single path one-shot, Guo et al. 2020);
    with ``"fair"`` as many paths as there are operations, which hold each operation of each edge once, and their
    gradients add up (FairNAS, Chu et al. 2021): its epochs cost so many times as much. Of a ``DartsCell`` an update's
    paths take the same edges, drawn evenly: fair ones train every operation of those once. ``recipe`` says how; of its
    settings those of the network (model, depth, width, dropout, …) and ``gradient_accumulation`` play no part.
    A pure function of the arguments.

    >>> from tunewright.nas import Cell, Skeleton
    >>> from tunewright.training import Recipe, digit_signals, split
    >>> splits = split(digit_signals(400), seed=0)
    >>> design = Skeleton(Cell(3, ("identity", "conv3")), filters=4)
    >>> supernet = Supernet(design, splits, Recipe(epochs=2), seed=0)
    >>> epochs = list(supernet.fit())
    >>> best = supernet.choose(trials=8)
    >>> trainer = supernet.fine_tune(best, Recipe(epochs=2))
    >>> len(list(trainer.fit()))
    2

    Attributes:
        design, splits, recipe, seed: as given.
        history: the epochs so far.
    """

    def __init__(
        self,
        design: Skeleton,
        splits: Splits,
        recipe: Recipe | None = None,
        *,
        sampling: str = "fair",
        seed: int = 0,
    ) -> None:
        """First weights, no epoch done.

        Raises:
            ValueError: an unknown sampling, a seed out of range, data of a shape that the design cannot read.
        """
        self.design, self.splits = design, splits
        self.recipe = _RECIPE if recipe is None else recipe
        self.seed = whole("seed", seed)
        self._paths = SAMPLERS[choice("sampling", sampling, SAMPLERS)]
        self._weights = SharedWeights(design, splits, self.recipe, self.seed)
        self._rate = self.recipe.build_schedule(self._weights.steps * self.recipe.epochs)
        self.history: list[SupernetEpoch] = []

    def fit(self, epochs: int | None = None) -> Iterator[SupernetEpoch]:
        """Train until ``epochs`` are done in all (the recipe's number when omitted), yielding each.

        Raises:
            SearchDivergedError: a loss that is not a finite number.
        """
        target = self.recipe.epochs if epochs is None else whole("epochs", epochs)
        while len(self.history) < target:
            yield self._epoch()

    def score(self, path: Sequence[str], dataset: Dataset | None = None) -> Score:
        """Loss and accuracy of ``path`` with inherited weights, on the validation part when no dataset is given.

        The batch norms are measured again on training examples that go that path.

        Raises:
            ArchitectureError: what is no path, or one through which nothing of an input flows.
        """
        self._weights.open(self._gates(path))
        return self._weights.score(self.splits.validation if dataset is None else dataset)

    def objective(self, *metrics: str) -> Callable[[Trial], dict[str, float]]:
        """The objective of a study of ``design.space`` that returns these metrics, "accuracy" when none is named.

        "accuracy" and "loss" are those of inherited weights on the validation part, "flops" multiplications an example
        and "weights" numbers to train, both of the cells alone.

        Raises:
            ValueError: a metric that is none of these.
        """
        names = metrics or ("accuracy",)
        for name in names:
            choice("metrics", name, ("accuracy", "loss", "flops", "weights"))

        def measured(trial: Trial) -> dict[str, float]:
            path = self.design.path_of(trial.config)
            weights, multiplications = self.design.cost(path, self.splits)
            found = {"weights": float(weights), "flops": float(multiplications)}
            if {"accuracy", "loss"} & set(names):
                score = self.score(path)
                found |= {"accuracy": score.accuracy, "loss": score.loss}
            return {name: found[name] for name in names}

        return measured

    def choose(self, trials: int = 200, strategy: Strategy | None = None) -> Path:
        """The path of the least inherited validation loss among ``trials``, searched by regularised evolution.

        The loss tells paths apart that are right equally often, and those that were barely trained. For several
        objectives, constraints or a storage make a study of one's own:
        ``tw.Study(design.space, maximize="accuracy", minimize="flops", strategy=tw.NSGA2())`` with
        ``objective("accuracy", "flops")``.

        Raises:
            ValueError: every path that was tried has a loss that is not a finite number.
        """
        return self.shortlist(1, trials, strategy)[0]

    def shortlist(self, size: int = 3, trials: int = 200, strategy: Strategy | None = None) -> list[Path]:
        """Paths of ``size`` different architectures, or of as many as were tried, as :meth:`choose` ranks them.

        Inherited weights part good paths from bad ones and not the best from the next best: train each of a few alone.

        Raises:
            ValueError: every path that was tried has a loss that is not a finite number.
        """
        whole("size", size, least=1)
        whole("trials", trials, least=1)
        strategy = RegularizedEvolution(population=25, sample=8) if strategy is None else strategy
        study = Study(self.design.space, minimize="loss", strategy=strategy, seed=self.seed)
        study.optimize(self.objective("loss"), trials=trials, progress=False)
        tried = study.trials
        losses = np.array([math.inf if trial.values is None else trial.values["loss"] for trial in tried])
        ranked = np.argsort(losses, kind="stable")[: np.isfinite(losses).sum()]
        if not len(ranked):
            raise ValueError(
                f"no path of {trials} has a finite inherited loss: fit the supernet first, or lower the recipe's lr"
            )
        best: dict[Architecture, Path] = {}  # one path for all that compute the same
        for config in (tried[number].config for number in ranked):
            best.setdefault(self.design.architecture(config), self.design.path_of(config))
        return list(best.values())[:size]

    def fine_tune(self, path: Sequence[str], recipe: Recipe | None = None) -> Trainer:
        """A trainer of the network of ``path`` alone that starts from the inherited weights; ``fit()`` trains it.

        Raises:
            ValueError: a path that the design does not have, or on which nothing reaches the output.
        """
        recipe = self.recipe if recipe is None else recipe
        trainer = Trainer(recipe, self.splits, self.seed, layers=self.design.layers(path, self.splits))
        self.score(path)  # leaves this path's statistics in the batch norms
        Part(trainer.network, self._weights.network, partial(self._weights.shared_name, path)).take()
        return trainer

    def _gates(self, path: Sequence[str]) -> Array:
        self.design.graph(path)  # raises for what is no path, or leads nowhere
        return self._weights.one_hot(self._weights.places(path))

    def _epoch(self) -> SupernetEpoch:
        weights, train, epoch = self._weights, self.splits.train, len(self.history)
        losses, lr = [], 0.0
        for step, rows in enumerate(weights.batches(epoch)):
            lr = self.recipe.lr * self._rate(epoch * weights.steps + step)
            total, gates = np.zeros(0), np.zeros(weights.shape)
            draws = stream(self.seed, Purpose.PATHS, epoch=epoch, step=step)
            paths = self._paths(draws, *weights.shape)
            taken = weights.wired.kept(draws.random(weights.shape[0]))  # of all: fair to operations
            for places in np.where(taken, paths, -1):
                weights.open(weights.one_hot(places))
                losses.append(weights.learn(train, rows, f"epoch {epoch + 1}, update {step + 1}"))
                total = weights.network.gradient + total if total.size else weights.network.gradient.copy()
                gates += weights.one_hot(places)
            weights.network.gradient[...] = total
            weights.open(gates)  # what took part in the update
            weights.update(lr)
        self.history.append(SupernetEpoch(epoch + 1, lr, float(np.mean(losses))))
        return self.history[-1]
