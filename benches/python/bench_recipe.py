"""The recipe beside the guide's untuned defaults and random search, at equal epochs, on networks of the NumPy trainer.

    python benches/python/bench_recipe.py --seeds 10

For each seed (of the split, the searches and all trainings): the defaults; 50 random configurations of the same space,
uniform on their scales, trained in full, the best by validation loss; the recipe with as many epochs. What each chose
is then trained on three seeds that none of them met, and scored on a test set that nothing was chosen on.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

import tunewright as tw
from tunewright.cli.workloads import WORKLOADS, Workload

TRIALS, FINAL = 50, (900_001, 900_002, 900_003)
METHODS = ("defaults", "random", "recipe")


def chosen(method: str, workload: Workload, seed: int) -> tuple[Mapping[str, Any], int]:
    """The configuration that a method chooses, and the epochs it took."""
    if method == "defaults":
        return workload.beginning, 0
    if method == "random":
        study = tw.Study(workload.space, minimize="loss", strategy=tw.Random(), seed=seed)
        study.optimize(workload.objective, TRIALS, progress=False)
        return study.best_config, TRIALS * workload.epochs
    found = tw.recipe(
        workload.objective, workload.domain, space=workload.space, start=workload.beginning, probe=workload.probe,
        budget=TRIALS * workload.epochs, epochs=workload.epochs, storage="memory", seed=seed, progress=False,
    ).run()  # fmt: skip
    return found.config, found.spent


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--workloads", nargs="+", choices=sorted(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.seeds)
    for name in options.workloads:
        scores: dict[str, dict[str, dict[int, float]]] = {"loss": {}, "accuracy": {}}
        print(f"\n{WORKLOADS[name].what}, {TRIALS * WORKLOADS[name].epochs} epochs", flush=True)
        for method in options.methods:
            spent, began = [], time.process_time()
            for seed in seeds:
                workload = replace(WORKLOADS[name], seed=seed)
                config, epochs = chosen(method, workload, seed)
                spent.append(epochs)
                final = [workload.test(config, one) for one in FINAL]
                for metric, of in scores.items():
                    of.setdefault(method, {})[seed] = float(np.mean([score[metric] for score in final]))
            loss, accuracy = (np.array(list(of[method].values())) for of in scores.values())
            print(
                f"  {method:<10} test loss {np.median(loss):.4f}  accuracy {np.median(accuracy):.4f}  "
                f"epochs {max(spent):>5} at most, {time.process_time() - began:.0f} s",
                np.round(loss, 3).tolist(),
                flush=True,
            )
        if len(options.methods) > 1:
            for metric, of in scores.items():
                print(tw.stats.compare_many(of, maximize=metric == "accuracy", against="recipe"), flush=True)


if __name__ == "__main__":
    main()
