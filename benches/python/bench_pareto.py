"""The non-dominated mask beside the libraries that have one: ``python benches/python/bench_pareto.py [--quick]``.

Several data sets a cell, the same for all, masks compared before anything is timed; processor time, ours and the peers'
in turns. A time is the mean over the data sets of the best on each. A peer that is not installed is named and left out;
one that would take longer than the limit is left out of the larger sizes.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tunewright.numerics.pareto import is_nondominated

Mask = Callable[[NDArray[np.float64]], NDArray[np.bool_]]

LIMIT = 60.0
BUDGET = 0.5
SETS = 5


def moocore() -> Mask:
    import moocore

    return lambda losses: moocore.is_nondominated(losses, keep_weakly=True)


def paretoset() -> Mask:
    from paretoset.algorithms_numba import BNL

    return lambda losses: BNL(losses, distinct=False)


def pymoo() -> Mask:
    from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

    def mask(losses: NDArray[np.float64]) -> NDArray[np.bool_]:
        front = np.zeros(len(losses), dtype=np.bool_)
        front[NonDominatedSorting().do(losses, only_non_dominated_front=True)] = True
        return front

    return mask


def peers() -> dict[str, Mask]:
    found = {}
    for load in (moocore, paretoset, pymoo):
        try:
            found[load.__name__] = load()
        except ImportError as missing:
            print(f"left out: {load.__name__} ({missing})")
        else:
            print(f"{load.__name__} {importlib.metadata.version(load.__name__)}")
    return found


def data(shape: str, n: int, m: int, seed: int) -> NDArray[np.float64]:
    """Uniform; correlated (a common factor and a little noise); anti-correlated (a sphere: all on the front)."""
    random = np.random.default_rng(seed)
    if shape == "uniform":
        return random.random((n, m))
    if shape == "corr":
        return random.random((n, 1)) + 0.1 * random.standard_normal((n, m))
    sphere = np.abs(random.standard_normal((n, m)))
    return sphere / np.linalg.norm(sphere, axis=1, keepdims=True)


def timed(mask: Mask, losses: NDArray[np.float64], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        mask(losses)
    return (time.process_time() - start) / calls


def in_turns(masks: dict[str, Mask], sets: list[NDArray[np.float64]]) -> dict[str, float]:
    """The mean over the data sets of each mask's best time on one, in seconds."""
    calls = max(1, int(2e-4 / max(timed(masks["tunewright"], sets[0], 2), 1e-7)))  # a tick is no time
    best = {name: np.full(len(sets), np.inf) for name in masks}
    start = time.process_time()
    while np.isinf(best["tunewright"]).any() or time.process_time() - start < BUDGET * len(masks):
        for i, losses in enumerate(sets):
            for name, mask in masks.items():
                best[name][i] = min(best[name][i], timed(mask, losses, calls))
    return {name: float(times.mean()) for name, times in best.items()}


def text(seconds: float) -> str:
    unit, factor = next(p for p in (("s", 1), ("ms", 1e3), ("µs", 1e6)) if seconds * p[1] >= 1 or p[0] == "µs")
    return f"{seconds * factor:.3g} {unit}"


def predicted(past: list[float]) -> float:
    """The time at ten times the size, if it goes on growing as it did."""
    if not past:
        return 0.0
    growth = past[-1] / past[-2] if len(past) > 1 and past[-2] < float("inf") else 10.0
    return past[-1] * max(10.0, growth)


def row(shape: str, n: int, m: int, others: dict[str, Mask], past: dict[str, list[float]]) -> tuple[str, float]:
    """One line of the table and its ratio; ``past`` has the peers' times at smaller n, and gets those at n."""
    sets = [data(shape, n, m, seed) for seed in range(SETS if n <= 10**5 else 1)]
    run = {name: mask for name, mask in others.items() if predicted(past[name]) <= LIMIT}
    for losses in sets:
        expected = is_nondominated(losses)
        for name, mask in run.items():
            if not np.array_equal(mask(losses), expected):
                raise AssertionError(f"{name} differs from tunewright: {shape}, n = {n}, m = {m}")
    times = in_turns({"tunewright": is_nondominated} | run, sets)
    ours = times.pop("tunewright")
    for name in others:
        past[name].append(times.get(name, float("inf")))
    columns = " | ".join(text(times[name]) if name in times else "–" for name in others)
    ratio = min(times.values()) / ours if times else float("nan")
    return f"| {shape} | {m} | {n:,} | {expected.sum():,} | {text(ours)} | {columns} | {ratio:.2f} |", ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to 10,000 points only")
    parser.add_argument("--shapes", nargs="*", default=["uniform", "corr", "anti"])
    parser.add_argument("--objectives", nargs="*", type=int, default=[2, 3, 5, 8])
    arguments = parser.parse_args()
    others = peers()
    print(f"\n| data | m | n | front | tunewright | {' | '.join(others)} | fastest peer / tunewright |")
    print("|---|" + "---|" * (len(others) + 5))
    ratios = []
    for shape in arguments.shapes:
        for m in arguments.objectives:
            past: dict[str, list[float]] = {name: [] for name in others}
            for n in (1_000, 10_000) if arguments.quick else (1_000, 10_000, 100_000, 1_000_000):
                line, ratio = row(shape, n, m, others, past)
                ratios.append(ratio)
                print(line, flush=True)
    ratios = [ratio for ratio in ratios if ratio == ratio]
    if ratios:
        mean = np.exp(np.mean(np.log(ratios)))
        print(f"\nfastest peer / tunewright: {min(ratios):.2f} at worst, {mean:.2f} in the geometric mean")


if __name__ == "__main__":
    main()
