"""Streams and low-discrepancy points through the door: ``python benches/python/bench_sampling.py``.

Best of several runs, one thread, beside the twin (asserted equal first) and, where it has one, SciPy's generator.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
from scipy.stats import qmc

from tunewright.numerics import sampling as numerics
from tunewright.reference import sampling as reference

Call = Callable[[], object]

TRIALS = np.arange(10_000, dtype=np.uint64)
ONE = TRIALS[:1]
PURPOSES = np.array(
    [numerics.purpose(name) for name in ("lr", "dropout", "width", "depth", "momentum")], dtype=np.uint64
)

warnings.filterwarnings("ignore", message="The balance properties of Sobol")

CASES: list[tuple[str, Call, Call, Call | None]] = [
    (
        "uniform, 1 x 5",
        lambda: numerics.uniform(1, ONE, PURPOSES),
        lambda: reference.uniform(1, ONE, PURPOSES),
        lambda: np.random.default_rng(1).random((1, 5)),
    ),
    (
        "uniform, 10,000 x 5",
        lambda: numerics.uniform(1, TRIALS, PURPOSES),
        lambda: reference.uniform(1, TRIALS, PURPOSES),
        lambda: np.random.Generator(np.random.Philox(1)).random((10_000, 5)),
    ),
    (
        "stream, 10,000",
        lambda: numerics.stream(1, 2, 3, 10_000),
        lambda: reference.stream(1, 2, 3, 10_000),
        lambda: np.random.Generator(np.random.Philox(1)).random(10_000),
    ),
]
for count, dimension in ((1, 5), (1, 20), (10_000, 5), (10_000, 20)):
    for seed, kind in ((None, "plain"), (1, "scrambled")):
        for name, peer in (("sobol", qmc.Sobol), ("halton", qmc.Halton)):
            options = (100, count, dimension)
            CASES.append(
                (
                    f"{name} {kind}, {count:,} x {dimension}",
                    lambda name=name, options=options, seed=seed: getattr(numerics, name)(*options, seed=seed),
                    lambda name=name, options=options, seed=seed: getattr(reference, name)(*options, seed=seed),
                    lambda peer=peer, options=options, seed=seed: (
                        peer(options[2], scramble=seed is not None).fast_forward(options[0]).random(options[1])
                    ),
                )
            )


def best(call: Call, budget: float = 0.3) -> float:
    start = time.perf_counter()
    call()
    repeats = max(1, int(0.01 / max(time.perf_counter() - start, 1e-7)))
    times: list[float] = []
    while not times or sum(times) * repeats < budget:
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        times.append((time.perf_counter() - start) / repeats)
    return min(times)


def text(seconds: float) -> str:
    return f"{seconds * 1e6:,.2f} µs" if seconds < 1e-3 else f"{seconds * 1e3:,.2f} ms"


def main() -> None:
    print("| numbers | tunewright | NumPy twin | NumPy / SciPy generator |\n|---|---|---|---|")
    for name, ours, twin, peer in CASES:
        if not np.array_equal(ours(), twin()):
            raise AssertionError(f"{name}: the twin differs")
        print(f"| {name} | {text(best(ours))} | {text(best(twin))} | {text(best(peer)) if peer else '–'} |", flush=True)


if __name__ == "__main__":
    main()
