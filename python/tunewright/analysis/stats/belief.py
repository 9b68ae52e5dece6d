"""The Bayesian answer: how probable it is that one configuration is better."""

from __future__ import annotations

__all__ = ["Belief", "probability_better"]

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.stats as sps

from tunewright.analysis.stats.outcome import joined
from tunewright.analysis.stats.sample import pair, read
from tunewright.analysis.stats.tests import NO_SPREAD

_NODES = 4096


@dataclass(frozen=True)
class Belief:
    """Posterior probabilities that the mean of A is better, practically equal, worse; they sum to 1 (or are NaN)."""

    better: float
    equal: float
    worse: float
    note: str = ""

    def __str__(self) -> str:
        if math.isnan(self.better):
            return f"how probable it is that A is better cannot be told: {self.note}"
        equal = f", practically equal with {self.equal:.1%}" if self.equal else ""
        return f"A is better with probability {self.better:.1%}{equal}" + (f"; {self.note}" if self.note else "")


def probability_better(
    a: Any, b: Any, *, paired: bool = False, maximize: bool = True, rope: float = 0.0, correlation: float = 0.0
) -> Belief:
    """How probable it is that the mean of ``a`` is better than that of ``b``, by more than ``rope``.

    Args:
        a: scores, two or more; or ``{seed: score}``.
        b: those of the other; with ``paired`` of the same seeds or folds.
        paired: by seed.
        maximize: more is better; otherwise less is.
        rope: differences up to this size count as practically equal (region of practical equivalence), >= 0.
        correlation: of paired differences among each other, such as 1 / folds for k-fold cross-validation.

    Normal scores with the reference prior: paired, Student's t (the correlated Bayesian t-test of A. Benavoli et al.,
    JMLR 18(77), 2017); independent, the difference of two t (Behrens-Fisher), integrated over 4,096 quantiles.

    Examples:
        >>> probability_better([0.92, 0.91, 0.93, 0.90, 0.92], [0.89, 0.90, 0.88, 0.91, 0.89]).better > 0.95
        True
    """
    if not rope >= 0.0 or not 0.0 <= correlation < 1.0:
        raise ValueError(f"rope must be >= 0 and 0 <= correlation < 1; got rope={rope!r}, correlation={correlation!r}")
    if correlation and not paired:
        raise ValueError("correlation is that of paired differences: say paired=True, or leave it 0")
    x, y = read("A", a), read("B", b)
    note = joined([x.note, y.note])
    if paired:
        x, y, left = pair(x, y)
        note = joined([note, left])
    if min(x.n, y.n) < 2:
        return Belief(math.nan, math.nan, math.nan, joined(["two seeds or more of each are needed", note]))
    sign = 1.0 if maximize else -1.0
    parts = [sign * (x.values - y.values)] if paired else [sign * x.values, -sign * y.values]
    centre = sum(float(part.mean()) for part in parts)
    scales = [
        float(part.std(ddof=1)) * math.sqrt(1.0 / len(part) + correlation / (1.0 - correlation)) for part in parts
    ]
    if max(scales) <= 1e-13 * max(float(np.abs(part).max()) for part in parts):
        return Belief(math.nan, math.nan, math.nan, joined([NO_SPREAD, note]))
    freedoms = [len(part) - 1 for part in parts]
    better = _above(rope, centre, scales, freedoms)
    worse = _above(rope, -centre, scales, freedoms)
    return Belief(better, max(0.0, 1.0 - better - worse) if rope else 0.0, worse, note)


def _above(limit: float, centre: float, scales: list[float], freedoms: list[int]) -> float:
    """P(centre + Σ scale · t > limit)."""
    wide, narrow = (0, -1) if scales[0] >= scales[-1] else (-1, 0)
    if len(scales) == 1 or not scales[narrow]:
        return float(sps.t.sf((limit - centre) / scales[wide], freedoms[wide]))
    nodes = sps.t.ppf((np.arange(_NODES) + 0.5) / _NODES, freedoms[narrow])
    rest = limit - centre - scales[narrow] * nodes
    return float(sps.t.sf(rest / scales[wide], freedoms[wide]).mean())
