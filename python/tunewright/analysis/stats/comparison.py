"""Two configurations over seeds: which is better, by how much, how sure is that; as a sentence."""

from __future__ import annotations

__all__ = ["Comparison", "Verdict", "compare", "compare_configurations"]

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.stats as sps

from tunewright.analysis.stats.belief import Belief, probability_better
from tunewright.analysis.stats.effects import cliffs_delta, hedges_g, magnitude
from tunewright.analysis.stats.outcome import Interval, TestResult, number, p_words
from tunewright.analysis.stats.power import seeds_needed
from tunewright.analysis.stats.sample import Sample, pair, read
from tunewright.analysis.stats.tests import mann_whitney, paired_t, permutation, welch, wilcoxon


@dataclass(frozen=True)
class Comparison:
    """Two configurations compared; ``str()`` of it is :attr:`verdict`.

    Attributes:
        a, b: their scores.
        paired: seed by seed.
        maximize: more is better.
        alpha: level at which a difference is significant, after the correction for ``comparisons``.
        comparisons: how many were made in all.
        test: Welch's t-test, or that of paired differences.
    """

    a: Sample
    b: Sample
    paired: bool
    maximize: bool
    alpha: float
    comparisons: int
    test: TestResult

    @property
    def pvalue(self) -> float:
        """Of :attr:`test`, times the number of comparisons (Bonferroni), at most 1."""
        return min(1.0, self.test.pvalue * self.comparisons)

    @property
    def significant(self) -> bool:
        """Whether the difference is more than chance."""
        return self.pvalue < self.alpha

    @property
    def winner(self) -> str | None:
        """The better one, where the difference is significant."""
        if not self.significant:
            return None
        return self.a.name if (self.a.mean > self.b.mean) == self.maximize else self.b.name

    @cached_property
    def rank_test(self) -> TestResult:
        """The test of ranks: Wilcoxon's signed-rank test of pairs, or Mann and Whitney's."""
        return wilcoxon(self.a, self.b) if self.paired else mann_whitney(self.a, self.b)

    @cached_property
    def permutation_test(self) -> TestResult:
        """The permutation test, which assumes nothing of the distribution."""
        return permutation(self.a, self.b, paired=self.paired)

    @cached_property
    def difference(self) -> Interval:
        """Mean of A minus mean of B, with its t interval at 1 - α / comparisons."""
        confidence = 1.0 - self.alpha / self.comparisons
        estimate = self.a.mean - self.b.mean
        x, y = self.a.values, self.b.values
        if math.isnan(self.test.pvalue):
            return Interval("difference of means", estimate, math.nan, math.nan, confidence, self.test.note)
        if self.paired:
            sem, freedom = float(np.std(x - y, ddof=1)) / math.sqrt(len(x)), float(len(x) - 1)
        else:
            parts = [float(np.var(s, ddof=1)) / len(s) for s in (x, y)]
            sem = math.sqrt(sum(parts))
            spread = sum(p**2 / (len(s) - 1) for p, s in zip(parts, (x, y), strict=True))
            freedom = sum(parts) ** 2 / spread  # Welch's degrees of freedom
        reach = float(sps.t.isf((1.0 - confidence) / 2, freedom)) * sem
        return Interval("difference of means", estimate, estimate - reach, estimate + reach, confidence)

    @cached_property
    def effect(self) -> Interval:
        """Hedges' g."""
        return hedges_g(self.a, self.b, paired=self.paired)

    @cached_property
    def delta(self) -> Interval:
        """Cliff's delta."""
        return cliffs_delta(self.a, self.b)

    @cached_property
    def belief(self) -> Belief:
        """How probable it is that A is better."""
        return probability_better(self.a, self.b, paired=self.paired, maximize=self.maximize)

    @cached_property
    def seeds_needed(self) -> int | None:
        """Seeds of each that would show a difference as large as the one seen, four times in five."""
        g = self.effect.estimate
        if math.isnan(g) or abs(g) < 1e-3:
            return None
        return seeds_needed(g, paired=self.paired, alpha=self.alpha, comparisons=self.comparisons)

    @property
    def verdict(self) -> str:
        """What it comes to, in one or two sentences."""
        if math.isnan(self.test.pvalue):
            return f"It cannot be told whether {self.a.name} or {self.b.name} is better: {self.test.note}."
        return self._decided() if self.significant else self._open()

    def _decided(self) -> str:
        better, worse = (self.a, self.b) if self.winner == self.a.name else (self.b, self.a)
        d = self.difference
        low, high = sorted((abs(d.low), abs(d.high)))
        share = self.belief.better if better is self.a else self.belief.worse
        return (
            f"{better.name} is better than {worse.name}: {number(better.mean)} against {number(worse.mean)}, a "
            f"difference of {number(abs(d.estimate))} ({100 * d.confidence:.4g}% interval {number(low)} to "
            f"{number(high)}; {self._tested()}). The effect is {magnitude(self.delta.estimate)}, and {better.name} is "
            f"better with probability {share:.1%}{self._end()}."
        )

    def _open(self) -> str:
        a, b = self.a, self.b
        start = (
            f"No significant difference between {a.name} ({number(a.mean)}) and {b.name} ({number(b.mean)}): "
            f"{self._tested()}{self._end()}."
        )
        if self.seeds_needed is None:
            return start
        return (
            f"{start} If the true difference is the one seen, {self.seeds_needed} seeds of each would show it four "
            "times in five."
        )

    def _tested(self) -> str:
        n, m = self.test.sizes
        seeds = f"{n} shared seeds" if self.paired else f"{n} and {m} seeds"
        times = f", corrected for {self.comparisons} comparisons" if self.comparisons > 1 else ""
        return f"{self.test.test} on {seeds}, {p_words(self.pvalue)}{times}"

    def _end(self) -> str:
        return f"; {self.test.note}" if self.test.note else ""

    def __str__(self) -> str:
        return self.verdict


