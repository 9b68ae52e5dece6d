"""One ask with several objectives beside Optuna's GPSampler: ``python benches/python/bench_ehvi.py [--trials 200]``.

Both get the same outcomes, at quasi-random points in ten dimensions, of two or three bowls with different centres, and
propose the next configuration, in turn. *Cold*: nothing is kept from before; *running*: the mean over the next asks
of the study, every outcome told. Medians, and the median of the ratios. Optuna needs torch.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

import tunewright as tw
from tunewright.numerics.sampling import sobol
from tunewright.strategies.gp.model import forget

D = 10


def losses(x: np.ndarray, m: int) -> list[float]:
    centres = np.random.default_rng(0).random((m, D))
    return [float(np.sum((x - centre) ** 2) + 0.1 * np.sin(9 * x[j])) for j, centre in enumerate(centres)]


def ours(n: int, m: int, threads: int) -> tw.Study:
    names = [f"y{j}" for j in range(m)]
    space = tw.Space({f"x{j}": tw.Float(0, 1) for j in range(D)})
    study = tw.Study(space, minimize=names, strategy=tw.GaussianProcess(threads=threads), seed=0)
    points = sobol(0, n, D, seed=7)
    study.enqueue([{f"x{j}": float(v) for j, v in enumerate(row)} for row in points])
    for row in points:
        study.tell(study.ask(), dict(zip(names, losses(row, m), strict=True)))
    return study


def ask_and_tell(study: tw.Study, m: int) -> None:
    trial = study.ask()
    values = losses(np.array(list(trial.config.values())), m)
    study.tell(trial, {f"y{j}": value for j, value in enumerate(values)})


def optuna_ask(n: int, m: int) -> Callable[[], None]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(directions=["minimize"] * m, sampler=optuna.samplers.GPSampler(seed=0))
    spread = {f"x{j}": optuna.distributions.FloatDistribution(0, 1) for j in range(D)}
    for row in sobol(0, n, D, seed=7):
        params = {f"x{j}": float(v) for j, v in enumerate(row)}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=spread, values=losses(row, m)))

    def ask() -> None:
        trial = study.ask()
        x = np.array([trial.suggest_float(name, 0, 1) for name in spread])
        study.tell(trial, losses(x, m))

    return ask


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compare(n: int, m: int, threads: int, repeats: int) -> None:
    study, theirs = ours(n, m, threads), optuna_ask(n, m)
    numbers = np.array([n])
    study.strategy.suggest(study.history, 0, numbers)
    cold, running, peer = [], [], []
    for _ in range(repeats):
        forget()
        cold.append(seconds(lambda: study.strategy.suggest(study.history, 0, numbers)))
        running.append(np.mean([seconds(lambda: ask_and_tell(study, m)) for _ in range(8)]))
        peer.append(seconds(theirs))
    ratios = [float(np.median(np.array(peer) / np.array(times))) for times in (cold, running)]
    print(
        f"{m} objectives, {n} trials: cold {np.median(cold) * 1e3:.1f} ms, running {np.median(running) * 1e3:.1f} ms, "
        f"Optuna GPSampler {np.median(peer) * 1e3:.0f} ms: {ratios[0]:.0f} and {ratios[1]:.0f} times",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--objectives", type=int, nargs="+", default=[2, 3])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    for m in arguments.objectives:
        compare(arguments.trials, m, arguments.threads, arguments.repeats)


if __name__ == "__main__":
    main()
