"""Epochs to reach what random search reaches: ``python benches/python/bench_fidelity.py FOLDER asha gp [--tasks 6]``.

FOLDER holds ``problems.py`` with ``lcbench_at(task, config, epoch)``, ``LCBENCH_SPACE`` and ``LCBENCH_PUBLIC``: the
lcbench surrogate of YAHPO Gym, networks trained for up to 52 epochs. A run spends ``--epochs`` with one worker; its
curve is the best validation accuracy reported so far. The target of a task and seed is the best accuracy after 52
epochs among 100 random configurations, which cost 5,200 epochs. Printed are, as shares of those, the median epochs to
the target over all runs, how many runs got there, and the median regret to the best accuracy seen on the task, in
points, after 1/32, 1/16, 1/8 and 1/4 of them. What learns of past tasks learns of the other 16: 100 random
configurations of each, trained in full. Runs are kept in the file ``--out`` and not repeated.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import pathlib
import sys
import time

import numpy as np

import tunewright as tw

FULL, TRIALS = 52, 100
SHARES = (32, 16, 8, 4)


class Spent(Exception):
    """The epochs are gone."""


class Bench:
    """One task: trains configurations and writes down the best accuracy against the epochs spent."""

    def __init__(self, problems, task, epochs):
        self.at, self.params, self.task, self.left = problems.lcbench_at, problems.LCBENCH_SPACE, task, epochs
        self.others = tuple(other for other in problems.LCBENCH_PUBLIC if other != task)
        self.spent, self.best, self.curve = 0, -np.inf, []

    def train(self, config, after=0):
        """(epoch, validation accuracy) of each epoch behind ``after``."""
        for epoch in range(after + 1, FULL + 1):
            if self.spent >= self.left:
                raise Spent
            accuracy = self.at(self.task, config, epoch)["val_accuracy"]
            self.spent += 1
            if accuracy > self.best:
                self.best = accuracy
                self.curve.append((self.spent, accuracy))
            yield epoch, accuracy

    def space(self):
        kinds = {"int": tw.Int, "float": tw.Float}
        return tw.Space(
            {p["name"]: kinds[p["kind"]](p["low"], p["high"], log=p.get("log", False)) for p in self.params}
        )


def target(bench, seed):
    """The best final accuracy of a random search in full."""
    study = tw.Study(bench.space(), minimize="y", strategy=tw.Random(), seed=10_000 + seed)
    return max(bench.at(bench.task, trial.config, FULL)["val_accuracy"] for trial in study.ask(TRIALS))


def tunewright(strategy, scheduler, first=0):
    """``scheduler`` may be made of past tasks; of them come the ``first`` configurations."""

    def run(bench, seed):
        chosen = scheduler(past_of(bench)) if callable(scheduler) else scheduler
        study = tw.Study(bench.space(), maximize="accuracy", strategy=strategy, scheduler=chosen, seed=seed)
        if first:
            portfolio_of(bench, first).enqueue(study)

        def objective(trial):
            accuracy = -np.inf
            try:
                for epoch, accuracy in bench.train(trial.config, trial.resumed):
                    if trial.report(epoch, accuracy=accuracy) or epoch == trial.resource:
                        break
            except Spent:
                study.stop("spent")
                raise tw.TrialPruned from None
            return accuracy

        study.optimize(objective, more=10_000)

    return run


@functools.cache
def searched(at, task, configs=100):
    """What random configurations trained in full have left, other ones on each task."""
    bench = Bench(importlib.import_module("problems"), task, 0)
    trials = tw.Study(bench.space(), minimize="y", strategy=tw.Random(), seed=90_000 + int(task)).ask(configs)
    losses = np.array([[-at(task, t.config, e)["val_accuracy"] for e in range(1, FULL + 1)] for t in trials])
    rows, epochs = np.divmod(np.arange(losses.size), FULL)
    natives = bench.space().natives([t.config for t in trials])
    curves = np.column_stack([rows, epochs + 1, losses.ravel()])
    return tw.transfer.Task(task, bench.space(), natives, losses[:, -1], "accuracy", "maximize", curves)


def past_of(bench):
    """The other 16 tasks."""
    return [searched(bench.at, task) for task in bench.others]


@functools.cache
def portfolio(at, others, size):
    return tw.transfer.Portfolio.fit([searched(at, task) for task in others], size)


def portfolio_of(bench, size):
    return portfolio(bench.at, bench.others, size)


def optuna(bench, seed):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    pruner = optuna.pruners.HyperbandPruner(min_resource=1, max_resource=FULL, reduction_factor=3)
    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)
    kinds = {"int": optuna.distributions.IntDistribution, "float": optuna.distributions.FloatDistribution}
    space = {p["name"]: kinds[p["kind"]](p["low"], p["high"], log=p.get("log", False)) for p in bench.params}
    while True:
        trial = study.ask(space)
        for epoch, accuracy in bench.train(trial.params):
            trial.report(accuracy, epoch)
            if epoch < FULL and trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            study.tell(trial, accuracy)


def syne_tune(bench, seed):
    """Syne Tune's ASHA, the stopping form, driven by hand with one worker."""
    from syne_tune import config_space as cs
    from syne_tune.backend.trial_status import Trial
    from syne_tune.optimizer.baselines import ASHA

    domains = {}
    for p in bench.params:
        name = ("log" if p.get("log") else "") + ("randint" if p["kind"] == "int" else "uniform")
        domains[p["name"]] = getattr(cs, name)(p["low"], p["high"])
    scheduler = ASHA(
        domains, metric="accuracy", time_attr="epoch", max_t=FULL, grace_period=1, reduction_factor=3,
        do_minimize=False, random_seed=seed,
    )  # fmt: skip
    number = 0
    while True:
        trial = Trial(number, scheduler.suggest().config, None)
        scheduler.on_trial_add(trial)
        for epoch, accuracy in bench.train(trial.config):
            result = {"accuracy": accuracy, "epoch": epoch}
            if scheduler.on_trial_result(trial, result) != "CONTINUE":
                break
        else:
            scheduler.on_trial_complete(trial, result)
        number += 1


