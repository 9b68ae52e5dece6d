"""One ask of RandomForest beside SMAC's: ``python benches/python/bench_forest.py [--sizes 100 1000] [--peer]``.

Both get the same n outcomes in ten dimensions and propose the next configuration, alternating; nothing is kept from one
ask to the next but the record. Processor time, the median of eight (a random point, every twentieth, costs next to
nothing); SMAC (pip install smac) is asked once a size.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tunewright as tw
from tunewright.numerics.sampling import sobol

D = 10
NAMES = [f"x{j:02d}" for j in range(D)]


def loss(x: NDArray[np.float64]) -> float:
    return float(np.sum((x - 0.3) ** 2 / np.arange(1, D + 1)) + 0.5 * x[0] * x[1])


def timed(ask: Callable[[], Any]) -> float:
    start = time.process_time()
    ask()
    return time.process_time() - start


def ours(x: NDArray[np.float64]) -> Callable[[], Any]:
    study = tw.Study(
        tw.Space({name: tw.Float(0, 1) for name in NAMES}), minimize="y", strategy=tw.RandomForest(), seed=0
    )
    study.enqueue([dict(zip(NAMES, map(float, row), strict=True)) for row in x])
    for row in x:
        study.tell(study.ask(), loss(row))

    def ask() -> None:
        trial = study.ask()
        study.tell(trial, loss(np.array([trial.config[name] for name in NAMES])))

    return ask


def smac_peer(x: NDArray[np.float64]) -> Callable[[], Any]:
    import smac
    from ConfigSpace import Configuration, ConfigurationSpace, Float
    from smac.runhistory import TrialInfo, TrialValue

    space = ConfigurationSpace(seed=0)
    space.add([Float(name, (0.0, 1.0)) for name in NAMES])
    scenario = smac.Scenario(
        space, deterministic=True, n_trials=100_000, output_directory=tempfile.mkdtemp(), seed=0
    )  # fmt: skip
    facade = smac.HyperparameterOptimizationFacade
    optimizer = facade(
        scenario, target_function=lambda config, seed=0: 0.0, overwrite=True, logging_level=False,
        initial_design=facade.get_initial_design(scenario, n_configs=1),
        config_selector=facade.get_config_selector(scenario, retrain_after=1),
    )  # fmt: skip
    for row in x:
        config = Configuration(space, values=dict(zip(NAMES, map(float, row), strict=True)))
        optimizer.tell(TrialInfo(config, seed=0), TrialValue(cost=loss(row)), save=False)
    info = optimizer.ask()  # of the initial design
    optimizer.tell(info, TrialValue(cost=loss(np.array([info.config[name] for name in NAMES]))), save=False)
    return optimizer.ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--peer", action="store_true", help="ask SMAC too")
    options = parser.parse_args()
    print("trials   RandomForest [ms]   SMAC [ms]   ratio")
    for n in options.sizes:
        x = sobol(0, n, D, seed=7)
        ask = ours(x)
        before = [timed(ask) for _ in range(4)]
        peer = timed(smac_peer(x)) if options.peer else float("nan")
        middle = statistics.median(before + [timed(ask) for _ in range(4)])
        print(f"{n:6d} {1e3 * middle:19.1f} {1e3 * peer:11.0f} {peer / middle:7.0f}")


if __name__ == "__main__":
    main()
