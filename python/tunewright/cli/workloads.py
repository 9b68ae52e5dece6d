"""The workloads that ``tunewright tune`` brings along: small networks of the NumPy trainer, seconds to train."""

from __future__ import annotations

__all__ = ["WORKLOADS", "Workload"]

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tunewright.guide import defaults, entry
from tunewright.guide.entry import Workload as Kind
from tunewright.space import Categorical, Domain, Int, Ordinal, PowerOfTwo, Space
from tunewright.training import Dataset, Probe, Recipe, Splits, Trainer, load_digits, sorted_sequences
from tunewright.trial import Trial

_SHARED = (
    "lr", "schedule", "beta1", "beta2", "weight_decay", "dropout", "label_smoothing", "eps", "max_grad_norm",
    "warmup_ratio",
)  # fmt: skip
_NONE = {"label_smoothing": 0.0, "warmup_ratio": 0.0}  # where the defaults of a workload say nothing


@dataclass(frozen=True)
class Workload:
    """A network, data, and what to tune of them; see :func:`tunewright.recipe` for what each method is given to.

    Attributes:
        name: of the workload.
        what: it is, in a few words.
        domain: whose defaults of the guide it starts from.
        model: of the trainer.
        parts: examples to train on and to validate with; all others are the test set.
        sizes: parameters of the network and its batches.
        start: their values to start from.
        epochs: of a training.
        seed: of the split.
    """

    name: str
    what: str
    domain: Kind
    model: str
    parts: tuple[int, int]
    sizes: tuple[tuple[str, Domain], ...]
    start: tuple[tuple[str, Any], ...]
    epochs: int = 20
    seed: int = 0

    @property
    def space(self) -> Space:
        """The catalogue's parameters that the network has, and its sizes."""
        shared = {name: entry(name).domain(self.domain, None) for name in _SHARED}
        return Space(shared | dict(self.sizes))

    @property
    def beginning(self) -> dict[str, Any]:
        """The guide's defaults, untuned."""
        known = _NONE | defaults(self.domain) | dict(self.start)
        return {name: known[name] for name in self.space.names}

    @property
    def splits(self) -> Splits:
        """The data in three parts, by the workload's seed."""
        return _splits(self.name, self.parts, self.seed)

    def trainer(self, config: Mapping[str, Any], seed: int) -> Trainer:
        """A training that begins."""
        return Trainer(Recipe(model=self.model, epochs=self.epochs, **config), self.splits, seed)

    def objective(self, trial: Trial) -> float:
        """Validation loss, reported after each epoch."""
        trainer = self.trainer(trial.config, trial.seed)
        loss = math.nan
        for _ in trial.epochs(self.epochs):
            loss = trainer.step_epoch().validation_loss
            trial.report(loss=loss)
            if trainer.diverged:
                break
        return loss

    def probe(self, config: Mapping[str, Any]) -> Probe:
        """A step function for the range test."""
        return Probe(self.trainer(config, self.seed))

    def test(self, config: Mapping[str, Any], seed: int = 0) -> dict[str, float]:
        """Loss and accuracy on the test set, of one more training."""
        trainer = self.trainer(config, seed)
        for _ in trainer.fit():
            pass
        score = trainer.test()
        return {"loss": score.loss, "accuracy": score.accuracy}


@functools.cache
def _data(name: str) -> Dataset:
    if name == "sort":
        return sorted_sequences(1400, length=5, tokens=6, seed=0)
    return load_digits()


@functools.lru_cache(maxsize=8)
def _splits(name: str, parts: tuple[int, int], seed: int) -> Splits:
    data = _data(name)
    rows = np.random.default_rng(seed).permutation(data.size)
    train, validation, test = np.split(rows, np.cumsum(parts))
    return Splits(data.take(train), data.take(validation), data.take(test))


_BATCHES = ("batch_size", PowerOfTwo(16, 128))

WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload(
            "digits", "a perceptron on 300 handwritten digits", "vision", "mlp", (300, 300),
            (_BATCHES, ("depth", Int(1, 3)), ("width", PowerOfTwo(16, 64))), (("depth", 2), ("width", 32)),
        ),
        Workload(
            "conv", "a convolutional network on 150 handwritten digits", "vision", "conv", (150, 250),
            (_BATCHES, ("depth", Int(1, 2)), ("width", Ordinal(4, 6, 8)), ("norm", Categorical("none", "batch"))),
            (("depth", 2), ("width", 6), ("norm", "none")),
        ),
        Workload(
            "sort", "a transformer that tells sorted sequences from others", "general", "transformer", (400, 300),
            (
                _BATCHES, ("depth", Int(1, 2)), ("width", PowerOfTwo(8, 16)), ("heads", Ordinal(1, 2)),
                ("ff_ratio", Ordinal(1, 2, 4)), ("attention_dropout", entry("attention_dropout").domain("nlp", None)),
            ),
            (("depth", 1), ("width", 16), ("heads", 2), ("ff_ratio", 4), ("attention_dropout", 0.1)), 15,
        ),
    )
}  # fmt: skip
