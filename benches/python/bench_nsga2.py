"""NSGA2 and NSGA3 beside pymoo's and Optuna's: time through the study, and the hypervolume that is reached.

    python benches/python/bench_nsga2.py                # ZDT1, 10,000 evaluations, population 100
    python benches/python/bench_nsga2.py --optuna       # with Optuna, which takes a minute
    python benches/python/bench_nsga2.py --quality      # ZDT and DTLZ problems, 10 seeds, beside pymoo

Runs of ours and the peers' alternate in one process; figures are medians of processor time. Ours asks for and tells
whole generations, or runs trial by trial (``optimize``). Optuna's one run has one in ``--part`` of the evaluations, and
its time counts so many times.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

import tunewright as tw
from tunewright.strategies.evolution.population import population

DTLZ = [("dtlz1", 3), ("dtlz2", 2), ("dtlz2", 3), ("dtlz2", 5), ("dtlz7", 3), ("dtlz7", 5)]


def ours(strategy, evaluate, variables, objectives, evaluations, seed, size):
    space = tw.Space({f"x{i}": tw.Float(0.0, 1.0) for i in range(variables)})
    study = tw.Study(space, minimize=[f"f{k}" for k in range(objectives)], strategy=strategy, seed=seed)
    for _ in range(evaluations // size):
        trials = study.ask(size)
        study.tell(trials, evaluate(np.array([list(trial.config.values()) for trial in trials])).tolist())
    members = population(study.history, size, selection(strategy, seed), "bench").trials
    return study.history.losses[members]


def ours_one_by_one(evaluate, variables, evaluations, seed, size):
    names = [f"x{i}" for i in range(variables)]
    study = tw.Study(
        tw.Space({name: tw.Float(0.0, 1.0) for name in names}),
        minimize=["f0", "f1"], strategy=tw.NSGA2(population=size), seed=seed,
    )  # fmt: skip
    study.optimize(lambda trial: evaluate(list(trial.config.values())), evaluations)
    return study.history.losses[population(study.history, size, selection(study.strategy, seed), "bench").trials]


def zdt1(x):
    """One configuration at a time, as a study asks."""
    g = 1.0 + 9.0 * sum(x[1:]) / (len(x) - 1)
    return x[0], g * (1.0 - (x[0] / g) ** 0.5)


def selection(strategy, seed):
    """How the strategy selects: what it would have its next trials' parents from."""
    if isinstance(strategy, tw.NSGA2):
        return strategy._select
    return lambda history, candidates, last: strategy._select(history, candidates, last, seed)


def pymoo_problem(name, objectives, variables):
    from pymoo.problems import get_problem

    return get_problem(name, n_var=variables) if name[0] == "z" else get_problem(name, variables, objectives)


def pymoo(algorithm, problem, evaluations, seed):
    from pymoo.optimize import minimize

    result = minimize(problem, algorithm, ("n_eval", evaluations), seed=seed, verbose=False)
    return result.pop.get("F")


def optuna(evaluate, variables, evaluations, seed, size):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.NSGAIISampler(population_size=size, seed=seed)
    study = optuna.create_study(directions=["minimize"] * 2, sampler=sampler)

    def objective(trial):
        return evaluate([trial.suggest_float(f"x{i}", 0.0, 1.0) for i in range(variables)])

    study.optimize(objective, n_trials=evaluations)
    return np.array([trial.values for trial in study.best_trials])


def timed(run):
    began = time.process_time()
    result = run()
    return time.process_time() - began, result


def speed(evaluations, repeats, *, with_optuna, part):
    from pymoo.algorithms.moo.nsga2 import NSGA2

    problem = pymoo_problem("zdt1", 2, 30)
    runs = {
        "tunewright": lambda seed: ours(tw.NSGA2(population=100), problem.evaluate, 30, 2, evaluations, seed, 100),
        "tunewright, trial by trial": lambda seed: ours_one_by_one(zdt1, 30, evaluations, seed, 100),
        "pymoo": lambda seed: pymoo(NSGA2(pop_size=100), problem, evaluations, seed),
    }
    if with_optuna:
        runs["optuna"] = lambda seed: optuna(zdt1, 30, evaluations // part, seed, 100)
    times = {who: [] for who in runs}
    volumes = {who: [] for who in runs}
    for seed in range(repeats):
        for who, run in runs.items():
            if who == "optuna" and seed:
                continue
            seconds, losses = timed(lambda run=run, seed=seed: run(seed))
            times[who].append(seconds * (part if who == "optuna" else 1))
            volumes[who].append(tw.pareto.hypervolume(losses, reference=1.1))
    for who in runs:
        print(f"{who}: {statistics.median(times[who]):.3f} s, hypervolume {statistics.median(volumes[who]):.4f}")
    for who in ("tunewright", "tunewright, trial by trial"):
        ratios = [theirs / mine for theirs, mine in zip(times["pymoo"], times[who], strict=True)]
        print(f"pymoo / {who}: {statistics.median(ratios):.2f} in the median of {repeats} pairs")


def quality(evaluations, seeds):
    print("| problem | objectives | tunewright | pymoo | difference in standard errors |\n|---|---|---|---|---|")
    zdt = [("NSGA2", f"zdt{k}", 2) for k in (1, 2, 3, 4, 6)]
    for kind, name, m in [*zdt, *((kind, name, m) for name, m in DTLZ for kind in ("NSGA2", "NSGA3"))]:
        row(kind, name, m, evaluations, seeds)


def row(kind, name, m, evaluations, seeds):
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.algorithms.moo.nsga3 import NSGA3
    from pymoo.util.ref_dirs import get_reference_directions

    from tunewright.strategies.evolution.directions import reference_directions

    variables = {"zdt1": 30, "zdt2": 30, "zdt3": 30}.get(name, 10)
    problem = pymoo_problem(name, m, variables)
    size = len(reference_directions(m, 100)) if kind == "NSGA3" and m > 2 else 100
    low, high = problem.xl, problem.xu
    results = {"tunewright": [], "pymoo": []}
    for seed in range(seeds):
        mine = (tw.NSGA2 if kind == "NSGA2" else tw.NSGA3)(population=size)
        results["tunewright"].append(
            ours(mine, lambda x: problem.evaluate(low + x * (high - low)), variables, m, evaluations, seed, size)
        )
        ways = get_reference_directions("energy", m, size, seed=1) if kind == "NSGA3" else None
        theirs = NSGA2(pop_size=size) if kind == "NSGA2" else NSGA3(ref_dirs=ways, pop_size=size)
        results["pymoo"].append(pymoo(theirs, problem, evaluations, seed))
    everything = np.concatenate([losses for runs in results.values() for losses in runs])
    corner = tw.pareto.nadir_reference(everything)
    volume = {
        who: [tw.pareto.hypervolume(losses, reference=corner) for losses in runs] for who, runs in results.items()
    }
    a, b = (np.array(volume[who]) for who in ("tunewright", "pymoo"))
    error = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / seeds)
    print(
        f"| {name} ({kind}) | {m} | {a.mean():.5g} | {b.mean():.5g} | {(a.mean() - b.mean()) / error:+.1f} |",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evaluations", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5, help="or seeds, with --quality twice as many")
    parser.add_argument("--optuna", action="store_true")
    parser.add_argument("--part", type=int, default=1, help="of the evaluations are Optuna's: one in so many")
    parser.add_argument("--quality", action="store_true")
    options = parser.parse_args()
    if options.quality:
        quality(options.evaluations, 2 * options.repeats)
    else:
        speed(options.evaluations, options.repeats, with_optuna=options.optuna, part=options.part)


if __name__ == "__main__":
    main()
