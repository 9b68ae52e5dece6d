"""Tests of two configurations: is the difference more than chance among seeds?

Scores that the test cannot work with (one seed, no spread) give a result with a NaN p-value whose note says what is
missing. ``alternative`` is of ``a`` against ``b``: "two-sided", "greater" (a is larger) or "less".
"""

from __future__ import annotations

__all__ = ["mann_whitney", "paired_t", "permutation", "welch", "wilcoxon"]

from typing import Any, Literal

import numpy as np
import scipy
import scipy.stats as sps
from scipy.special import stdtr

from tunewright.analysis.stats.outcome import TestResult, joined, silent
from tunewright.analysis.stats.sample import Array, Sample, pair, read

Alternative = Literal["two-sided", "less", "greater"]

NO_SPREAD = (
    "the scores do not vary from seed to seed, so there is no noise to measure the difference by: "
    "check that the seed reaches the training"
)
SAME_DIFFERENCE = (
    "the two differ by the same amount on every seed, so there is no noise to measure the difference by: it is certain "
    "on these seeds, and nothing is known of others"
)
# SciPy 1.15 renamed the argument
RANDOM = "rng" if tuple(int(part) for part in scipy.__version__.split(".")[:2]) >= (1, 15) else "random_state"


def welch(a: Any, b: Any, *, alternative: Alternative = "two-sided") -> TestResult:
    """Welch's t-test of different means; the variances need not be equal (B. L. Welch, Biometrika 34, 1947).

    Args:
        a: scores of independent runs, two or more; or ``{seed: score}``.
        b: those of the other.
        alternative: see above.

    Examples:
        >>> welch([0.92, 0.91, 0.93, 0.90, 0.92], [0.89, 0.90, 0.88, 0.91, 0.89]).pvalue < 0.05
        True
    """
    x, y, sizes, note = _two("Welch's t-test", a, b, alternative)
    if missing := _few(sizes, 2, x, y):
        return silent("Welch's t-test", sizes, joined([missing, note]))
    if _constant(x.values) and _constant(y.values):
        return silent("Welch's t-test", sizes, joined([NO_SPREAD, note]))
    parts = [float(s.values.var(ddof=1)) / s.n for s in (x, y)]
    spread = sum(part**2 / (s.n - 1) for part, s in zip(parts, (x, y), strict=True))
    freedom = sum(parts) ** 2 / spread  # Welch, eq. 28
    t = (x.mean - y.mean) / sum(parts) ** 0.5
    return TestResult("Welch's t-test", t, _of_t(t, freedom, alternative), sizes, note)


def paired_t(a: Any, b: Any, *, alternative: Alternative = "two-sided", correlation: float = 0.0) -> TestResult:
    """The t-test of paired differences: of runs with the same seeds, or on the same folds.

    Args:
        a: scores, shape (n,); or ``{seed: score}``.
        b: those of the other, in the same order of seeds, or paired by the mapping's.
        alternative: see above.
        correlation: of the differences among each other, 0 ≤ ρ < 1. Folds share training data: of k-fold
            cross-validation ρ = 1 / k, the share that is tested (C. Nadeau, Y. Bengio, Machine Learning 52, 2003).
    """
    if not 0.0 <= correlation < 1.0:
        raise ValueError(f"correlation must be 0 <= correlation < 1, such as 1 / folds; got {correlation!r}")
    x, y, note = _pairs(a, b, alternative)
    sizes = (x.n, y.n)
    if missing := _few(sizes, 2, x, y):
        return silent("paired t-test", sizes, joined([missing, note]))
    differences = x.values - y.values
    if _constant(differences):
        why = NO_SPREAD if _constant(x.values) else SAME_DIFFERENCE
        return silent("paired t-test", sizes, joined([why, note]))
    variance = differences.var(ddof=1) * (1.0 / x.n + correlation / (1.0 - correlation))  # Nadeau & Bengio, eq. 8
    t = float(differences.mean() / np.sqrt(variance))
    return TestResult("paired t-test", t, _of_t(t, x.n - 1, alternative), sizes, note)


def mann_whitney(a: Any, b: Any, *, alternative: Alternative = "two-sided") -> TestResult:
    """Mann-Whitney's U test: does one of two independent configurations tend to larger scores?

    Exact up to eight scores a side without ties (H. B. Mann, D. R. Whitney, Annals of Math. Statistics 18, 1947).
    """
    x, y, sizes, note = _two("Mann-Whitney test", a, b, alternative)
    if missing := _few(sizes, 1, x, y):
        return silent("Mann-Whitney test", sizes, joined([missing, note]))
    if _constant(np.concatenate([x.values, y.values])):
        return silent("Mann-Whitney test", sizes, joined([NO_SPREAD, note]))
    found = sps.mannwhitneyu(x.values, y.values, alternative=alternative)
    return TestResult("Mann-Whitney test", float(found.statistic), float(found.pvalue), sizes, note)


