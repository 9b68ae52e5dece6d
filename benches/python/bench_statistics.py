"""How often tests and races err where nothing differs, by simulation: the share beside its nominal level.

    python benches/python/bench_statistics.py [--runs 4000]

Tests: both configurations have the same law, normal or skewed (exponential), 5, 10 or 20 seeds; a false alarm is
p < 0.05 (for intervals: 0 is outside). Many: at least one false alarm among all pairs of five equal configurations.
Races: the chance that the best of five is dropped within ten seeds, where all are equal ("all") and where the best two
are equal among worse ones ("two"), at a nominal 0.05.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

import numpy as np

import tunewright as tw
from tunewright.analysis.stats import racing

ALPHA = 0.05
Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
LAWS: dict[str, Draw] = {
    "normal": lambda g, shape: g.normal(0.0, 1.0, shape),
    "skewed": lambda g, shape: g.exponential(1.0, shape) - 1.0,
}


def alarms(scores: np.ndarray) -> dict[str, bool]:
    """Of each test, whether it finds a difference between the two columns; they share the noise of their seed."""
    stats = tw.stats
    a, b = scores[:, 0], scores[:, 1]
    shared = scores[:, 2]  # what a seed does to both
    c, d = a + 3.0 * shared, b + 3.0 * shared
    few = {"resamples": 999}
    return {
        "welch": stats.welch(a, b).pvalue < ALPHA,
        "welch, unequal spread": stats.welch(a, 4.0 * b).pvalue < ALPHA,
        "mann_whitney": stats.mann_whitney(a, b).pvalue < ALPHA,
        "permutation": stats.permutation(a, b, **few).pvalue < ALPHA,
        "paired_t": stats.paired_t(c, d).pvalue < ALPHA,
        "wilcoxon": stats.wilcoxon(c, d).pvalue < ALPHA,
        "permutation, paired": stats.permutation(c, d, paired=True, **few).pvalue < ALPHA,
        "bootstrap, paired": 0.0 not in stats.bootstrap(c, d, **few),
        "bootstrap": 0.0 not in stats.bootstrap(a, b, paired=False, **few),
        "hedges_g": 0.0 not in stats.hedges_g(a, b),
        "cliffs_delta": 0.0 not in stats.cliffs_delta(a, b),
        "probability_better > 0.975": max(_sides(stats.probability_better(a, b))) > 1.0 - ALPHA / 2,
        "probability_better, paired": max(_sides(stats.probability_better(c, d, paired=True))) > 1.0 - ALPHA / 2,
    }


def _sides(belief: tw.stats.Belief) -> tuple[float, float]:
    return belief.better, belief.worse


def families(table: np.ndarray) -> dict[str, bool]:
    """Of each procedure, whether it finds any difference among equal columns."""
    columns = {str(j): table[:, j] for j in range(table.shape[1])}
    pairs = tw.stats.compare_many(columns).pairs
    paired = tw.stats.compare_many(columns, paired=True).pairs
    return {
        "uncorrected": any(pair.test.pvalue < ALPHA for pair in pairs),
        "holm": any(pair.adjusted < ALPHA for pair in pairs),
        "holm, paired": any(pair.adjusted < ALPHA for pair in paired),
        "friedman": tw.stats.friedman(table).pvalue < ALPHA,
        "alexander-govern": tw.stats.compare_many(columns).overall.pvalue < ALPHA,
    }


def race(table: np.ndarray, method: str) -> tuple[bool, int]:
    """Whether the first column is dropped within the table's seeds, and how many evaluations the race took."""
    seeds, k = table.shape
    alive, spent, first = np.arange(k), 0, 3
    for rows in range(1, seeds + 1):
        spent += len(alive)
        if rows >= first:
            gone = racing.dropped(
                table[:rows, alive], alpha=ALPHA, looks=seeds - first + 1, rivals=k, method=method, span=1.0
            )
            alive = alive[~gone]
    return 0 not in alive, spent


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=4000)
    runs = parser.parse_args().runs
    print(f"false alarms at a nominal {ALPHA}, {runs} runs (standard error {math.sqrt(0.0475 / runs):.4f})")
    for law, draw in LAWS.items():
        for n in (5, 10, 20):
            generator = np.random.default_rng(n)
            print(f"\n{law}, {n} seeds")
            show([alarms(draw(generator, (n, 3))) for _ in range(runs)])
            show([families(draw(generator, (n, 5))) for _ in range(runs)])
    print("\nraces of five over ten seeds: share that lost the best, mean evaluations of 50")
    for law, draw in LAWS.items():
        for what, behind in {"all equal": np.zeros(5), "two equal": np.array([0, 0, 1, 2, 3.0])}.items():
            for method in racing.METHODS:
                generator = np.random.default_rng(1)
                tables = (draw(generator, (10, 5)) + behind + draw(generator, (10, 1)) for _ in range(runs))
                found = [race(_squeezed(t) if method in ("hoeffding", "bernstein") else t, method) for t in tables]
                lost, spent = np.mean(found, axis=0)
                print(f"  {law}, {what}, {method:10s} {lost:.4f}  {spent:.1f}")


def _squeezed(table: np.ndarray) -> np.ndarray:
    """Into [0, 1], as the bounds ask for."""
    return np.clip(0.5 + table / 20.0, 0.0, 1.0)


def show(rows: list[dict[str, bool]]) -> None:
    """The share of each column."""
    for name in rows[0]:
        print(f"  {name:28s} {np.mean([row[name] for row in rows]):.4f}")


if __name__ == "__main__":
    main()