class Verdict(str):
    """``"Statistically significant difference"`` or ``"No significant difference"``, with what is behind it.

    Attributes:
        details: the comparison; its ``str()`` says who is better, by how much and how sure that is.
    """

    details: Comparison

    def __new__(cls, details: Comparison) -> Verdict:
        """The words for ``details``."""
        text = "Statistically significant difference" if details.significant else "No significant difference"
        verdict = super().__new__(cls, text)
        verdict.details = details
        return verdict

    def __reduce__(self) -> tuple[type[Verdict], tuple[Comparison]]:
        return Verdict, (self.details,)


def compare(
    a: Any,
    b: Any,
    *,
    names: tuple[str, str] = ("A", "B"),
    paired: bool | None = None,
    maximize: bool = True,
    alpha: float = 0.05,
    comparisons: int = 1,
    correlation: float = 0.0,
) -> Comparison:
    """Compare the scores of two configurations.

    Args:
        a: scores, one a seed: a list, an array, or ``{seed: score}``.
        b: those of the other.
        names: of the configurations, for the verdict.
        paired: the same seeds (or folds) were used for both, in the same order or by the mapping's keys. By default
            where both are mappings.
        maximize: more is better; False for losses.
        alpha: chance of a false alarm that is accepted.
        comparisons: how many of this kind are made in all, for the correction; see also :func:`compare_many`.
        correlation: of paired differences among each other, such as 1 / folds for cross-validation.

    Returns:
        The comparison; ``print`` it for the verdict. Too few seeds or no spread are said there, not raised.

    Raises:
        TypeError, ValueError: scores that are no lists of numbers, a level or a count that cannot be.

    Examples:
        >>> compare([0.92, 0.91, 0.93, 0.90, 0.92], [0.89, 0.90, 0.88, 0.91, 0.89]).winner
        'A'
        >>> print(compare([0.92], [0.89, 0.90]))
        It cannot be told whether A or B is better: A has 1, 2 or more are needed: run more seeds.
    """
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must be 0 < alpha < 1, such as 0.05; got {alpha!r}")
    if isinstance(comparisons, bool) or not isinstance(comparisons, int) or comparisons < 1:
        raise ValueError(f"comparisons must be a whole number from 1 upwards; got {comparisons!r}")
    x, y = read(names[0], a), read(names[1], b)
    paired = (x.keyed and y.keyed) if paired is None else paired
    if correlation and not paired:
        raise ValueError("correlation is that of paired differences: say paired=True, or leave it 0")
    if not paired:
        return Comparison(x, y, False, maximize, alpha, comparisons, welch(x, y))
    test = paired_t(x, y, correlation=correlation)
    first, second, _ = pair(x, y)
    return Comparison(first, second, True, maximize, alpha, comparisons, test)


def compare_configurations(
    config_a_scores: Any,
    config_b_scores: Any,
    *,
    paired: bool | None = None,
    alpha: float = 0.05,
    comparisons: int = 1,
) -> Verdict:
    """Whether the scores of two configurations differ by more than chance, in words.

    Args:
        config_a_scores: one score a seed; ``{seed: score}`` pairs them by seed.
        config_b_scores: those of the other.
        paired: lists of scores have their seeds in the same order.
        alpha: chance of a false alarm that is accepted.
        comparisons: how many pairs of configurations are tried in all. Ten tries at 0.05 find a difference that is
            not there four times in ten; the p-value is multiplied by this number.

    Returns:
        A text, ``"Statistically significant difference"`` or ``"No significant difference"``; its ``details`` are a
        :class:`Comparison`.

    Examples:
        >>> compare_configurations([0.92, 0.91, 0.93, 0.90, 0.92], [0.89, 0.90, 0.88, 0.91, 0.89])
        'Statistically significant difference'
        >>> compare_configurations([0.92, 0.91, 0.93, 0.90, 0.92], [0.89, 0.90, 0.88, 0.91, 0.89], paired=True)
        'No significant difference'
    """
    return Verdict(compare(config_a_scores, config_b_scores, paired=paired, alpha=alpha, comparisons=comparisons))
