"""``tunewright demo``: eleven hyperparameters of a real network on real handwritten digits, in under a minute."""

from __future__ import annotations

import functools
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tunewright.cli.table import number, table
from tunewright.schedulers import ASHA
from tunewright.space import Categorical, Float, Int, PowerOfTwo, Space
from tunewright.strategies import GaussianProcess
from tunewright.study import Study
from tunewright.training import Dataset, Recipe, Splits, Trainer, fold_rows, folds, load_digits
from tunewright.trial import Trial, TrialView

__all__ = ["demo", "objective", "space"]

_EPOCHS = 12
_HALVING = ASHA(_EPOCHS, min_resource=2, reduction_factor=3, promotion=True)  # rungs after 2, 6 and 12 epochs
_SEEDS = (101, 102, 103)  # of the final comparison; trials use their own numbers


def space() -> Space:
    """What the demo tunes."""
    return Space(
        lr=Float(1e-4, 1e-1, log=True),
        depth=Int(1, 3),
        width=Int(16, 128, log=True),
        batch_size=PowerOfTwo(16, 256),
        optimizer=Categorical("sgd", "rmsprop", "adam", "adamw"),
        beta2=Float(0.9, 0.9999),
        weight_decay=Float(1e-6, 1e-1, log=True),
        dropout=Float(0.0, 0.5),
        label_smoothing=Float(0.0, 0.2),
        schedule=Categorical("constant", "cosine", "linear", "exponential"),
        warmup=Float(0.0, 0.3),
    )


def objective(trial: Trial) -> float:
    """Mean accuracy over the folds, reported after each epoch; a trial that is promoted goes on where it was."""
    recipe = Recipe(epochs=_EPOCHS, **trial.config)
    trainers = [Trainer(recipe, fold, trial.number) for fold in _tuning_folds()]
    for trainer, state in zip(trainers, trial.load() or (), strict=False):  # a new trial has no state
        trainer.restore(state)
    accuracy = math.nan
    for _ in trial.epochs(_EPOCHS):
        accuracy = float(np.mean([trainer.step_epoch().validation_accuracy for trainer in trainers]))
        trial.report(accuracy=accuracy)
    if trial.resource != _EPOCHS:
        trial.save([trainer.state() for trainer in trainers])
    return accuracy


@functools.cache
def _parts() -> tuple[Dataset, Dataset]:
    """Four fifths of the digits to tune on, one fifth that the search never sees."""
    digits = load_digits()
    test, *rest = fold_rows(digits.labels, k=5, seed=0)
    return digits.take(np.sort(np.concatenate(rest))), digits.take(test)


@functools.cache
def _tuning_folds() -> tuple[Splits, ...]:
    return folds(_parts()[0], k=3, seed=0)


def demo(file: str, *, seconds: float, trials: int, workers: int) -> None:
    """Search, then compare the winner with the untuned defaults on data that the search never saw."""
    began = time.monotonic()
    study = Study(
        space(),
        maximize="accuracy",
        strategy=GaussianProcess(),
        scheduler=_HALVING,
        storage=file,
        name="digits",
        seed=0,
    )
    study.recover()
    before = study.ledger.begun
    print(f"Tuning {study.space.dimension} hyperparameters of a neural network on 1,797 handwritten digits.")
    print(f"Study 'digits' in {Path(file).resolve()} has {before} trials; up to {trials} more in {seconds:g} s.\n")
    study.optimize(objective, more=trials, timeout=seconds, workers=workers)
    print(f"{study.ledger.begun - before} trials on {len(_tuning_folds())} folds in {time.monotonic() - began:.0f} s.")
    _count_epochs(study)
    best = study.top(5)
    if not best:
        print("None has come to its last epoch yet. Run the command again to go on, with more --seconds or --trials.")
        return
    print("The best five by cross-validated accuracy:\n")
    print(table(["trial", "accuracy", *space().names], [_row(trial) for trial in best]))
    _compare(study)
    print(f"\nEvery trial is in {file}. Run the command again to go on, or look around:")
    print(f"  tunewright best {file} --top 10")
    print(f"  tunewright show {file} --trial {best[0].number}")
    print(f"  tunewright export {file} --to digits.csv")


def _count_epochs(study: Study) -> None:
    """Say what it saved to train in full only the trials that were promoted."""
    trials, spent = study.history.n, len(study.history.reports)
    full = int(np.count_nonzero(study.history.complete))
    print(
        f"The study's {trials} trials took {spent} epochs, {full} of them in full; all in full would have taken "
        f"{trials * _EPOCHS}: {1 - spent / (trials * _EPOCHS):.0%} saved."
    )


def _row(trial: TrialView) -> list[str]:
    return [str(trial.number), f"{trial.value:.4f}", *(number(value) for value in trial.config.values())]


def _compare(study: Study) -> None:
    tuned, untuned = (_test(config) for config in (study.best_config, {}))
    print(f"\nTrained anew with {len(_SEEDS)} other seeds, accuracy on the held-out test digits (mean ± deviation):\n")
    print(f"  untuned defaults  {untuned.mean():.4f} ± {untuned.std(ddof=1):.4f}")
    print(f"  trial {study.best_trial.number:<10}  {tuned.mean():.4f} ± {tuned.std(ddof=1):.4f}")
    wrong = len(_SEEDS) * _parts()[1].size * (1.0 - np.array([untuned.mean(), tuned.mean()]))
    print(f"  wrong digits: {wrong[0]:.0f} untuned, {wrong[1]:.0f} tuned")


def _test(config: dict[str, Any]) -> npt.NDArray[np.float64]:
    rest, test = _parts()
    trainers = [Trainer(Recipe(epochs=_EPOCHS, **config), Splits(rest, test), seed) for seed in _SEEDS]
    return np.array([list(trainer.fit())[-1].validation_accuracy for trainer in trainers])
