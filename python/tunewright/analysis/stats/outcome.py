"""What a test or an interval says, and how it reads."""

from __future__ import annotations

__all__ = ["Interval", "TestResult", "joined", "number", "p_words", "silent"]

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class TestResult:
    """One test's answer; ``str()`` of it is a sentence.

    Attributes:
        test: its name.
        statistic: as SciPy defines it; NaN where the test says nothing.
        pvalue: probability of a statistic as extreme if there is no difference; NaN where the test says nothing.
        sizes: how many scores went into it, of each configuration.
        note: what is missing, or what was left out; empty if nothing.
    """

    __test__ = False  # no test case of pytest's

    test: str
    statistic: float
    pvalue: float
    sizes: tuple[int, ...]
    note: str = ""

    def __str__(self) -> str:
        seeds = " and ".join(map(str, self.sizes))
        if math.isnan(self.pvalue):
            return f"{self.test} ({seeds} scores) cannot tell: {self.note}"
        end = f"; {self.note}" if self.note else ""
        return f"{self.test} ({seeds} scores): statistic {number(self.statistic)}, {p_words(self.pvalue)}{end}"


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval; NaN bounds where there is none, and the note says why."""

    what: str
    estimate: float
    low: float
    high: float
    confidence: float
    note: str = ""

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if math.isnan(self.low):
            head = "" if math.isnan(self.estimate) else f" is {number(self.estimate)}"
            return f"{self.what}{head}, without an interval: {self.note}"
        end = f"; {self.note}" if self.note else ""
        bounds = f"[{number(self.low)}, {number(self.high)}]"
        return f"{self.what} is {number(self.estimate)}, {self.confidence:.0%} interval {bounds}{end}"


def silent(test: str, sizes: tuple[int, ...], why: str) -> TestResult:
    """A test that cannot say anything, and why."""
    return TestResult(test, math.nan, math.nan, sizes, why)


def joined(notes: Iterable[str]) -> str:
    """Several notes as one."""
    return "; ".join(dict.fromkeys(note for note in notes if note))


def number(value: float) -> str:
    """Four digits."""
    return f"{value:.4g}"


def p_words(pvalue: float) -> str:
    """``p = 0.031``, without zeros that say nothing."""
    return "p < 0.0001" if pvalue < 1e-4 else f"p = {pvalue:.2g}"
