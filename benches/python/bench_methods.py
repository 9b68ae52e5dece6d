"""Every method of architecture search from end to end, on the digits and on signals made as those of MNIST-1D.

    python benches/python/bench_methods.py [signals|digits] [method ...]

One cell of four nodes with six operations an edge, six filters. Methods that train every architecture alone try
``trials`` of them for ``epochs`` each; what a method chose is trained for ``final`` epochs and judged on the test part:
from new weights, or on from inherited ones where weights were shared. One seed: whether it runs and how long it takes,
not which is best (bench_nas.py and bench_supernet.py have seeds).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import tunewright as tw
from tunewright.nas.sharing import Backbone, Differentiable, Elastic, Gumbel, Supernet
from tunewright.strategies.protocol import Strategy
from tunewright.training import Recipe, Splits, Trainer, digit_signals, load_digits, split

CELL = tw.nas.Cell(operations=("zero", "identity", "linear", "conv3", "conv5", "mean3"))
DESIGN = tw.nas.Skeleton(CELL, cells=1, filters=6)
WORKLOADS = {"signals": lambda: digit_signals(1200), "digits": load_digits}


@dataclass(frozen=True)
class Budget:
    """Trials of a study, epochs of each; epochs of shared weights and trials on them; epochs of the final training."""

    trials: int = 15
    epochs: int = 5
    shared: int = 12
    inherited: int = 40
    final: int = 20

    def recipe(self, epochs: int) -> Recipe:
        return Recipe(epochs=epochs, lr=1e-2, schedule="cosine")


Method = Callable[[Splits, Budget], Trainer]
"""From data to a trainer of what was chosen, which is still to be run."""


def ended(epochs: Iterable[object]) -> None:
    for _ in epochs:
        pass


def alone(strategy: Strategy, *, warm: bool = False) -> Method:
    def search(splits: Splits, budget: Budget) -> Trainer:
        def objective(trial: tw.Trial) -> float:
            layers = DESIGN.layers(trial.config, splits)
            trainer = Trainer(budget.recipe(budget.epochs), splits, layers=layers)
            return [metrics.validation_accuracy for metrics in trainer.fit()][-1]

        study = tw.Study(tw.nas.GraphSpace(DESIGN), maximize="accuracy", strategy=strategy, seed=0)
        if warm:
            width = splits.train.inputs.shape[1]
            tw.nas.warm_start(study, DESIGN, lambda config: tw.nas.synflow(DESIGN.network(config, splits), width))
        study.optimize(objective, trials=budget.trials, progress=False)
        layers = DESIGN.layers(study.best_config, splits)
        return Trainer(budget.recipe(budget.final), splits, layers=layers)

    return search


def one_shot(sampling: str) -> Method:
    def search(splits: Splits, budget: Budget) -> Trainer:
        supernet = Supernet(DESIGN, splits, budget.recipe(budget.shared), sampling=sampling)
        ended(supernet.fit())
        return supernet.fine_tune(supernet.choose(trials=budget.inherited), budget.recipe(budget.final))

    return search


def elastic(splits: Splits, budget: Budget) -> Trainer:
    net = Elastic(Backbone(depths=(1, 2), widths=(4, 6, 8)), splits, budget.recipe(max(3, budget.shared)))
    ended(net.fit())
    return net.fine_tune(net.choose(trials=min(budget.inherited, 20)), budget.recipe(budget.final))


def gradients(**options: object) -> Method:
    def search(splits: Splits, budget: Budget) -> Trainer:
        recipe = budget.recipe(max(2, budget.shared // 2))
        found = Differentiable(DESIGN, splits, recipe, warmup=0.4, **options)
        ended(found.fit())
        return found.trainer(budget.recipe(budget.final))

    return search


def methods(budget: Budget) -> dict[str, Method]:
    """All of them by name; strategies that begin with a design of experiments begin with a third of the trials."""
    first = max(2, budget.trials // 3)
    return {
        "Random": alone(tw.Random()),
        "RegularizedEvolution": alone(tw.RegularizedEvolution(first, max(1, first // 2))),
        "GraphEvolution": alone(tw.nas.GraphEvolution(DESIGN, first, first)),
        "Reinforce": alone(tw.Reinforce()),
        "Progressive": alone(tw.Progressive(beam=first, simplest=dict.fromkeys(CELL.names, "identity"))),
        "GraphProcess": alone(tw.nas.GraphProcess(DESIGN, startup=first)),
        "GraphEvolution, warm start by synflow": alone(tw.nas.GraphEvolution(DESIGN, first, first), warm=True),
        "Supernet, uniform": one_shot("uniform"),
        "Supernet, fair": one_shot("fair"),
        "Elastic": elastic,
        "Differentiable, first order": gradients(),
        "Differentiable, second order": gradients(order=2),
        "Differentiable, Gumbel": gradients(gates=Gumbel()),
        "Differentiable, hard Gumbel": gradients(gates=Gumbel(hard=True)),
    }


def main(workloads: list[str], names: list[str]) -> None:
    budget = Budget()
    print("| method | " + " | ".join(f"{name}: test accuracy | seconds" for name in workloads) + " |")
    print("|---|" + "---|---|" * len(workloads))
    parts = {name: split(WORKLOADS[name](), seed=0) for name in workloads}
    for name, method in methods(budget).items():
        if names and name not in names:
            continue
        cells = []
        for splits in parts.values():
            began = time.process_time()
            trainer = method(splits, budget)
            ended(trainer.fit())
            cells.append(f"{trainer.test().accuracy:.3f} | {time.process_time() - began:.1f}")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    chosen = [argument for argument in sys.argv[1:] if argument in WORKLOADS] or list(WORKLOADS)
    main(chosen, [argument for argument in sys.argv[1:] if argument not in WORKLOADS])
