"""Many configurations over seeds: which is best, and which others may be just as good."""

from __future__ import annotations

__all__ = ["ManyComparison", "PairTest", "compare_many", "friedman"]

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import scipy.stats as sps

from tunewright.analysis.stats.multiplicity import benjamini_hochberg, holm
from tunewright.analysis.stats.outcome import TestResult, joined, number, p_words, silent
from tunewright.analysis.stats.sample import Array, Sample, read
from tunewright.analysis.stats.tests import NO_SPREAD, paired_t, welch

_CORRECTIONS = {"holm": holm, "benjamini-hochberg": benjamini_hochberg}


@dataclass(frozen=True)
class PairTest:
    """Two of the configurations: the test, and its p-value after the correction."""

    first: str
    second: str
    test: TestResult
    adjusted: float


@dataclass(frozen=True)
class ManyComparison:
    """Configurations compared; ``str()`` of it is :attr:`verdict`.

    Attributes:
        samples: their scores, the best mean first.
        overall: the test that all are alike (Friedman's where paired, else Alexander and Govern's).
        pairs: every pair, or each against ``against``.
        alpha: level of the corrected p-values.
        correction: how they were corrected.
    """

    samples: tuple[Sample, ...]
    overall: TestResult
    pairs: tuple[PairTest, ...]
    alpha: float
    correction: str

    @property
    def best(self) -> str:
        """The configuration with the best mean."""
        return self.samples[0].name

    def _partners(self, *, significant: bool) -> list[str]:
        """Those that differ (or not) from the best by the corrected tests, best mean first."""
        of_best = {
            p.first if p.second == self.best else p.second: p for p in self.pairs if self.best in (p.first, p.second)
        }
        there = [sample.name for sample in self.samples if sample.name in of_best]
        return [name for name in there if (of_best[name].adjusted < self.alpha) == significant]

    @property
    def beaten(self) -> list[str]:
        """Those that the best is significantly better than."""
        return self._partners(significant=True)

    @property
    def ties(self) -> list[str]:
        """Those that may be just as good as the best, as far as these seeds can tell."""
        return self._partners(significant=False)

    @property
    def verdict(self) -> str:
        """What it comes to, in sentences."""
        best = self.samples[0]
        if not best.n:
            return "It cannot be told which is best: no configuration has a finite score."
        parts = [f"{best.name} has the best mean, {number(best.mean)} over {_count(best.n, 'seed')}"]
        if self.beaten:
            parts.append(f"it is significantly better than {', '.join(self.beaten)}")
        if self.ties:
            parts.append(f"not distinguishable from {', '.join(self.ties)}")
        silent = [pair for pair in self.pairs if math.isnan(pair.test.pvalue)]
        end = f" {_count(len(silent), 'pair')} cannot be tested: {silent[0].test.note}." if silent else ""
        told = p_words(self.overall.pvalue) if self.overall.pvalue == self.overall.pvalue else self.overall.note
        count = _count(len(self.pairs), "comparison")
        return f"{'; '.join(parts)} ({count}, {self.correction} correction; {self.overall.test}: {told}).{end}"

    def __str__(self) -> str:
        return self.verdict


