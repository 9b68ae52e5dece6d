"""Hypervolume reached: ``python benches/python/quality_multiobjective.py ehvi optuna_tpe [--seeds 10] [--trials 100]``.

For each method and problem the median over the seeds of log10 of what is missing to the largest hypervolume known,
after each quarter of the trials. Methods: random, ehvi (``GaussianProcess()``), parego, optuna_gp (needs torch),
optuna_tpe. Problems are the literature's: Branin-Currin, DTLZ2 and VehicleSafety as in BoTorch's test functions with
their reference points and largest hypervolumes, ZDT1 with six parameters.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import tunewright as tw


def branin_currin(u):
    x, y = 15 * u[0] - 5, 15 * u[1]
    branin = (y - 5.1 / (4 * np.pi**2) * x**2 + 5 / np.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10
    a, b = u[0], u[1]
    rising = 1.0 if b == 0 else 1 - np.exp(-1 / (2 * b))
    cubic = (2300 * a**3 + 1900 * a**2 + 2092 * a + 60) / (100 * a**3 + 500 * a**2 + 4 * a + 20)
    return [branin, rising * cubic]


def dtlz2(u, m=2):
    g = np.sum((u[m - 1 :] - 0.5) ** 2)
    angles = u[: m - 1] * np.pi / 2
    values = []
    for i in range(m):
        value = (1 + g) * np.prod(np.cos(angles[: m - 1 - i]))
        values.append(value * np.sin(angles[m - 1 - i]) if i else value)
    return values


def zdt1(u):
    g = 1 + 9 * np.mean(u[1:])
    return [u[0], g * (1 - np.sqrt(u[0] / g))]


def vehicle_safety(u):
    a, b, c, d, e = 1 + 2 * np.asarray(u)
    mass = 1640.2823 + 2.3573285 * a + 2.3220035 * b + 4.5688768 * c + 7.7213633 * d + 4.4559504 * e
    ain = 6.5856 + 1.15 * a - 1.0427 * b + 0.9738 * c + 0.8364 * d - 0.3695 * a * d + 0.0861 * a * e + 0.3628 * b * d
    ain += -0.1106 * a**2 - 0.3437 * c**2 + 0.1764 * d**2
    toe = -0.0551 + 0.0181 * a + 0.1024 * b + 0.0421 * c - 0.0073 * a * b + 0.024 * b * c - 0.0118 * b * d
    toe += -0.0204 * c * d - 0.008 * c * e - 0.0241 * b**2 + 0.0109 * d**2
    return [mass, ain, toe]


@dataclass(frozen=True)
class Problem:
    function: Callable
    dimension: int
    reference: list[float]
    largest: float


PROBLEMS = {
    "branin_currin": Problem(branin_currin, 2, [18.0, 6.0], 59.36011874867746),
    "dtlz2": Problem(dtlz2, 6, [1.1, 1.1], 1.21 - np.pi / 4),
    "zdt1": Problem(zdt1, 6, [11.0, 11.0], 120 + 2 / 3),
    "zdt1_30": Problem(zdt1, 30, [11.0, 11.0], 120 + 2 / 3),
    "vehicle_safety": Problem(vehicle_safety, 5, [1864.72022, 11.81993945, 0.2903999384], 246.81607081187002),
    "dtlz2_5": Problem(lambda u: dtlz2(u, 5), 8, [1.1] * 5, 1.1**5 - np.pi**2 / 60),
}
PUBLIC = ["branin_currin", "dtlz2", "zdt1", "vehicle_safety"]


def ours(strategy):
    def run(problem, seed, trials):
        space = tw.Space({f"x{j}": tw.Float(0, 1) for j in range(problem.dimension)})
        names = [f"y{i}" for i in range(len(problem.reference))]
        study = tw.Study(space, minimize=names, strategy=strategy(), seed=seed)
        for _ in range(trials):
            trial = study.ask()
            values = problem.function(np.array(list(trial.config.values())))
            study.tell(trial, dict(zip(names, map(float, values), strict=True)))
        return study.history.losses

    return run


def optuna_run(sampler):
    def run(problem, seed, trials):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        made = {"gp": optuna.samplers.GPSampler, "tpe": optuna.samplers.TPESampler}[sampler](seed=seed)
        study = optuna.create_study(directions=["minimize"] * len(problem.reference), sampler=made)
        for _ in range(trials):
            trial = study.ask()
            u = np.array([trial.suggest_float(f"x{j}", 0, 1) for j in range(problem.dimension)])
            study.tell(trial, [float(v) for v in problem.function(u)])
        return np.array([trial.values for trial in study.trials])

    return run


METHODS = {
    "random": ours(tw.Random),
    "ehvi": ours(tw.GaussianProcess),
    "parego": ours(lambda: tw.ParEGO()),
    "optuna_gp": optuna_run("gp"),
    "optuna_tpe": optuna_run("tpe"),
}


def curve(losses, problem):
    """What is missing to the largest hypervolume after each quarter of the trials."""
    ends = [len(losses) * k // 4 for k in (1, 2, 3, 4)]
    return [problem.largest - tw.pareto.hypervolume(losses[:end], reference=problem.reference) for end in ends]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("methods", nargs="+", choices=list(METHODS))
    parser.add_argument("--problems", nargs="+", default=PUBLIC, choices=list(PROBLEMS))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--output", default=None)
    arguments = parser.parse_args()
    for name in arguments.problems:
        problem = PROBLEMS[name]
        for method in arguments.methods:
            start, missing = time.perf_counter(), []
            for seed in range(arguments.seeds):
                missing.append(curve(METHODS[method](problem, seed, arguments.trials), problem))
            logs = np.log10(np.maximum(missing, 1e-12))
            seconds = (time.perf_counter() - start) / arguments.seeds
            medians, spread = np.median(logs, axis=0), np.std(logs[:, -1])
            print(f"{name:16s} {method:12s} {np.round(medians, 3)} sd {spread:.2f}  {seconds:.1f} s a run", flush=True)
            if arguments.output:
                with open(arguments.output, "a", encoding="utf-8") as file:
                    file.write(json.dumps({"problem": name, "method": method, "missing": missing}) + "\n")


if __name__ == "__main__":
    main()
