"""``tw.stats``: comparing configurations over seeds, on plain arrays.

Scores are lists, arrays, or mappings ``{seed: score}``, which are paired by seed. What cannot be told (one seed, no
spread, nothing finite) is said in words, in the result.
"""

from __future__ import annotations

__all__ = [
    "Belief",
    "Comparison",
    "Interval",
    "ManyComparison",
    "PairTest",
    "Standing",
    "TestResult",
    "Verdict",
    "a12",
    "benjamini_hochberg",
    "bootstrap",
    "cliffs_delta",
    "compare",
    "compare_configurations",
    "compare_many",
    "dropped",
    "friedman",
    "hedges_g",
    "holm",
    "magnitude",
    "mann_whitney",
    "paired_t",
    "permutation",
    "power",
    "probability_better",
    "seeds_needed",
    "standings",
    "welch",
    "wilcoxon",
]

from tunewright.analysis.stats.belief import Belief, probability_better
from tunewright.analysis.stats.comparison import Comparison, Verdict, compare, compare_configurations
from tunewright.analysis.stats.effects import a12, bootstrap, cliffs_delta, hedges_g, magnitude
from tunewright.analysis.stats.many import ManyComparison, PairTest, compare_many, friedman
from tunewright.analysis.stats.multiplicity import benjamini_hochberg, holm
from tunewright.analysis.stats.outcome import Interval, TestResult
from tunewright.analysis.stats.power import power, seeds_needed
from tunewright.analysis.stats.racing import Standing, dropped, standings
from tunewright.analysis.stats.tests import mann_whitney, paired_t, permutation, welch, wilcoxon
