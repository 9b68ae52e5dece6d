"""Population-based training beside fixed configurations of the same epochs, on the handwritten digits.

    python benches/python/bench_population.py --seeds 10

For each seed: eight configurations drawn at random and trained in full; the same eight as founders of a population
(PBT and PB2), which spends as many epochs. The winner is chosen by validation loss; its accuracy is then measured on a
fifth of the digits that nothing was chosen on.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import tunewright as tw
from tunewright.training import Dataset, Recipe, Splits, Trainer, fold_rows, load_digits

EPOCHS, MEMBERS, INTERVAL = 40, 8, 4
SPACE = tw.Space(
    lr=tw.Float(1e-4, 1e-1, log=True),
    weight_decay=tw.Float(1e-6, 1e-1, log=True),
    dropout=tw.Float(0.0, 0.5),
    label_smoothing=tw.Float(0.0, 0.2),
)
SCHEDULERS = {
    "fixed": None,
    "PBT": tw.PopulationBasedTraining(EPOCHS, population=MEMBERS, interval=INTERVAL),
    "PBT, tournament": tw.PopulationBasedTraining(EPOCHS, population=MEMBERS, interval=INTERVAL, exploit="tournament"),
    "PB2": tw.PB2(EPOCHS, population=MEMBERS, interval=INTERVAL),
}


def parts() -> tuple[Splits, Dataset]:
    """Three fifths to train on, one to choose by, one that is left for the end."""
    digits = load_digits()
    test, validation, *rest = fold_rows(digits.labels, k=5, seed=0)
    train = digits.take(np.sort(np.concatenate(rest)))
    return Splits(train, digits.take(validation)), digits.take(test)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    seeds = parser.parse_args().seeds
    splits, test = parts()

    def objective(trial: tw.Trial) -> None:
        trainer = Trainer(Recipe(epochs=EPOCHS, width=64, optimizer="adamw", **trial.config), splits, 0)
        state = trial.load()
        if state is not None:
            trainer.restore(state, strict=False)
        trial.applied(lr=trainer.rate(0))
        for _ in trial.epochs(EPOCHS):
            metrics = trainer.step_epoch()
            trial.report(loss=metrics.validation_loss, accuracy=metrics.validation_accuracy)
            trial.save(trainer.state())

    def run(scheduler: Any, seed: int) -> tuple[float, float, int]:
        study = tw.Study(SPACE, minimize="loss", scheduler=scheduler, strategy=tw.Random(), seed=seed)
        study.optimize(objective, trials=MEMBERS if scheduler is None else None)
        trainer = Trainer(Recipe(epochs=EPOCHS, width=64, optimizer="adamw", **study.best_config), splits, 0)
        trainer.restore(study.load_state(study.best_trial), strict=False)
        return study.best_value, trainer.evaluate(test).accuracy, len(study.history.reports)

    results = {name: np.array([run(s, seed) for seed in range(seeds)]) for name, s in SCHEDULERS.items()}
    fixed = results["fixed"]
    print(
        f"{'':<16} {'validation loss':>16} {'test accuracy':>14} {'epochs':>8}   lower loss than fixed, higher accuracy"
    )
    for name, found in results.items():
        loss, accuracy, epochs = np.median(found, axis=0)
        wins = (found[:, 0] < fixed[:, 0]).sum(), (found[:, 1] > fixed[:, 1]).sum(), (found[:, 1] < fixed[:, 1]).sum()
        better = f"{wins[0]}/{seeds}, {wins[1]} (lower {wins[2]})"
        print(f"{name:<16} {loss:>16.4f} {accuracy:>14.4f} {epochs:>8.0f}   {better}")


if __name__ == "__main__":
    main()