def smac(bench, seed):
    """SMAC's multi-fidelity facade (Hyperband with a random forest); it is charged what a promotion adds alone."""
    import tempfile

    from ConfigSpace import ConfigurationSpace, Float, Integer
    from smac import MultiFidelityFacade, Scenario
    from smac.runhistory import TrialValue

    space, curves = ConfigurationSpace(seed=seed), {}
    for p in bench.params:
        kind = Integer if p["kind"] == "int" else Float
        space.add(kind(p["name"], (p["low"], p["high"]), log=bool(p.get("log"))))
    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(
            space, deterministic=True, n_trials=100_000, min_budget=1, max_budget=FULL, seed=seed,
            output_directory=folder,
        )  # fmt: skip
        # ask and tell alone: the facade wants a function, and never calls it
        facade = MultiFidelityFacade(scenario, lambda config, seed, budget: 0.0, overwrite=True, logging_level=40)
        while True:
            asked = facade.ask()
            curve, epochs = curves.setdefault(asked.config, []), round(asked.budget)
            training = bench.train(dict(asked.config), len(curve))
            while len(curve) < epochs:
                curve.append(next(training)[1])
            facade.tell(asked, TrialValue(cost=-curve[epochs - 1]))


def methods():
    gp, last, random = tw.GaussianProcess(), tw.GaussianProcess(fidelity="last"), tw.Random()
    tpe = tw.TPE()
    stopping, promotion = tw.ASHA(FULL), tw.ASHA(FULL, promotion=True)
    return {
        "random": tunewright(random, None),
        "asha": tunewright(random, stopping),
        "asha_promotion": tunewright(random, promotion),
        "curve": tunewright(random, tw.CurveStopping(FULL)),
        "learned": tunewright(random, tw.LearnedStopping.fit),
        "portfolio": tunewright(random, stopping, 10),
        "portfolio_learned": tunewright(random, tw.LearnedStopping.fit, 10),
        "gp_promotion_portfolio": tunewright(gp, promotion, 10),
        "hyperband": tunewright(random, tw.Hyperband(FULL)),
        "gp_full": tunewright(gp, None),
        "gp": tunewright(gp, stopping),
        "gp_promotion": tunewright(gp, promotion),
        "gp_last": tunewright(last, stopping),
        "gp_hyperband": tunewright(gp, tw.Hyperband(FULL)),
        "gp_3_last": tunewright(last, tw.ASHA(FULL, min_resource=3)),
        "gp_3": tunewright(gp, tw.ASHA(FULL, min_resource=3)),
        "gp_3_promotion": tunewright(gp, tw.ASHA(FULL, min_resource=3, promotion=True)),
        "tpe": tunewright(tpe, stopping),
        "tpe_hyperband": tunewright(tpe, tw.Hyperband(FULL)),
        "tpe_3_promotion": tunewright(tpe, tw.ASHA(FULL, min_resource=3, promotion=True)),
        "asha_3": tunewright(random, tw.ASHA(FULL, min_resource=3)),
        "asha_3_promotion": tunewright(random, tw.ASHA(FULL, min_resource=3, promotion=True)),
        "optuna": optuna,
        "syne_tune": syne_tune,
        "smac": smac,
    }