def compare_many(
    scores: Mapping[str, Any],
    *,
    paired: bool | None = None,
    maximize: bool = True,
    alpha: float = 0.05,
    correction: Literal["holm", "benjamini-hochberg"] = "holm",
    against: str | None = None,
) -> ManyComparison:
    """Compare several configurations, with the p-values corrected for how many pairs there are.

    Args:
        scores: of each configuration by its name: a list, or ``{seed: score}``; two configurations or more.
        paired: by seed; by default where all tell their seeds.
        maximize: more is better.
        alpha: level of the corrected p-values.
        correction: ``"holm"`` (chance of even one false alarm) or ``"benjamini-hochberg"`` (share of false alarms).
        against: compare each with this one alone, which makes fewer comparisons.

    Raises:
        TypeError, ValueError: fewer than two configurations, or scores that are no numbers.
    """
    if not isinstance(scores, Mapping) or len(scores) < 2:
        raise ValueError("scores must be a mapping {configuration: scores} of two configurations or more")
    if correction not in _CORRECTIONS:
        raise ValueError(f"correction must be 'holm' or 'benjamini-hochberg'; got {correction!r}")
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must be 0 < alpha < 1, such as 0.05; got {alpha!r}")
    if against is not None and against not in scores:
        raise ValueError(f"against must be one of {', '.join(map(repr, scores))}; got {against!r}")
    samples = [read(str(name), one) for name, one in scores.items()]
    paired = all(sample.keyed for sample in samples) if paired is None else paired
    sign = -1.0 if maximize else 1.0
    samples.sort(key=lambda s: sign * s.mean if s.n else math.inf)
    couples = [(a, b) for a, b in combinations(samples, 2) if against is None or str(against) in (a.name, b.name)]
    tests = [paired_t(a, b) if paired else welch(a, b) for a, b in couples]
    adjusted = _CORRECTIONS[correction]([test.pvalue for test in tests])
    pairs = tuple(PairTest(a.name, b.name, t, float(p)) for (a, b), t, p in zip(couples, tests, adjusted, strict=True))
    overall = _friedman_of(samples) if paired else _alexander_govern(samples)
    return ManyComparison(tuple(samples), overall, pairs, alpha, correction)


def friedman(scores: npt.ArrayLike) -> TestResult:
    """Friedman's test that k configurations rank alike over n seeds, with Iman and Davenport's F.

    Args:
        scores: a row a seed, a column a configuration, shape (n, k), n and k at least 2, finite.

    M. Friedman, JASA 32, 1937; R. L. Iman, J. M. Davenport, Communications in Statistics A 9, 1980: the χ² alone is
    too cautious. Ties share their mean rank.
    """
    table = np.array(scores, dtype=np.float64)
    if table.ndim != 2 or not np.isfinite(table).all():
        raise ValueError(f"scores must be finite, a row a seed, shape (n, k); got shape {table.shape}")
    n, k = table.shape
    if n < 2 or k < 2:
        return silent("Friedman test", (n,) * k, "two seeds and two configurations or more are needed")
    ranks = sps.rankdata(table, axis=1)
    between = n * ((ranks.mean(axis=0) - (k + 1) / 2) ** 2).sum()
    within = ((ranks - (k + 1) / 2) ** 2).sum()
    if not within:
        return silent("Friedman test", (n,) * k, NO_SPREAD)
    left = within - between  # sum of squares that configurations do not explain
    if left <= 1e-9 * within:
        return TestResult("Friedman test", math.inf, _all_agree(n, k), (n,) * k)
    f = (n - 1) * between / left
    return TestResult("Friedman test", float(f), float(sps.f.sf(f, k - 1, (k - 1) * (n - 1))), (n,) * k)


def _all_agree(n: int, k: int) -> float:
    """The chance that all seeds have one ranking: all but the first must repeat it."""
    return float(math.exp(-(n - 1) * math.lgamma(k + 1)))


def _friedman_of(samples: list[Sample]) -> TestResult:
    shared = [key for key in samples[0].keys if all(key in sample.keys for sample in samples)]
    if len(shared) < 2:
        note = f"{len(shared)} seeds are shared by all configurations, 2 or more are needed"
        return silent("Friedman test", tuple(sample.n for sample in samples), note)
    columns: list[Array] = []
    for sample in samples:
        place = {key: i for i, key in enumerate(sample.keys)}
        columns.append(sample.values[[place[key] for key in shared]])
    return friedman(np.column_stack(columns))


def _alexander_govern(samples: list[Sample]) -> TestResult:
    """Means of independent samples with unequal variances (R. A. Alexander, D. M. Govern, 1994)."""
    name, sizes = "Alexander-Govern test", tuple(sample.n for sample in samples)
    if min(sizes) < 2:
        short = ", ".join(f"{s.name} has {s.n}" for s in samples if s.n < 2)
        return silent(name, sizes, f"{short}, 2 or more scores of each are needed: run more seeds")
    if any(np.ptp(s.values) <= 1e-13 * np.abs(s.values).max() for s in samples):
        return silent(name, sizes, NO_SPREAD)
    found = sps.alexandergovern(*(s.values for s in samples))
    return TestResult(name, float(found.statistic), float(found.pvalue), sizes, joined(s.note for s in samples))


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
