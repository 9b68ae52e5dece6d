"""How near the learning-rate finder's suggestions come to the best rate of an exhaustive sweep, and what they cost.

python benches/python/bench_learning_rate.py [--seeds 10] [--epochs 8]

Digits, networks of 32 units, batches of 32. The sweep trains in full at four rates a decade; the best has the lowest
validation loss at the end. The finder takes at most one epoch.
"""

from __future__ import annotations

import argparse

import numpy as np

import tunewright as tw
from tunewright.training import Probe, Recipe, Splits, Trainer, load_digits, split, train_mlp

GRID = 10.0 ** np.arange(-4.5, 0.6, 0.25)


def best_rate(splits: Splits, seed: int, epochs: int, optimizer: str) -> float:
    losses = [
        train_mlp(splits, seed=seed, epochs=epochs, lr=float(lr), optimizer=optimizer, width=32, batch_size=32)
        .history[-1]
        .validation_loss
        for lr in GRID
    ]
    return float(GRID[np.nanargmin(losses)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=10, help="first seed")
    parser.add_argument("--epochs", type=int, default=8)
    options = parser.parse_args()
    print(f"{'optimizer':<10}{'rule':<15}{'median suggestion / best':>26}{'within 3':>10}{'epochs':>8}")
    for optimizer in ("sgd", "adam"):
        ratios: dict[str, list[float]] = {}
        cost = []
        for seed in range(options.first, options.first + options.seeds):
            splits = split(load_digits(), seed=seed)
            best = best_rate(splits, seed, options.epochs, optimizer)
            probe = Probe(Trainer(Recipe(optimizer=optimizer, width=32, batch_size=32), splits, seed))
            found = tw.find_learning_rate(probe)
            cost.append(found.steps / probe.epoch_steps)
            for rule, rate in found.suggestions.items():
                ratios.setdefault(rule, []).append(rate / best)
        for rule, seen in ratios.items():
            within = sum(1 / 3 <= ratio <= 3 for ratio in seen)
            share = f"{within}/{options.seeds}"
            print(f"{optimizer:<10}{rule:<15}{np.median(seen):>26.2f}{share:>10}{np.median(cost):>8.2f}", flush=True)


if __name__ == "__main__":
    main()
