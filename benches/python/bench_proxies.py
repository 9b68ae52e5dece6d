"""Zero-cost proxies: do they rank architectures, and what do they cost?

python benches/python/bench_proxies.py [search] [signals|digits] [seeds, 10 by default]

ranks, by default: the networks, data and 30 random architectures of bench_supernet.py, each trained alone for 20 epochs
from two seeds; Kendall's τ between the mean validation accuracy and each proxy, over first weights from several seeds
(no training starts from them) and batches of 64 training examples. Beside the proxies: the weights and the
multiplications of the cell, which any proxy should beat.

search: the validation accuracy, after 10 epochs from one first weight, of the best cell that strategies found in 10 and
in 20 trials, with and without synflow; every seed has its own split.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

# First, since it settles the threads.
from bench_supernet import DESIGN, WORKLOADS, random_path, trained  # isort: skip

import numpy as np
import scipy.stats as sps

import tunewright as tw
from tunewright.strategies.protocol import Strategy
from tunewright.training import Network, Recipe, Splits, Trainer, split

Score = Callable[[Network, Splits, slice], float]
PROXIES: dict[str, Score] = {
    "synflow": lambda network, splits, rows: tw.nas.synflow(network, splits.train.inputs.shape[1]),
    "grad_norm": lambda network, splits, rows: tw.nas.grad_norm(
        network, splits.train.inputs[rows], splits.train.labels[rows]
    ),
    "naswot": lambda network, splits, rows: tw.nas.naswot(network, splits.train.inputs[rows]),
}


def main(name: str, seeds: int) -> None:
    splits = split(WORKLOADS[name](), seed=0)
    paths = [random_path(0, number) for number in range(30)]
    accuracy = np.mean([[trained(path, splits, seed)[0] for path in paths] for seed in (0, 1)], axis=0)
    costs = np.array([DESIGN.cost(path, splits) for path in paths])
    for what, column in zip(("weights", "multiplications"), costs.T, strict=True):
        print(f"| {name} | {what} | {sps.kendalltau(column, accuracy).statistic:.2f} | |", flush=True)
    for proxy, score in PROXIES.items():
        taus, seconds = [], 0.0
        for seed in range(seeds):
            networks = [Network(DESIGN.layers(path, splits), np.random.default_rng(1000 + seed)) for path in paths]
            begun = time.process_time()
            scores = [score(network, splits, slice(64 * seed, 64 * seed + 64)) for network in networks]
            seconds += time.process_time() - begun
            taus.append(sps.kendalltau(scores, accuracy).statistic)
        spread = f"{np.median(taus):.2f} ({min(taus):.2f} … {max(taus):.2f})"
        print(f"| {name} | {proxy} | {spread} | {1000 * seconds / seeds / len(paths):.1f} |", flush=True)


def strategies(splits: Splits) -> dict[str, Strategy]:
    synflow = tw.nas.Proxy("synflow", DESIGN, splits)
    return {
        "Random()": tw.Random(),
        "GraphEvolution(design)": tw.nas.GraphEvolution(DESIGN),
        "ZeroCost(synflow, GraphEvolution(design))": tw.nas.ZeroCost(synflow, tw.nas.GraphEvolution(DESIGN)),
        "GraphProcess(design)": tw.nas.GraphProcess(DESIGN, candidates=64),
        "GraphProcess(design, proxies=(synflow,))": tw.nas.GraphProcess(DESIGN, candidates=64, proxies=(synflow,)),
        "ZeroCost(synflow)": tw.nas.ZeroCost(synflow),
    }


def accuracy_of(splits: Splits, known: dict[tw.nas.Architecture, float], trial: tw.Trial) -> float:
    """Validation accuracy of a trial's cell, trained once for all strategies."""
    graph = DESIGN.architecture(trial.config).canonical
    if graph not in known:
        recipe = Recipe(epochs=10, lr=1e-2, schedule="cosine")
        trainer = Trainer(recipe, splits, layers=DESIGN.layers(graph, splits))
        known[graph] = [metrics.validation_accuracy for metrics in trainer.fit()][-1]
    return known[graph]


def search(name: str, seeds: int) -> None:
    found: dict[str, list[list[float]]] = {}
    for seed in range(seeds):
        splits = split(WORKLOADS[name](), seed=200 + seed)
        known: dict[tw.nas.Architecture, float] = {}
        for label, strategy in strategies(splits).items():
            study = tw.Study(tw.nas.GraphSpace(DESIGN), maximize="accuracy", strategy=strategy, seed=seed)
            study.optimize(partial(accuracy_of, splits, known), trials=20, progress=False)
            values = study.history.values[:, 0]
            found.setdefault(label, []).append([float(values[:10].max()), float(values.max())])
            print(name, seed, label, *found[label][-1], file=sys.stderr, flush=True)
    for label, rows in found.items():
        middle = np.median(rows, axis=0)
        print(f"| {name} | `{label}` | {middle[0]:.3f} | {middle[1]:.3f} |", flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    run = search if "search" in given else main
    count = next((int(argument) for argument in given if argument.isdigit()), 10)
    for workload in [argument for argument in given if argument in WORKLOADS] or list(WORKLOADS):
        run(workload, count)
