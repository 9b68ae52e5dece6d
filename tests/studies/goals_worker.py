"""Two objectives and a constraint in worker processes: python goals_worker.py <file> <trials>."""

from __future__ import annotations

import sys

import tunewright as tw


def objective(trial):
    width, depth = trial["width"], trial["depth"]
    return {
        "accuracy": tw.Measured(1.0 - 1.0 / (width * depth), sem=0.01),
        "latency": 0.5 * depth + width / 64,
        "memory_mb": float(width * depth),
    }


def study(file):
    return tw.Study(
        tw.Space(width=tw.Int(1, 64), depth=tw.Int(1, 32)),
        maximize="accuracy",
        minimize="latency",
        constraints=["memory_mb <= 300 and latency < 12"],
        thresholds={"accuracy": 0.5},
        storage=file,
        seed=11,
        strategy=tw.Random(),
    )


if __name__ == "__main__":
    file, trials = sys.argv[1:]

    def tell(s, trial):
        sys.stdout.write(f"{trial.number}\n")
        sys.stdout.flush()

    study(file).optimize(objective, int(trials), workers=2, executor="processes", callbacks=[tell])
