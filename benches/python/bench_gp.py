"""One ask of the Gaussian process beside Optuna's: ``python benches/python/bench_gp.py [--quick] [--threads 2]``.

Both get the same n outcomes in ten dimensions (a shifted, scaled and rotated bowl with noise, at quasi-random points)
and propose the next configuration. *Cold*: nothing is kept from before: hyperparameters, factor, everything is
computed; the median of several asks. *Amortised*: the mean over the next asks of a running study, every outcome told.
A peer that is not installed is named and left out; it runs a size once when one ask takes longer than two seconds.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import time

import numpy as np
from numpy.typing import NDArray

import tunewright as tw
from tunewright.numerics.sampling import sobol
from tunewright.strategies.gp.model import forget

D = 10
RUNNING = 40


def data(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = sobol(0, n, D, seed=7)
    return x, np.array([loss(row) for row in x])


def loss(x: NDArray[np.float64]) -> float:
    draws = np.random.default_rng(0)
    turned = np.linalg.qr(draws.standard_normal((D, D)))[0] @ (x - draws.random(D))
    return float(np.sum(turned**2 * np.logspace(0, 1.5, D)) + 0.01 * np.sin(1e4 * x[0]))


def ours(n: int, threads: int) -> tw.Study:
    space = tw.Space({f"x{j}": tw.Float(0, 1) for j in range(D)})
    study = tw.Study(space, minimize="y", strategy=tw.GaussianProcess(threads=threads), seed=0)
    x, y = data(n)
    study.enqueue([{f"x{j}": float(v) for j, v in enumerate(row)} for row in x])
    for value in y:
        study.tell(study.ask(), float(value))
    return study


def cold(n: int, threads: int, repeats: int) -> float:
    study = ours(n, threads)
    study.strategy.suggest(study.history, 0, np.array([n]))
    times = []
    for number in range(n, n + repeats):
        forget()
        start = time.perf_counter()
        study.strategy.suggest(study.history, 0, np.array([number]))
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def amortised(n: int, threads: int, asks: int) -> float:
    study = ours(n, threads)
    study.ask()
    spent = 0.0
    for _ in range(asks):
        start = time.perf_counter()
        trial = study.ask()
        spent += time.perf_counter() - start
        study.tell(trial, loss(np.array(list(trial.config.values()))))
    return spent / asks


def optuna_ask(n: int, threads: int) -> float:
    import optuna
    import torch

    torch.set_num_threads(threads)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space: dict[str, optuna.distributions.BaseDistribution] = {
        f"x{j}": optuna.distributions.FloatDistribution(0, 1) for j in range(D)
    }
    x, y = data(n)
    times: list[float] = []
    while not times or (times[0] < 2.0 and len(times) < 3):
        study = optuna.create_study(sampler=optuna.samplers.GPSampler(seed=0))
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params={f"x{j}": float(v) for j, v in enumerate(row)}, distributions=space, value=float(value)
                )
                for row, value in zip(x, y, strict=True)
            ]
        )
        start = time.perf_counter()
        study.ask(space)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    sizes = [50, 100, 200] if options.quick else [50, 100, 200, 500, 1000, 2000]
    try:
        print("optuna", importlib.metadata.version("optuna"), "torch", importlib.metadata.version("torch"))
        peer = True
    except importlib.metadata.PackageNotFoundError as missing:
        print(f"left out: {missing}")
        peer = False
    print(f"{options.threads} threads of {os.cpu_count()}; milliseconds an ask")
    print(f"{'n':>6} {'cold':>10} {'amortised':>10} {'optuna':>10} {'times':>7} {'times':>7}")
    for n in sizes:
        one, many = cold(n, options.threads, 5), amortised(n, options.threads, RUNNING)
        row = f"{n:6d} {one * 1e3:10.1f} {many * 1e3:10.1f}"
        if peer:
            other = optuna_ask(n, options.threads)
            row += f" {other * 1e3:10.0f} {other / one:7.1f} {other / many:7.1f}"
        print(row, flush=True)


if __name__ == "__main__":
    main()
