"""Weight sharing: do inherited weights rank architectures, and does differentiable search beat random search?

python benches/python/bench_supernet.py ranking|search [signals|digits] [method ...] [seeds, 10 by default]

Methods: first-order, second-order, gumbel, hard-gumbel, one-shot; all when none is named.

Networks of one cell of four nodes and six edges, six operations an edge, six filters; signals are
``digit_signals(1200)``, digits the digits; 60 % are trained on, 20 % validate, 20 % test.

ranking  30 random architectures, each trained alone for 20 epochs and scored on the validation part; Kendall's τ
         between that and the accuracy of inherited weights, over supernets trained for equally many passes. The τ of
         two trainings alone from different seeds says what could be reached at best, p is that of the samplings'
         Mann-Whitney test.
search   each method searches, trains its architecture from new weights for 20 epochs, and is judged on the test part.
         Random search trains one architecture after another until it has spent as much processor time, search and
         training together, ends the one it is at, and takes the best on the validation part. Differences are
         paired by seed, their p-values those of Wilcoxon's signed-rank test.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import scipy.stats as sps

import tunewright as tw
from tunewright.nas.sharing import Differentiable, Gumbel, Supernet
from tunewright.training import Recipe, Splits, Trainer, digit_signals, load_digits, split

DESIGN = tw.nas.Skeleton(cells=1, filters=6)
ALONE = Recipe(epochs=20, lr=1e-2, schedule="cosine")
WORKLOADS = {"signals": lambda: digit_signals(1200), "digits": load_digits}
FIRST_SEED = 100  # settings were chosen on signals with seeds below 10
Path = tuple[str, ...]


def random_path(seed: int, number: int) -> Path:
    rng = np.random.default_rng((seed, number))
    while True:
        path = tuple(str(name) for name in rng.choice(DESIGN.wired.operations, len(DESIGN.wired.edges)))
        if DESIGN.space.feasible(DESIGN.space.natives([DESIGN.config_of(path)]))[0]:
            return path


def trained(path: Path, splits: Splits, seed: int) -> tuple[float, float]:
    """(validation accuracy, test accuracy) of one training alone."""
    trainer = Trainer(ALONE, splits, seed, layers=DESIGN.layers(path, splits))
    last = list(trainer.fit())[-1]
    return last.validation_accuracy, trainer.test().accuracy


def ranking(name: str, seeds: int) -> None:
    splits = split(WORKLOADS[name](), seed=0)
    paths = [random_path(0, number) for number in range(30)]
    alone = [[trained(path, splits, seed)[0] for path in paths] for seed in (0, 1)]
    print(f"| {name} | alone, another seed | {sps.kendalltau(*alone).statistic:.2f} | |", flush=True)
    accuracy = np.mean(alone, axis=0)
    found = []
    for sampling, epochs in (("uniform", 120), ("fair", 20)):
        taus, start = [], time.process_time()
        for seed in range(seeds):
            supernet = Supernet(
                DESIGN, splits, Recipe(epochs=epochs, lr=1e-2, schedule="cosine"), sampling=sampling, seed=seed
            )
            for _ in supernet.fit():
                pass
            scores = [supernet.score(path).accuracy for path in paths]
            taus.append(sps.kendalltau(scores, accuracy).statistic)
        spread = f"{np.median(taus):.2f} ({min(taus):.2f} … {max(taus):.2f})"
        print(f"| {name} | {sampling} | {spread} | {(time.process_time() - start) / seeds:.1f} |", flush=True)
        found.append(taus)
    print(f"| {name} | uniform against fair, p | {sps.mannwhitneyu(*found).pvalue:.3f} | |", flush=True)


def differentiable(epochs: int, warmup: float, **options: Any) -> Callable[[Splits, int], Path]:
    def found(splits: Splits, seed: int) -> Path:
        recipe = Recipe(epochs=epochs, lr=1e-2, schedule="cosine")
        search = Differentiable(DESIGN, splits, recipe, warmup=warmup, seed=seed, **options)
        return list(search.fit())[-1].path

    return found


def one_shot(splits: Splits, seed: int) -> Path:
    supernet = Supernet(DESIGN, splits, Recipe(epochs=20, lr=1e-2, schedule="cosine"), sampling="uniform", seed=seed)
    for _ in supernet.fit():
        pass
    return max(supernet.shortlist(3, trials=60), key=lambda path: trained(path, splits, seed)[0])


METHODS: dict[str, Callable[[Splits, int], Path]] = {
    "first-order": differentiable(5, 0.4),
    "second-order": differentiable(5, 0.4, order=2),
    "gumbel": differentiable(5, 0.4, gates=Gumbel()),
    "hard-gumbel": differentiable(12, 0.5, gates=Gumbel(hard=True)),
    "one-shot": one_shot,
}


def search(name: str, methods: list[str], seeds: int) -> None:
    found: dict[str, list[tuple[float, float, float, int]]] = {method: [] for method in methods}
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        splits = split(WORKLOADS[name](), seed=seed)
        drawn: list[tuple[float, float, float]] = []  # (processor time so far, validation, test), in the order drawn
        for method in methods:
            start = time.process_time()
            accuracy = trained(METHODS[method](splits, seed), splits, seed)[1]
            spent = time.process_time() - start
            while not drawn or drawn[-1][0] < spent:
                start = time.process_time()
                scores = trained(random_path(seed, len(drawn)), splits, seed)
                drawn.append((time.process_time() - start + (drawn[-1][0] if drawn else 0.0), *scores))
            tried = drawn[: next(k for k, entry in enumerate(drawn) if entry[0] >= spent) + 1]
            found[method].append((accuracy, max(tried, key=lambda entry: entry[1])[2], spent, len(tried)))
            print(name, seed, method, *found[method][-1], file=sys.stderr, flush=True)
    for method, rows in found.items():
        ours, theirs, spent, tried = map(np.array, zip(*rows, strict=True))
        test = tw.stats.wilcoxon(list(ours), list(theirs))
        wins = f"{int((ours > theirs).sum())} : {int((ours < theirs).sum())}"
        print(
            f"| {name} | {method} | {np.median(ours):.3f} | {np.median(theirs):.3f} | {wins} | {test.pvalue:.3f} | "
            f"{np.median(spent):.1f} | {np.median(tried):.0f} |",
            flush=True,
        )


def main(what: str, names: list[str], methods: list[str], seeds: int) -> None:
    if what == "ranking":
        print("| data | supernet | Kendall's τ | seconds |\n|---|---|---|---|")
    else:
        print("| data | method | test accuracy | random search | won : lost | p | seconds | architectures drawn |")
        print("|---|---|---|---|---|---|---|---|")
    for name in names:
        if what == "ranking":
            ranking(name, seeds)
        else:
            search(name, methods, seeds)


if __name__ == "__main__":
    chosen = [argument for argument in sys.argv[2:] if argument in WORKLOADS] or list(WORKLOADS)
    picked = [argument for argument in sys.argv[2:] if argument in METHODS] or list(METHODS)
    count = next((int(argument) for argument in sys.argv[2:] if argument.isdigit()), 10)
    main(sys.argv[1] if len(sys.argv) > 1 else "search", chosen, picked, count)
