"""Learning from past tasks, leave one task out: HPO-B pools as tables, and lcbench networks.

    python benches/python/bench_transfer.py hpob hpob_3spaces.npz --published hpob_published --seeds 5
    python benches/python/bench_transfer.py lcbench folder_with_problems_py --seeds 5
    python benches/python/bench_transfer.py misled --variants GaussianProcess transfer_from

``hpob_3spaces.npz`` has an array for each pool, ``<space>_<task>``: encoded configurations in the unit cube, then the
accuracy. Of every pool all others of its space are the past. Regret is (best - found) / (best - worst) of the pool, as
in HPO-B (Pineda Arango et al., NeurIPS 2021). The published curves start from five given configurations that every
method shares; so do the rows "after 5 random". The ``lcbench`` folder has ``problems.py`` with ``lcbench_at`` and
``LCBENCH_PUBLIC``; the past of each task are 100 trials (``--past-trials``) on every other one, random ones or, with
``--past searched``, those of a Gaussian process. ``misled`` are smooth functions with
a past that is wrong in three ways: negated, random, and bowls at corners; regret is on the range of 2,000 random ones.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import tunewright as tw
from tunewright.transfer import Task

AT = (10, 25, 50)
VARIANTS: dict[str, tuple[Any, bool, int]] = {  # strategy, whether it has the past, random trials before it
    "GaussianProcess": (tw.GaussianProcess(startup=6), False, 0),
    "transfer_from": (None, True, 0),
    "transfer_from, rgpe": (tw.Transfer(model="rgpe"), True, 0),
    "transfer_from, copula": (tw.Transfer(model="copula"), True, 0),
    "transfer_from, first trials alone": (tw.Transfer(model="none"), True, 0),
    "GaussianProcess after 5 random": (tw.GaussianProcess(startup=5), False, 5),
    "transfer_from after 5 random": (tw.Transfer(first=0), True, 5),
}
PASTS: dict[str, Any] = {"random": tw.Random(), "searched": tw.GaussianProcess()}


@dataclass(frozen=True)
class Problem:
    """One task: a space, what to minimise of a configuration, the past, and how a loss becomes regret."""

    group: str
    name: str
    space: tw.Space
    loss: Callable[[dict[str, Any]], float]
    past: list[Task]
    best: float
    worst: float


def curve(problem: Problem, variant: str, seed: int, trials: int, less: bool = False) -> np.ndarray:
    """Regret of the best so far after each trial, (trials,); with ``less`` each seed does without another past task."""
    strategy, learns, random = VARIANTS[variant]
    past = list(problem.past) if learns else []
    if less and past:
        del past[seed % len(past)]
    study = tw.Study(problem.space, minimize="loss", strategy=strategy, seed=seed, transfer_from=past)
    if random:
        before = tw.Study(problem.space, minimize="loss", strategy=tw.Random(), seed=seed)
        study.enqueue([trial.config for trial in before.ask(random)])
    for _ in range(trials):
        trial = study.ask()
        study.tell(trial, problem.loss(trial.config))
    losses = np.minimum.accumulate(study.history.losses[:, 0])
    return (losses - problem.best) / (problem.worst - problem.best)


def pools(path: Path, spaces: list[str]) -> Iterator[Problem]:
    """The HPO-B pools, each with the others of its space."""
    data = np.load(path)
    for group in spaces:
        tables = {key.partition("_")[2]: data[key].astype(float) for key in data.files if key.startswith(group + "_")}
        names = [f"x{j}" for j in range(next(iter(tables.values())).shape[1] - 1)]
        cube = tw.Space({name: tw.Float(0.0, 1.0) for name in names})
        tasks = {t: Task.from_arrays(t, cube, a[:, :-1], -a[:, -1]) for t, a in tables.items()}
        for name, array in tables.items():
            table = tw.Table(array[:, :-1], cube, names=names)
            losses = dict(zip(map(bytes, np.ascontiguousarray(array[:, :-1])), (-array[:, -1]).tolist(), strict=True))

            def loss(config: dict[str, Any], losses: dict[bytes, float] = losses) -> float:
                return losses[bytes(np.array(list(config.values())))]

            past = [task for other, task in tasks.items() if other != name]
            yield Problem(group, name, table, loss, past, -float(array[:, -1].max()), -float(array[:, -1].min()))


def networks(folder: Path, before: Any, trials: int = 100, seed: int = 1_000) -> Iterator[Problem]:
    """The lcbench tasks, each with trials of ``before`` on the others; regret is on the range of 2,000 random ones."""
    sys.path.insert(0, str(folder))
    import problems  # type: ignore[import-not-found]

    domains = {}
    for p in problems.LCBENCH_SPACE:
        kind = tw.Int if p["kind"] == "int" else tw.Float
        domains[p["name"]] = kind(p["low"], p["high"], log=p.get("log", False))
    space = tw.Space(domains)

    def loss_of(task: str) -> Callable[[dict[str, Any]], float]:
        return lambda config: -problems.lcbench_at(task, config)["val_accuracy"]

    tasks = {}
    for k, name in enumerate(problems.LCBENCH_PUBLIC):
        study = tw.Study(space, minimize="loss", strategy=before, name=name, seed=seed + k)
        loss = loss_of(name)
        tasks[name] = Task.from_study(study.optimize(lambda trial, loss=loss: loss(trial.config), trials))
    for k, name in enumerate(problems.LCBENCH_PUBLIC):
        loss = loss_of(name)
        rows = space.configs(space.decode(np.random.default_rng(k).random((2_000, space.dimension))))
        seen = [loss(config) for config in rows]
        past = [task for other, task in tasks.items() if other != name]
        yield Problem("lcbench", name, space, loss, past, min(seen), max(seen))


def misled(functions: int = 3, tasks: int = 4, trials: int = 80) -> Iterator[Problem]:
    """Random networks with a bowl beside them, in three to five parameters, and what leads astray as their past."""
    for k in range(functions):
        draws, d = np.random.default_rng(k), 3 + k
        inner, shift, outer = draws.normal(size=(d, 24)), draws.normal(size=24), draws.normal(size=24) / 8.0
        centre = 0.2 + 0.6 * draws.random(d)

        def values(unit: np.ndarray, inner=inner, shift=shift, outer=outer, centre=centre) -> np.ndarray:
            return np.tanh(3.0 * (unit - 0.5) @ inner + shift) @ outer + ((unit - centre) ** 2).sum(axis=1)

        def loss(config: dict[str, Any], values: Callable[[np.ndarray], np.ndarray] = values) -> float:
            return float(values(np.array([list(config.values())]))[0])

        corners = np.round(draws.random((tasks, d)))
        wrong: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
            "negated": lambda unit, i, values=values: -values(unit),
            "random": lambda unit, i: np.random.default_rng(i).random(len(unit)),
            "corners": lambda unit, i, corners=corners: ((unit - corners[i]) ** 2).sum(axis=1),
        }
        space = tw.Space({f"x{j}": tw.Float(0.0, 1.0) for j in range(d)})
        seen = values(draws.random((2_000, d)))
        for name, past in wrong.items():
            points = [draws.random((trials, d)) for _ in range(tasks)]
            found = [Task.from_arrays(f"{name} {i}", space, unit, past(unit, i)) for i, unit in enumerate(points)]
            yield Problem(name, str(k), space, loss, found, float(seen.min()), float(seen.max()))


def measured(
    found: list[Problem], variants: list[str], seeds: int, trials: int, less: bool
) -> dict[str, dict[str, np.ndarray]]:
    """By variant and task the curves (seeds, trials)."""
    curves: dict[str, dict[str, np.ndarray]] = {}
    for variant in variants:
        started = time.process_time()
        curves[variant] = {}
        for problem in found:
            runs = [curve(problem, variant, seed, trials, less) for seed in range(seeds)]
            curves[variant][f"{problem.group}/{problem.name}"] = np.array(runs)
            means = ", ".join(f"{np.mean(runs, axis=0)[at - 1]:.4f}" for at in AT if at <= trials)
            print(f"# {variant}, {problem.group}/{problem.name}: {means}", file=sys.stderr, flush=True)
        cost = (time.process_time() - started) / (len(found) * seeds * trials)
        print(f"# {variant}: {1e3 * cost:.1f} ms of processor time a trial", file=sys.stderr, flush=True)
    return curves


def hits(curves: dict[str, np.ndarray], goals: dict[str, float]) -> float:
    """Median over tasks of the median number of trials to reach each task's goal; not reached counts as one more."""
    counts = []
    for task, runs in curves.items():
        reached = runs <= goals[task] + 1e-12
        first = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, runs.shape[1] + 1)
        counts.append(np.median(first))
    return float(np.median(counts))


