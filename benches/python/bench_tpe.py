"""What a trial of ``TPE`` costs beside Rustuna, Optuna and Hyperopt, all in one run and in processor time.

    python benches/python/bench_tpe.py             # 1,000 and 10,000 trials of a trivial objective, d = 5
    python benches/python/bench_tpe.py --asks      # an ask after n trials, d = 10
    python benches/python/bench_tpe.py --repeats 3 --skip optuna,hyperopt

Rounds alternate between the packages, the median of each is printed, and how often ours fits into it. Rustuna and
Optuna meet their parameters by ``suggest_float``; their samplers are TPE as it comes. 10,000 trials of Optuna or
Hyperopt would take minutes: see what an ask costs.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings

import numpy as np

import tunewright as tw

D, ASK_D = 5, 10


def objective(xs):
    return sum((x - 0.3) ** 2 for x in xs)


def space(d):
    return tw.Space({f"x{i}": tw.Float(0.0, 1.0) for i in range(d)})


def ours(n):
    study = tw.Study(space(D), minimize="y", strategy=tw.TPE(), seed=0)
    study.optimize(lambda trial: objective(trial.config.values()), n)


def rustuna(n):
    import rustuna

    study = rustuna.create_study(sampler=rustuna.samplers.TPESampler(seed=0))
    study.optimize(lambda trial: objective([trial.suggest_float(f"x{i}", 0.0, 1.0) for i in range(D)]), n_trials=n)


def optuna(n):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(lambda trial: objective([trial.suggest_float(f"x{i}", 0.0, 1.0) for i in range(D)]), n_trials=n)


def hyperopt(n):
    from hyperopt import Trials, fmin, hp, tpe

    ranges = {f"x{i}": hp.uniform(f"x{i}", 0.0, 1.0) for i in range(D)}
    fmin(
        lambda config: objective(config.values()), ranges, algo=tpe.suggest, max_evals=n, trials=Trials(),
        rstate=np.random.default_rng(0), show_progressbar=False, verbose=False,
    )  # fmt: skip


STUDIES = {"tunewright": ours, "rustuna": rustuna, "optuna": optuna, "hyperopt": hyperopt}
SLOW = {"optuna", "hyperopt"}  # not asked for 10,000 trials


def processor_seconds(run, *arguments):
    start = time.process_time()
    run(*arguments)
    return time.process_time() - start


def table(names, sizes, repeats):
    for n in sizes:
        some = [name for name in names if n <= 1000 or name not in SLOW]
        spent = {name: [] for name in some}
        for _ in range(repeats if n <= 1000 else 1):
            for name in some:
                spent[name].append(processor_seconds(STUDIES[name], n) / n)
        medians = {name: statistics.median(times) for name, times in spent.items()}
        for name, seconds in medians.items():
            ratio = seconds / medians["tunewright"]
            print(f"{n:>7,} trials, d = {D}: {name:12s} {seconds * 1e6:9.1f} us a trial  {ratio:6.1f} x", flush=True)


def asked(n):
    """One ask of ours and of Optuna's after n trials with the same values, d = 10, in processor seconds."""
    rng = np.random.default_rng(0)
    rows = rng.random((n, ASK_D))
    study = tw.Study(space(ASK_D), minimize="y", strategy=tw.TPE(), seed=0)
    study.enqueue([{f"x{i}": float(x) for i, x in enumerate(row)} for row in rows])
    for row in rows:
        study.tell(study.ask(), objective(row))
    study.tell(study.ask(), 1.0)  # the densities are there
    running = statistics.median(processor_seconds(lambda: study.tell(study.ask(), 1.0)) for _ in range(15))
    return running, optuna_asked(rows)


def optuna_asked(rows):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    ranges = {f"x{i}": optuna.distributions.FloatDistribution(0.0, 1.0) for i in range(ASK_D)}
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    for row in rows:
        config = {f"x{i}": float(x) for i, x in enumerate(row)}
        study.add_trial(optuna.trial.create_trial(params=config, distributions=ranges, value=objective(row)))
    return statistics.median(processor_seconds(lambda: study.tell(study.ask(ranges), 1.0)) for _ in range(7))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--asks", action="store_true")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--skip", default="")
    parser.add_argument("--sizes", default="1000,10000")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.asks:
        for trials in (100, 1000, 2000, 10_000):
            mine, theirs = asked(trials)
            shown = f"tunewright {mine * 1e6:8.1f} us, optuna {theirs * 1e6:9.1f} us, {theirs / mine:6.1f} x"
            print(f"ask after {trials:>6,}, d = {ASK_D}: {shown}", flush=True)
    else:
        compared = [name for name in STUDIES if name not in options.skip.split(",")]
        table(compared, map(int, options.sizes.split(",")), options.repeats)