def after(curve, epochs):
    return max([accuracy for spent, accuracy in curve if spent <= epochs], default=-np.inf)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("folder")
    parser.add_argument("methods", nargs="+", choices=list(methods()))
    parser.add_argument("--tasks", type=int, default=17)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=FULL * TRIALS // 4)
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    sys.path.insert(0, options.folder)
    problems = importlib.import_module("problems")
    pairs = [(task, seed) for seed in range(options.seeds) for task in problems.LCBENCH_PUBLIC[: options.tasks]]
    kept = json.loads(options.out.read_text()) if options.out and options.out.exists() else {}
    for name in ["target", *options.methods]:
        for task, seed in pairs:
            key = f"{name}/{task}/{seed}"
            if key not in kept:
                kept[key] = fresh(Bench(problems, task, options.epochs), name, seed)
            if options.out and task == pairs[-1][0]:
                options.out.write_text(json.dumps(kept))
    report(kept, options.methods, pairs)


def fresh(bench, name, seed):
    if name == "target":
        return target(bench, seed)
    began = time.process_time()
    try:
        methods()[name](bench, seed)
    except Spent:
        pass
    return {"curve": bench.curve, "seconds": time.process_time() - began}


def report(kept, names, pairs):
    tops = {}
    for key, value in kept.items():
        task = key.split("/")[1]
        top = value if isinstance(value, float) else value["curve"][-1][1]
        tops[task] = max(tops.get(task, -np.inf), top)
    print(
        "| method | share to the target | reached | " + " | ".join(f"regret at 1/{s}" for s in SHARES) + " | s a run |"
    )
    print("|---" * (4 + len(SHARES)) + "|")
    for name in names:
        runs = [(kept[f"{name}/{t}/{s}"], kept[f"target/{t}/{s}"], tops[t]) for t, s in pairs]
        to = [next((e for e, a in run["curve"] if a >= goal), np.inf) / (FULL * TRIALS) for run, goal, _ in runs]
        regrets = [np.median([top - after(run["curve"], FULL * TRIALS / s) for run, _, top in runs]) for s in SHARES]
        seconds = np.median([run["seconds"] for run, _, _ in runs])
        cells = [
            f"{np.median(to):.3f}",
            f"{np.isfinite(to).mean():.0%}",
            *(f"{r:.2f}" for r in regrets),
            f"{seconds:.1f}",
        ]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