def published(folder: Path, group: str) -> dict[str, list[float]]:
    """Mean regret of the published methods at ``AT`` evaluations: the first value of a curve is after five."""
    found = {}
    for path in sorted(folder.glob("*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            tasks = json.load(file).get(group, {})
        runs = [run for seeds in tasks.values() for run in seeds.values()]
        if runs and min(map(len, runs)) > max(AT) - 5:
            curves = 1.0 - np.array([run[: max(AT)] for run in runs])
            found[path.name.partition(".")[0]] = [float(curves[:, at - 5].mean()) for at in AT]
    return found


def report(curves: dict[str, dict[str, np.ndarray]], groups: list[str], folder: Path | None) -> None:
    """Print a table for each group, and one of the trials to the goal."""
    base = curves.get("GaussianProcess")
    for group in groups:
        print(
            f"\n{group}: mean regret at {', '.join(map(str, AT))} evaluations; median of the tasks' medians at the last"
        )
        rows = {}
        for variant, tasks in curves.items():
            own = np.concatenate([runs for task, runs in tasks.items() if task.startswith(group + "/")])
            last = np.median([np.median(runs[:, -1]) for t, runs in tasks.items() if t.startswith(group + "/")])
            rows[variant] = [*(float(own[:, at - 1].mean()) for at in AT if at <= own.shape[1]), float(last)]
        if folder is not None:
            rows |= {f"{name} (published)": row for name, row in published(folder, group).items()}
        for name, row in rows.items():
            print(f"| {name} | " + " | ".join(f"{value:.4f}" for value in row) + " |")
    if base is None:
        return
    goals = {task: float(np.median(runs[:, -1])) for task, runs in base.items()}
    for group in [*groups, ""]:
        chosen = [task for task in goals if task.startswith(group)]
        print(
            f"\n{group or 'all'}: trials to the median that GaussianProcess alone reaches in the end, median of tasks"
        )
        for variant, tasks in curves.items():
            print(f"| {variant} | {hits({task: tasks[task] for task in chosen}, goals):g} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=["hpob", "lcbench", "misled"])
    parser.add_argument(
        "data", type=Path, nargs="?", default=Path(), help="the .npz of the pools, or the folder of problems.py"
    )
    parser.add_argument("--past", choices=list(PASTS), default="random", help="what ran on the other lcbench tasks")
    parser.add_argument("--past-trials", type=int, default=100, help="how many of them a task")
    parser.add_argument("--past-seed", type=int, default=1_000, help="of the first of them; the others count up")
    parser.add_argument("--published", type=Path, help="folder of the published curves")
    parser.add_argument("--spaces", nargs="+", default=["5859", "5965", "5971"])
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=list(VARIANTS))
    parser.add_argument(
        "--less", action="store_true", help="each seed does without another past task: runs differ more"
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=50)
    options = parser.parse_args()
    makers = {
        "hpob": lambda: pools(options.data, options.spaces),
        "lcbench": lambda: networks(options.data, PASTS[options.past], options.past_trials, options.past_seed),
        "misled": misled,
    }
    found = list(makers[options.kind]())
    groups = list(dict.fromkeys(problem.group for problem in found))
    curves = measured(found, options.variants, options.seeds, options.trials, options.less)
    report(curves, groups, options.published)


if __name__ == "__main__":
    main()
