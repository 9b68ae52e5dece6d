"""What the tuner itself costs: time and memory a trial, beside Optuna and Rustuna where they are installed.

    pip install . optuna==5.0.0 rustuna==0.2.0
    python benches/python/bench_overhead.py            # prints the table
    python benches/python/bench_overhead.py --quick    # a smoke test

The objective is the same everywhere: the sum of five squares. Ours and the peers' runs alternate, each in a process of
its own; figures are medians over the repeats.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES = [f"x{i}" for i in range(5)]


def f(values):
    return sum((x - 0.3) ** 2 for x in values)


def per_trial(run, n):
    began = time.perf_counter()
    run(n)
    return (time.perf_counter() - began) / n * 1e6


def tunewright_study(storage="memory", durability=None):
    import tunewright as tw

    space = tw.Space({name: tw.Float(0.0, 1.0) for name in NAMES})
    if durability:
        storage = tw.Sqlite(storage, durability=durability)
    return tw.Study(space, minimize="loss", seed=0, strategy=tw.Random(), storage=storage)


def ours_optimize(n):
    study = tunewright_study()
    return per_trial(lambda k: study.optimize(lambda trial: f(trial.config.values()), k), n)


def ours_suggest(n):
    import tunewright as tw

    study = tw.Study(minimize="loss", seed=0, strategy=tw.Random())
    return per_trial(lambda k: study.optimize(lambda t: f([t.suggest_float(x, 0.0, 1.0) for x in NAMES]), k), n)


def ours_ask_tell(n):
    study = tunewright_study()

    def run(k):
        for _ in range(k):
            trial = study.ask()
            study.tell(trial, f(trial.config.values()))

    return per_trial(run, n)


def ours_sqlite(n, durability="process"):
    with tempfile.TemporaryDirectory() as folder:
        study = tunewright_study(str(Path(folder) / "a.db"), durability)
        return per_trial(lambda k: study.optimize(lambda trial: f(trial.config.values()), k), n)


def ours_sqlite_power(n):
    return ours_sqlite(n, "power")


def ours_growth(n):
    """The last tenth of n trials against the first."""
    study = tunewright_study()
    times = []
    for part in range(10):
        began = time.perf_counter()
        study.optimize(lambda trial: f(trial.config.values()), (part + 1) * n // 10)
        times.append(time.perf_counter() - began)
    return times[-1] / times[0]


def ours_bytes(n):
    import resource

    study = tunewright_study()
    study.optimize(lambda trial: f(trial.config.values()), 1_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    study.optimize(lambda trial: f(trial.config.values()), n + 1_000)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / n


def ours_batch(n):
    study = tunewright_study()
    began = time.perf_counter()
    trials = study.ask(n)
    elapsed = time.perf_counter() - began
    assert len(trials) == n
    return elapsed * 1e3


def ours_import(n):
    command = "import time; t = time.perf_counter(); import tunewright; print(time.perf_counter() - t)"
    return float(subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout)


def rustuna_memory(n):
    import rustuna

    study = rustuna.create_study(sampler=rustuna.samplers.RandomSampler(seed=0))
    return per_trial(
        lambda k: study.optimize(lambda t: f([t.suggest_float(x, 0.0, 1.0) for x in NAMES]), n_trials=k), n
    )


def rustuna_sqlite(n):
    import rustuna

    kind = getattr(rustuna.storages, "SQLite3Storage", None) or rustuna.storages.SQLiteStorage
    with tempfile.TemporaryDirectory() as folder:
        storage = kind(str(Path(folder) / "a.db"))
        study = rustuna.create_study(sampler=rustuna.samplers.RandomSampler(seed=0), storage=storage)
        return per_trial(
            lambda k: study.optimize(lambda t: f([t.suggest_float(x, 0.0, 1.0) for x in NAMES]), n_trials=k), n
        )


def optuna_memory(n, storage=None):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), storage=storage)
    return per_trial(
        lambda k: study.optimize(lambda t: f([t.suggest_float(x, 0.0, 1.0) for x in NAMES]), n_trials=k), n
    )


def optuna_sqlite(n):
    with tempfile.TemporaryDirectory() as folder:
        return optuna_memory(n, f"sqlite:///{Path(folder) / 'a.db'}")


def floor(n):
    import random

    draw = random.Random(0).random

    def run(k):
        for _ in range(k):
            f([draw() for _ in NAMES])

    return per_trial(run, n)


# what, unit, [(who, function, size)]
ROWS = [
    (
        "Random trial in memory",
        "µs",
        [
            ("no tuner at all", floor, 100_000),
            ("tunewright optimize", ours_optimize, 100_000),
            ("tunewright ask/tell", ours_ask_tell, 100_000),
            ("tunewright define-by-run", ours_suggest, 100_000),
            ("rustuna", rustuna_memory, 100_000),
            ("optuna", optuna_memory, 2_000),
        ],
    ),
    (
        "Random trial in SQLite, survives kill -9",
        "µs",
        [
            ("tunewright", ours_sqlite, 5_000),
            ("tunewright durability='power'", ours_sqlite_power, 500),
            ("rustuna", rustuna_sqlite, 200),
            ("optuna", optuna_sqlite, 100),
        ],
    ),
    ("last 10,000 of 100,000 trials against the first", "×", [("tunewright", ours_growth, 100_000)]),
    ("peak memory", "bytes/trial", [("tunewright", ours_bytes, 100_000)]),
    ("ask(10_000)", "ms", [("tunewright", ours_batch, 10_000)]),
    ("import tunewright", "s", [("tunewright", ours_import, 1)]),
]


def measure(function, size):
    """One run in a process of its own; ``None`` if the peer is not installed."""
    command = [sys.executable, __file__, "--one", function.__name__, "--size", str(size)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        if "ModuleNotFoundError" in done.stderr:
            return None
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the sizes, one repeat")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(globals()[options.one](options.size)))
        return
    print("| what | who | median | min | max |\n|---|---|---|---|---|")
    for what, unit, entries in ROWS:
        figures = {who: [] for who, *_ in entries}
        for _ in range(1 if options.quick else options.repeats):
            for who, function, size in entries:
                figures[who].append(measure(function, max(size // 20, 1) if options.quick else size))
        for who, values in figures.items():
            if None in values:
                print(f"| {what} | {who} | not installed | | |")
                continue
            shown = " | ".join(f"{v:.4g} {unit}" for v in (statistics.median(values), min(values), max(values)))
            print(f"| {what} | {who} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
