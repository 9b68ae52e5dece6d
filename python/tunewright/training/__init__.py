"""The NumPy reference trainer: perceptrons, transformers and convolutional networks, by hand and to the bit.

It stands alone: it knows nothing of tuning, and its only needs are NumPy and SciPy's error function. Everything is
float64, or float32 with ``precision="float32"``; every run is a pure function of (recipe, data, seed), and a run
resumed from a checkpoint has the bits of one that was never interrupted, whatever the number of BLAS threads (on one
kind of machine, with one build of NumPy).

    >>> from tunewright.training import Recipe, Trainer, load_digits, split
    >>> splits = split(load_digits(), seed=0)
    >>> trainer = Trainer(Recipe(epochs=10, width=64), splits, seed=0)
    >>> for metrics in trainer.fit():
    ...     trace = (metrics.epoch, metrics.validation_accuracy)
    >>> trainer.test().accuracy > 0.9
    True

Interrupt and go on, in another process if you like:

    >>> first = Trainer(Recipe(epochs=4), splits, seed=7)
    >>> early = list(first.fit(2))
    >>> second = Trainer(Recipe(epochs=4), splits, seed=7)
    >>> second.restore(first.state())
    >>> list(second.fit()) == list(first.fit())
    True

``Recipe`` documents every setting. The pieces can be used alone: ``layers``, ``optimizers`` and ``schedules`` are rooms
of their own, ``cross_entropy``, ``clip_by_norm``, ``split_rows`` and ``fold_rows`` are functions of arrays.
"""

from __future__ import annotations

__all__ = [
    "SCHEDULE_NAMES",
    "Dataset",
    "EpochMetrics",
    "Network",
    "Probe",
    "Recipe",
    "Score",
    "Splits",
    "Trainer",
    "augmented",
    "clip_by_norm",
    "conv",
    "cross_entropy",
    "digit_signals",
    "fold_rows",
    "folds",
    "global_norm",
    "load_digits",
    "mixup",
    "mlp",
    "narrowed",
    "part_rows",
    "pooled",
    "reduced",
    "repeated_tokens",
    "sorted_sequences",
    "split",
    "split_rows",
    "train_mlp",
    "transformer",
]

from tunewright.training.augmentation import augmented
from tunewright.training.clipping import clip_by_norm, global_norm
from tunewright.training.convolution import conv
from tunewright.training.dataset import Dataset, Splits
from tunewright.training.digits import load_digits
from tunewright.training.fidelity import narrowed, part_rows, pooled, reduced
from tunewright.training.loss import cross_entropy
from tunewright.training.mixup import mixup
from tunewright.training.network import Network, mlp
from tunewright.training.probe import Probe
from tunewright.training.recipe import SCHEDULE_NAMES, Recipe
from tunewright.training.sequences import repeated_tokens, sorted_sequences
from tunewright.training.signals import digit_signals
from tunewright.training.splitting import fold_rows, folds, split, split_rows
from tunewright.training.trainer import EpochMetrics, Score, Trainer, train_mlp
from tunewright.training.transformer import transformer
