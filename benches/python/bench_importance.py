"""``tw.importance`` beside Optuna's evaluators: ``python benches/python/bench_importance.py [--sizes 1000] [--peer]``.

Ten parameters, whose effects fall as 1 / (1 + j), and an interaction of the first two. Processor time of one call each;
ours with its intervals (20 repetitions), interactions and curves, and bare, as Optuna's are. The ranking is compared
with that of the true variances. Optuna's functional ANOVA takes a minute at 1,000 trials, and many at 10,000.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tunewright as tw

D = 10


def losses(x: NDArray[np.float64]) -> NDArray[np.float64]:
    smooth = np.sum((x - 0.3) ** 2 / np.arange(1, D + 1), axis=1) + 0.5 * x[:, 0] * x[:, 1]
    noisy: NDArray[np.float64] = smooth + 0.02 * np.random.default_rng(1).standard_normal(len(x))
    return noisy


def optuna_study(x: NDArray[np.float64], y: NDArray[np.float64]) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space = {f"x{j}": optuna.distributions.FloatDistribution(0, 1) for j in range(D)}
    study = optuna.create_study()
    study.add_trials(
        [
            optuna.trial.create_trial(
                params={f"x{j}": float(v) for j, v in enumerate(row)}, distributions=space, value=float(value)
            )
            for row, value in zip(x, y, strict=True)
        ]
    )
    return study


def timed(name: str, n: int, call: Callable[[], list[str]]) -> float:
    start = time.process_time()
    ranking = call()
    seconds = time.process_time() - start
    print(f"{n:6d}  {name:42s} {seconds:9.3f} s   {' '.join(ranking[:4])}", flush=True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--peer", action="store_true", help="Optuna too")
    options = parser.parse_args()
    for n in options.sizes:
        x = np.random.default_rng(0).random((n, D))
        y = losses(x)
        ours = timed("fanova", n, lambda x=x, y=y: list(tw.importance.fanova(x, y).names))
        bare = timed(
            "fanova, no intervals or interactions", n,
            lambda x=x, y=y: list(tw.importance.fanova(x, y, resamples=0, pairs=0).names),
        )  # fmt: skip
        timed("ped_anova, no intervals", n, lambda x=x, y=y: list(tw.importance.ped_anova(x, y, resamples=0).names))
        if options.peer:
            import optuna.importance as peer

            study = optuna_study(x, y)
            for name in ("PedAnovaImportanceEvaluator", "FanovaImportanceEvaluator"):
                evaluator = getattr(peer, name)()
                theirs = timed(
                    f"Optuna {name}", n,
                    lambda s=study, e=evaluator: list(peer.get_param_importances(s, evaluator=e)),
                )  # fmt: skip
            print(f"        Optuna's functional ANOVA / ours: {theirs / ours:.0f}, bare {theirs / bare:.0f}")


if __name__ == "__main__":
    main()
