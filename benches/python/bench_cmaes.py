"""CMAES beside the ``cmaes`` library: time a trial, and what is found.

    python benches/python/bench_cmaes.py                         # processor time a trial, Rosenbrock, 5 parameters
    python benches/python/bench_cmaes.py --quality --seeds 15    # sphere, Rosenbrock, Rastrigin, ellipsoid

Ours runs through a study, theirs bare, by turns in one process, from the same centre with the same step size. Both
restart by BIPOP once they have converged. Functions are shifted and turned, other ones for each seed.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time

import cmaes
import numpy as np

import tunewright as tw

SIGMA = 0.2


def sphere(x):
    return float(np.sum(x**2))


def rosenbrock(x):
    x = x + 1.0
    return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))


def rastrigin(x):
    return float(10 * len(x) + np.sum(x**2 - 10 * np.cos(2 * np.pi * x)))


def ellipsoid(x):
    return float(np.sum(10 ** (6 * np.arange(len(x)) / (len(x) - 1)) * x**2))


def turned(function, seed, d):
    random = np.random.default_rng(1000 + seed)
    optimum = random.uniform(-2.0, 2.0, d)
    rotation = np.linalg.qr(random.standard_normal((d, d)))[0]
    if function is rosenbrock:
        return lambda x: function(x - optimum)
    return lambda x: function(rotation @ (x - optimum))


def ours(function, d, trials, seed):
    space = tw.Space({f"x{i}": tw.Float(-5.0, 5.0) for i in range(d)})
    study = tw.Study(space, minimize="loss", strategy=tw.CMAES(sigma=SIGMA), seed=seed)
    began = time.process_time()
    study.optimize(lambda trial: function(np.array(list(trial.config.values()))), trials)
    return study.best_value, time.process_time() - began


def theirs(function, d, trials, seed):
    """The library, restarted as its documentation shows."""
    random = np.random.RandomState(seed)
    bounds = np.array([[-5.0, 5.0]] * d)

    def fresh(mean, size=None):
        seed = random.randint(2**31)
        return cmaes.CMA(mean=mean, sigma=10 * SIGMA, bounds=bounds, seed=seed, population_size=size)

    optimizer = fresh(np.zeros(d))
    usual, best, done = optimizer.population_size, math.inf, 0
    restarts, spent, large = 0, {True: 0, False: 0}, False
    began = time.process_time()
    while done < trials:
        solutions = []
        for _ in range(optimizer.population_size):
            x = optimizer.ask()
            solutions.append((x, function(x)))
            best = min(best, solutions[-1][1])
        done += len(solutions)
        spent[large] += len(solutions)
        optimizer.tell(solutions)
        if optimizer.should_stop():
            large = not (restarts and spent[False] < spent[True])
            restarts += large
            factor = 2**restarts if large else (0.5 * 2**restarts) ** (random.rand() ** 2)
            optimizer = fresh(random.uniform(-5.0, 5.0, d), max(4, math.floor(usual * factor)))
    return best, time.process_time() - began


def speed(d, trials, repeats):
    times = {"tunewright": [], "cmaes": []}
    for seed in range(repeats):
        for who, run in {"tunewright": ours, "cmaes": theirs}.items():
            times[who].append(run(rosenbrock, d, trials, seed)[1] / trials * 1e6)
    for who, taken in times.items():
        print(f"{who}: {statistics.median(taken):.0f} us a trial, {min(taken):.0f} at best")


def quality(trials, seeds, dimensions):
    print("| function | d | trials | tunewright | cmaes | difference in standard errors |\n|---|---|---|---|---|---|")
    for d in dimensions:
        for function in (sphere, rosenbrock, rastrigin, ellipsoid):
            pairs = [[run(turned(function, s, d), d, trials, s)[0] for run in (ours, theirs)] for s in range(seeds)]
            logs = np.log10(np.maximum(pairs, 1e-14))
            error = math.sqrt(np.sum(logs.var(axis=0, ddof=1)) / seeds)
            gap = (logs[:, 0].mean() - logs[:, 1].mean()) / max(error, 1e-9)
            medians = " | ".join(f"{value:.2f}" for value in np.median(logs, axis=0))
            print(f"| {function.__name__} | {d} | {trials} | {medians} | {gap:+.1f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quality", action="store_true", help="log10 of the best value; less is better")
    parser.add_argument("--trials", type=int, default=2_000)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--dimensions", type=int, nargs="+", default=[5, 10])
    options = parser.parse_args()
    if options.quality:
        quality(options.trials, options.seeds, options.dimensions)
    else:
        speed(options.dimensions[0], options.trials, options.seeds)


if __name__ == "__main__":
    main()
