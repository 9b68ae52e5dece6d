"""Ranks, hypervolumes and contributions beside moocore and pymoo: ``python benches/python/bench_hypervolume.py``.

Several data sets a cell, the same for all, results compared before anything is timed; processor time, ours and the
peers' in turns, so that neither a busy machine nor a processor that has learnt one data set by heart decides. A time is
the mean over the data sets of the best on each. A peer that is not installed is left out; so is one that would take
longer than the limit, judged by its time on fewer points.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunewright.numerics import pareto

Points = NDArray[np.float64]
Kernel = Callable[[Points], Any]

LIMIT = 20.0
BUDGET = 0.5
SETS = 5
CORNER = 1.1


def moocore(measure: str) -> Kernel:
    library = importlib.import_module("moocore")
    return {
        "ranks": lambda x: np.asarray(library.pareto_rank(x)) - np.min(library.pareto_rank(x[:1])),
        "hypervolume": lambda x: library.hypervolume(x, ref=CORNER),
        "contributions": lambda x: library.hv_contributions(x, ref=CORNER),
    }[measure]


def pymoo(measure: str) -> Kernel | None:
    if measure == "ranks":
        sorting = importlib.import_module("pymoo.util.nds.non_dominated_sorting").NonDominatedSorting
        return lambda x: sorting().do(x, return_rank=True)[1]
    if measure == "hypervolume":
        volume = importlib.import_module("pymoo.indicators.hv").HV
        return lambda x: volume(ref_point=np.full(x.shape[1], CORNER))(x)
    return None


OURS: dict[str, Kernel] = {
    "ranks": pareto.nondominated_rank,
    "hypervolume": lambda x: pareto.hypervolume(x, reference=CORNER),
    "contributions": lambda x: pareto.hypervolume_contributions(x, reference=CORNER),
}
CELLS: dict[str, list[tuple[str, int, tuple[int, ...]]]] = {
    "ranks": [(s, m, (10**3, 10**4, 10**5, 10**6)) for s in ("uniform", "sphere") for m in (2, 3, 5, 8)],
    "hypervolume": [("sphere", m, (10, 20, 50, 100, 200, 300, 1000, 10000)) for m in (2, 3, 4)]
    + [("sphere", 5, (10, 20, 50, 100, 200, 300, 1000))]
    + [("sphere", m, (10, 20, 50, 100, 200)) for m in (6, 7, 8)],
    "contributions": [("sphere", m, (100, 1000, 10000)) for m in range(2, 6)],
}


def data(shape: str, n: int, m: int, seed: int) -> Points:
    random = np.random.default_rng(seed)
    if shape == "uniform":
        return random.random((n, m))
    sphere = np.abs(random.standard_normal((n, m)))
    return sphere / np.linalg.norm(sphere, axis=1, keepdims=True)


def timed(kernel: Kernel, points: Points, calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        kernel(points)
    return (time.process_time() - start) / calls


def in_turns(kernels: dict[str, Kernel], sets: list[Points]) -> dict[str, float]:
    """The mean over the data sets of each kernel's best time on one, in seconds."""
    calls = max(1, int(2e-4 / max(timed(kernels["tunewright"], sets[0], 2), 1e-7)))  # a tick is no time
    best = {name: np.full(len(sets), np.inf) for name in kernels}
    start = time.process_time()
    while np.isinf(best["tunewright"]).any() or time.process_time() - start < BUDGET * len(kernels):
        for i, points in enumerate(sets):
            for name, kernel in kernels.items():
                best[name][i] = min(best[name][i], timed(kernel, points, calls))
    return {name: float(times.mean()) for name, times in best.items()}


def peers(measure: str) -> dict[str, Kernel]:
    found = {}
    for load in (moocore, pymoo):
        try:
            kernel = load(measure)
        except ImportError as missing:
            print(f"left out: {load.__name__} ({missing})")
            continue
        if kernel is not None:
            found[load.__name__] = kernel
    return found


def table(measure: str, most: int) -> None:
    others = peers(measure)
    print(f"\n| {measure} | m | n | tunewright, ms | {', ms | '.join(others)}, ms | fastest peer / tunewright |")
    print("|---|" + "---|" * (len(others) + 4))
    ratios = []
    for shape, m, sizes in CELLS[measure]:
        last = dict.fromkeys([*others, "tunewright"], 0.0)
        for n in (n for n in sizes if n <= most and last["tunewright"] < LIMIT / 30):
            sets = [data(shape, n, m, seed) for seed in range(SETS if n <= 10**5 else 1)]
            run = {"tunewright": OURS[measure]} | {k: kernel for k, kernel in others.items() if last[k] < LIMIT / 100}
            for points in sets:
                expected = run["tunewright"](points)
                for kernel in run.values():
                    np.testing.assert_allclose(kernel(points), expected, rtol=1e-7, atol=1e-10)
            times = in_turns(run, sets)
            last = {name: times.get(name, np.inf) for name in last}
            del times["tunewright"]
            ratio = min(times.values(), default=np.nan) / last["tunewright"]
            ratios.append(ratio)
            columns = " | ".join(f"{times[name] * 1e3:.3g}" if name in times else "–" for name in others)
            print(f"| {shape} | {m} | {n:,} | {last['tunewright'] * 1e3:.3g} | {columns} | {ratio:.2f} |", flush=True)
    ratios = [ratio for ratio in ratios if ratio == ratio]
    if ratios:
        print(f"\n{min(ratios):.2f} at worst, {np.exp(np.mean(np.log(ratios))):.2f} in the geometric mean")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measures", nargs="*", default=list(OURS))
    parser.add_argument("--most", type=int, default=10**6, help="the largest number of points")
    arguments = parser.parse_args()
    for measure in arguments.measures:
        table(measure, arguments.most)


if __name__ == "__main__":
    main()
