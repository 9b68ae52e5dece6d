"""Zero-cost proxies: do they rank architectures, and what do they cost?

python benches/python/bench_proxies.py [signals|digits] [seeds, 10 by default]

The networks, data and 30 random architectures of bench_supernet.py, each trained alone for 20 epochs from two seeds;
Kendall's τ between the mean validation accuracy and each proxy, over first weights from several seeds (no training
starts from them) and batches of 64 training examples. Beside the proxies: the weights and the multiplications of the
cell, which any proxy should beat.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

# First, since it settles the threads.
from bench_supernet import DESIGN, WORKLOADS, random_path, trained  # isort: skip

import numpy as np
import scipy.stats as sps

import tunewright as tw
from tunewright.training import Network, Splits, split

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


if __name__ == "__main__":
    for workload in [sys.argv[1]] if len(sys.argv) > 1 else list(WORKLOADS):
        main(workload, int(sys.argv[2]) if len(sys.argv) > 2 else 10)