def wilcoxon(a: Any, b: Any, *, alternative: Alternative = "two-sided") -> TestResult:
    """Wilcoxon's signed-rank test of paired differences (F. Wilcoxon, Biometrics Bulletin 1, 1945).

    Pairs without a difference are left out. With n pairs no two-sided p-value is below 2^(1 - n): five pairs cannot
    be significant at 0.05.
    """
    x, y, note = _pairs(a, b, alternative)
    differences = _snapped(x.values, y.values)
    differences = differences[differences != 0.0]
    sizes = (len(differences), len(differences))
    if x.n and not len(differences):
        return silent("Wilcoxon test", (x.n, y.n), joined([NO_SPREAD, note]))
    if missing := _few(sizes, 1, x, y):
        return silent("Wilcoxon test", sizes, joined([missing, note]))
    found = sps.wilcoxon(differences, alternative=alternative, **_exactly(differences))
    return TestResult("Wilcoxon test", float(found.statistic), float(found.pvalue), sizes, note)


def permutation(
    a: Any,
    b: Any,
    *,
    paired: bool = False,
    alternative: Alternative = "two-sided",
    resamples: int = 9999,
    seed: int = 0,
) -> TestResult:
    """Permutation test of different means: exact where all rearrangements are at most ``resamples``.

    Args:
        a: scores, two or more.
        b: those of the other; with ``paired`` of the same seeds.
        paired: exchange the two scores of a seed instead of all scores.
        alternative: see above.
        resamples: how many rearrangements are drawn where there are more than that, at least 1.
        seed: of the draws; the same seed gives the same p-value.

    Nothing is assumed of the distribution (R. A. Fisher, The Design of Experiments, 1935; p-values of drawn
    rearrangements as in B. Phipson, G. K. Smyth, 2010: never 0).
    """
    if isinstance(resamples, bool) or not isinstance(resamples, int) or resamples < 1:
        raise ValueError(f"resamples must be a whole number from 1 upwards; got {resamples!r}")
    name = "paired permutation test" if paired else "permutation test"
    if paired:
        x, y, note = _pairs(a, b, alternative)
        sizes = (x.n, y.n)
    else:
        x, y, sizes, note = _two(name, a, b, alternative)
    if missing := _few(sizes, 2, x, y):
        return silent(name, sizes, joined([missing, note]))
    if _constant(np.concatenate([x.values, y.values])):
        return silent(name, sizes, joined([NO_SPREAD, note]))
    data = (x.values - y.values,) if paired else (x.values, y.values)
    found = sps.permutation_test(
        data,
        _mean if paired else _difference,
        permutation_type="samples" if paired else "independent",
        vectorized=True,
        n_resamples=resamples,
        alternative=alternative,
        **{RANDOM: np.random.default_rng(seed)},
    )
    return TestResult(name, float(found.statistic), float(found.pvalue), sizes, note)


def _of_t(t: float, freedom: float, alternative: Alternative) -> float:
    """The p-value; as ``scipy.stats.t``, without its 0.1 ms, of which sixty configurations have 1,770."""
    if alternative == "two-sided":
        return float(2 * stdtr(freedom, -abs(t)))
    return float(stdtr(freedom, t if alternative == "less" else -t))


def _mean(differences: Array, axis: int = -1) -> Array:
    return np.asarray(differences.mean(axis=axis))


def _difference(x: Array, y: Array, axis: int = -1) -> Array:
    return np.asarray(x.mean(axis=axis) - y.mean(axis=axis))


def _exactly(differences: Array) -> dict[str, Any]:
    """SciPy's own choice is exact without ties; with ties, up to 13 pairs are enumerated too where it knows how."""
    tied = len(np.unique(np.abs(differences))) < len(differences)
    if not tied:
        return {"method": "exact"} if len(differences) <= 50 else {"method": "approx"}
    if len(differences) <= 13 and hasattr(sps, "PermutationMethod") and RANDOM == "rng":
        return {"method": sps.PermutationMethod(n_resamples=2**13)}
    return {"method": "approx"}


def _snapped(x: Array, y: Array) -> Array:
    """Differences in which equal decimals tie: 0.92 - 0.89 and 0.91 - 0.88 are the same."""
    differences: Array = x - y
    scale = max(float(np.abs(x).max(initial=0.0)), float(np.abs(y).max(initial=0.0)))
    if not scale:
        return differences
    unit = scale * 2.0**-44
    return np.asarray(np.round(differences / unit) * unit, dtype=np.float64)


def _two(test: str, a: Any, b: Any, alternative: str) -> tuple[Sample, Sample, tuple[int, int], str]:
    _check(alternative)
    x, y = read("A", a), read("B", b)
    return x, y, (x.n, y.n), joined([x.note, y.note])


def _pairs(a: Any, b: Any, alternative: str) -> tuple[Sample, Sample, str]:
    _check(alternative)
    x, y, note = pair(read("A", a), read("B", b))
    return x, y, joined([x.note, y.note, note])


def _check(alternative: str) -> None:
    if alternative not in ("two-sided", "less", "greater"):
        raise ValueError(f"alternative must be 'two-sided', 'less' or 'greater'; got {alternative!r}")


def _constant(values: Array) -> bool:
    """Whether all are the same, but for rounding."""
    return bool(np.ptp(values) <= 1e-13 * np.abs(values).max(initial=0.0))


def _few(sizes: tuple[int, ...], least: int, x: Sample, y: Sample) -> str:
    """Who has too few scores, in words; empty if nobody."""
    short = [f"{s.name} has {n}" for s, n in zip((x, y), sizes, strict=True) if n < least]
    if not short:
        return ""
    return f"{' and '.join(short)}, {least} or more are needed: run more seeds"
