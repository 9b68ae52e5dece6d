"""Portfolios on tasks they did not see: ``python benches/python/bench_portfolio.py FOLDER``.

FOLDER holds ``data/hpob_3spaces.npz``: pools of HPO-B, 19 tasks in 3 spaces (S. Pineda Arango et al., NeurIPS Datasets
2021; key ``space_task``, columns: encoded configuration, accuracy), and ``data/hpob_published/*.json.gz``, published
incumbents after 5 + n evaluations. Each task in turn is the new one, its pool the candidates, the other tasks of its
space the past. Printed is the regret, in units of the pool's range of accuracies, after 5, 10 and 25 evaluations: the
mean over tasks (and seeds), as the published figures are, and the median over tasks.
"""

from __future__ import annotations

import argparse
import gzip
import json
import pathlib
import time

import numpy as np

import tunewright as tw
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


def rows_of(new, configs):
    place = {row.tobytes(): j for j, row in reversed(list(enumerate(new.natives)))}
    return [place[row.tobytes()] for row in new.space.natives(configs)]


def random(new, past, seed):
    return np.random.default_rng(seed).permutation(len(new))[: AT[-1]].tolist()


def average(new, past, seed):
    """The best by mean regret over the past, as predicted."""
    return np.argsort(table(past, new.natives, seed).mean(axis=0), kind="stable")[: AT[-1]].tolist()


def portfolio(new, past, seed):
    return rows_of(new, tw.transfer.Portfolio.fit(past, AT[-1], candidates=new.configs, seed=seed).configs)


def few_shot(new, past, seed, every=(5, 10)):
    """Five of the portfolio, then what is fitted after these five, and again after ten."""
    order = portfolio(new, past, seed)[: every[0]]
    for count in (*every[1:], AT[-1]):
        study = tw.Study(new.space, maximize="accuracy", strategy=tw.Random(), seed=seed)
        study.enqueue(new.space.configs(new.natives[order]))
        for trial, loss in zip(study.ask(len(order)), new.losses[order], strict=True):
            study.tell(trial, -loss)
        fitted = tw.transfer.Portfolio.fit(past, count - len(order), candidates=new.configs, after=study, seed=seed)
        more = rows_of(new, fitted.configs)
        spare = [row for row in random(new, past, seed) if row not in order + more]
        order = order + more + spare[: count - len(order) - len(more)]
    return order


STARTS = {"random": random, "best on average": average, "portfolio": portfolio, "portfolio, adapted": few_shot}


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


def show(name, found, seconds=None):
    means, medians = found.mean(axis=0), np.median(found, axis=0)
    cells = " ".join(f"{value:8.4f}" for value in (*means, *medians))
    print(f"{name:>20} {cells}" + ("" if seconds is None else f" {seconds:8.1f} s"), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", nargs="*", choices=STARTS, default=list(STARTS))
    given = parser.parse_args()
    spaces = tasks_of(given.folder)
    print(" " * 20, " ".join(f"{f'{what} {n}':>8}" for what in ("mean", "med") for n in AT))
    for name in PUBLISHED:
        show(name, published(given.folder, name, spaces))
    for name in given.only:
        began = time.process_time()
        found = []
        for tasks in spaces.values():
            for held, new in tasks.items():
                past = [task for other, task in tasks.items() if other != held]
                curves = [regret(new, STARTS[name](new, past, seed)) for seed in range(given.seeds)]
                found.append(np.mean(curves, axis=0)[[n - 1 for n in AT]])
        show(name, np.array(found), time.process_time() - began)


if __name__ == "__main__":
    main()
