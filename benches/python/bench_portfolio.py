"""Portfolios on tasks they did not see: ``python benches/python/bench_portfolio.py FOLDER hpob`` (or ``lcbench``).

``hpob``: FOLDER holds ``data/hpob_3spaces.npz``: pools of HPO-B, 19 tasks in 3 spaces (S. Pineda Arango et al., NeurIPS
Datasets 2021; key ``space_task``, columns: encoded configuration, accuracy), and ``data/hpob_published/*.json.gz``,
published incumbents after 5 + n evaluations. Each task in turn is the new one, its pool the candidates, the other tasks
of its space the past.

``lcbench``: FOLDER holds ``problems.py``, see ``bench_fidelity.py``: 17 tasks, final validation accuracies. The past is
100 random configurations a task, other ones on each and for each seed; features of a task are those of the learning
curve of one configuration, which is the first evaluation of whoever uses them.

Printed is the regret after 5, 10 and 25 evaluations, the mean over tasks and seeds, as published figures are, and the
median over tasks; in units of the pool's range of accuracies (hpob), or points to the best of all that was seen on the
task (lcbench).
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import pathlib
import sys

import numpy as np

import tunewright as tw
from tunewright.strategies.past.greedy import greedy
from tunewright.transfer.agreement import weights_of
from tunewright.transfer.regrets import table

AT = (5, 10, 25)
PUBLISHED = ("Random", "GP", "RGPE", "TAF", "TST", "FSBO", "FSBO2")


def tasks_of(folder):
    """{space: {task: Task}}; configurations are numbers of the unit cube."""
    pools = np.load(folder / "data" / "hpob_3spaces.npz")
    found = {}
    for key in pools.files:
        space_id, _, task = key.partition("_")
        rows = np.asarray(pools[key], dtype=np.float64)
        space = tw.Space({f"x{j}": tw.Float(0.0, 1.0) for j in range(rows.shape[1] - 1)})
        found.setdefault(space_id, {})[task] = tw.transfer.Task(
            task, space, rows[:, :-1], -rows[:, -1], "accuracy", "maximize"
        )
    return found


def regret(new, order):
    """After each evaluation, shape (len(order),)."""
    best, worst = new.losses.min(), new.losses.max()
    return (np.minimum.accumulate(new.losses[order]) - best) / (worst - best)


def average(regrets, losses, seed):
    """The best by mean regret over the past."""
    return np.argsort(regrets.mean(axis=0), kind="stable")[: AT[-1]].tolist()


def portfolio(regrets, losses, seed):
    return greedy(regrets, AT[-1])[0]


def few_shot(regrets, losses, seed, every=(5, 10)):
    """Five of the portfolio, then what is picked after these five, and again after ten."""
    order = portfolio(regrets, losses, seed)[: every[0]]
    for count in (*every[1:], AT[-1]):
        tried = regrets[:, order]
        rest = np.setdiff1d(np.arange(len(losses)), order)
        weights = weights_of(tried, losses[order])
        picks, _ = greedy(regrets[:, rest], count - len(order), weights=weights, reached=tried.min(axis=1))
        order = order + rest[picks].tolist()
    return order


STARTS = {"best on average": average, "portfolio": portfolio, "portfolio, adapted": few_shot}


def published(folder, name, spaces):
    with gzip.open(folder / "data" / "hpob_published" / f"{name}.json.gz") as file:
        curves = json.load(file)
    return np.array(
        [
            np.mean([[1.0 - curve[n - 5] for n in AT] for curve in curves[space][task].values()], axis=0)
            for space, tasks in spaces.items()
            for task in tasks
        ]
    )


class Trainings:
    """The lcbench tasks."""

    def __init__(self, folder):
        sys.path.insert(0, str(folder))
        self.problems = importlib.import_module("problems")
        kinds = {"int": tw.Int, "float": tw.Float}
        self.space = tw.Space(
            {
                p["name"]: kinds[p["kind"]](p["low"], p["high"], log=p.get("log", False))
                for p in self.problems.LCBENCH_SPACE
            }
        )
        self.names = self.problems.LCBENCH_PUBLIC
        self.middle = self.space.configs(self.space.decode(np.full((1, self.space.dimension), 0.5)))[0]
        self.features = {name: self._features(name) for name in self.names}

    def loss(self, name, config, epoch=52):
        return -self.problems.lcbench_at(name, config, epoch)["val_accuracy"]

    def _features(self, name):
        curve = [self.loss(name, self.middle, epoch) for epoch in range(1, 53)]
        return tw.transfer.curve_features(curve) | {"last": curve[-1], "first": curve[0]}

    def drawn(self, count, seed):
        study = tw.Study(self.space, minimize="y", strategy=tw.Random(), seed=seed)
        return [trial.config for trial in study.ask(count)]

    def task(self, name, seed):
        configs = self.drawn(100, 1000 * seed + self.names.index(name))
        losses = np.array([self.loss(name, config) for config in configs])
        return tw.transfer.Task(
            name, self.space, self.space.natives(configs), losses, "loss", "minimize", features=self.features[name]
        )

    def starts(self, name, past, seed):
        """Configurations by method, 25 each."""
        fit, most = tw.transfer.Portfolio.fit, AT[-1]
        near = tw.transfer.relatives(past, self.features[name], 3)
        rows = np.concatenate([task.best(100) for task in past])
        order = np.argsort(table(past, rows, seed).mean(axis=0), kind="stable")[:most]
        first = list(fit(past, 5, seed=seed).configs)
        study = tw.Study(self.space, minimize="loss", strategy=tw.Random(), seed=seed)
        study.enqueue(first)
        for trial in study.ask(5):
            study.tell(trial, self.loss(name, trial.config))
        turns = [task.configs[k] for k in range(9) for task, k in ((t, np.argsort(t.losses)[k]) for t in near)]
        return {
            "random": self.drawn(most, 500_000 + 1000 * seed + self.names.index(name)),
            "best on average": self.space.configs(rows[order]),
            "portfolio": fit(past, most, seed=seed).configs,
            "portfolio, adapted": [*first, *fit(past, most - 5, after=study, seed=seed).configs],
            "best of 3 nearest": [self.middle, *turns][:most],
            "portfolio of 3 nearest": [self.middle, *fit(near, most - 1, seed=seed).configs],
        }


def lcbench(folder, seeds):
    trainings, reached = Trainings(folder), {}
    for seed in range(seeds):
        tasks = {name: trainings.task(name, seed) for name in trainings.names}
        for name in trainings.names:
            past = [task for other, task in tasks.items() if other != name]
            for start, configs in trainings.starts(name, past, seed).items():
                losses = np.minimum.accumulate([trainings.loss(name, config) for config in configs])
                reached.setdefault(start, {}).setdefault(name, []).append(losses[[n - 1 for n in AT]])
            reached.setdefault("", {}).setdefault(name, []).append([tasks[name].losses.min()])
    best = {name: min(np.min(runs[name]) for runs in reached.values()) for name in trainings.names}
    for start in [start for start in reached if start]:
        show(start, np.array([np.mean(reached[start][name], axis=0) - best[name] for name in trainings.names]))


def show(name, found):
    means, medians = found.mean(axis=0), np.median(found, axis=0)
    cells = " ".join(f"{value:8.4f}" for value in (*means, *medians))
    print(f"{name:>23} {cells}", flush=True)


def hpob(folder, seeds):
    spaces = tasks_of(folder)
    for name in PUBLISHED:
        show(name, published(folder, name, spaces))
    found = {name: [] for name in STARTS}
    for tasks in spaces.values():
        for held, new in tasks.items():
            past = [task for other, task in tasks.items() if other != held]
            curves = {name: [] for name in STARTS}
            for seed in range(seeds):  # of the forests
                regrets = table(past, new.natives, seed)
                for name, start in STARTS.items():
                    curves[name].append(regret(new, start(regrets, new.losses, seed))[[n - 1 for n in AT]])
            for name in STARTS:
                found[name].append(np.mean(curves[name], axis=0))
    for name in STARTS:
        show(name, np.array(found[name]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("tasks", choices=["hpob", "lcbench"])
    parser.add_argument(
        "--seeds", type=int, default=10, help="of the past and all else (lcbench), of the forests (hpob)"
    )
    given = parser.parse_args()
    print(" " * 23, " ".join(f"{f'{what} {n}':>8}" for what in ("mean", "med") for n in AT))
    {"hpob": hpob, "lcbench": lcbench}[given.tasks](given.folder, given.seeds)


if __name__ == "__main__":
    main()
