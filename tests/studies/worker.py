"""What the processes of the multi-process tests run: python worker.py <file> <trials> <strategy>."""

from __future__ import annotations

import sys

import tunewright as tw


def space():
    return tw.Space(x=tw.Float(0.0, 1.0), k=tw.Int(1, 9), c=tw.Categorical("a", "b", "c"))


def objective(trial):
    trial.report(loss=1.0)
    return trial["x"] + trial["k"]


def strategy(name):
    return {"random": tw.Random, "sobol": tw.QuasiRandom}[name]()


def study(file, name="random"):
    return tw.Study(space(), minimize="loss", strategy=strategy(name), storage=file, name="shared", seed=7)


if __name__ == "__main__":
    file, trials, name = sys.argv[1:]
    shared = study(file, name)

    def tell(s, trial):
        sys.stdout.write(f"{trial.number}\n")
        sys.stdout.flush()

    shared.optimize(objective, int(trials), callbacks=[tell])
