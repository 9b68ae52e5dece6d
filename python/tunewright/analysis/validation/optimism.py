"""How much of the best value is luck: the winner's curse, and a validation set that was used too often.

n   trials with a value        σᵢ  standard error of trial i        m  rows of the validation set
"""

from __future__ import annotations

__all__ = ["HoldoutGuard", "Optimism", "optimism"]

import logging
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tunewright.analysis.stats.outcome import number
from tunewright.errors import StudyError
from tunewright.numerics.sampling import generator, purpose
from tunewright.study import Study
from tunewright.trial import TrialView

Array = npt.NDArray[np.float64]
_log = logging.getLogger("tunewright")
_DRAWS = 2000


@dataclass(frozen=True)
class Optimism:
    """What the best value promises too much; ``str()`` of it is a sentence.

    Attributes:
        best: the best value seen.
        expected: how much better than the truth it is expected to be, in the metric's unit, not negative; NaN if
            nothing is known of the noise.
        noise: standard error of one trial's value (the median where they differ).
        evaluations: trials with a value.
        corrected: the best value without ``expected``.
        note: what is missing, or where the noise comes from.
    """

    best: float
    expected: float
    noise: float
    evaluations: int
    corrected: float
    note: str

    def __str__(self) -> str:
        if math.isnan(self.expected):
            return f"How much of the best value is luck cannot be told: {self.note}."
        return (
            f"The best of {self.evaluations} values, {number(self.best)}, is expected to be {number(self.expected)} "
            f"too good: look for {number(self.corrected)} ({self.note})."
        )


def optimism(
    study: Study, *, metric: str | None = None, noise: float | None = None, validation_size: int | None = None
) -> Optimism:
    """How much the best value of a study owes to luck.

    Args:
        study: the search.
        metric: an objective; the only one by default.
        noise: standard error of one trial's value, such as the spread over seeds; by default those that trials told
            (``Measured``).
        validation_size: rows that an accuracy (or an error rate) between 0 and 1 was measured on: its noise is
            √(p (1 - p) / m).

    The estimate repeats the choice on values with fresh noise, 2,000 times (a parametric bootstrap; B. Efron, JASA 106,
    2011, on selection bias): values shrunk towards their neighbours' spread stand for the truth.
    """
    names = list(study.directions)
    if metric is None and len(names) > 1:
        raise StudyError(f"with {len(names)} objectives say metric=, one of {', '.join(map(repr, names))}")
    column = names.index(metric) if metric in names else 0 if metric is None else -1
    if column < 0:
        raise StudyError(f"metric must be one of {', '.join(map(repr, names))}; got {metric!r}")
    history = study.history
    there = history.feasible & np.isfinite(history.values[:, column])
    values, sems = history.values[there, column], history.sems[there, column]
    if not len(values):
        return Optimism(math.nan, math.nan, math.nan, 0, math.nan, "no trial is complete with a value yet")
    sign = float(history.signs[column])
    losses = sign * values
    best = sign * float(losses.min())
    sigma, note = _noise(values, sems, noise, validation_size)
    if sigma is None:
        return Optimism(best, math.nan, math.nan, len(values), math.nan, note)
    expected = _expected(losses, sigma, study.seed)
    return Optimism(best, expected, float(np.median(sigma)), len(values), best + sign * expected, note)


def _noise(values: Array, sems: Array, noise: float | None, size: int | None) -> tuple[Array | None, str]:
    if noise is not None:
        if not 0.0 < noise < math.inf:
            raise ValueError(f"noise must be a positive standard error; got {noise!r}")
        return np.full(len(values), float(noise)), f"noise {number(noise)} as given"
    if size is not None:
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"validation_size must be a whole number from 1 upwards; got {size!r}")
        if values.min() < 0.0 or values.max() > 1.0:
            raise ValueError("validation_size is for accuracies and error rates, between 0 and 1; give noise= instead")
        share = np.clip(values, 0.5 / size, 1.0 - 0.5 / size)
        return np.sqrt(share * (1.0 - share) / size), f"noise of {size:,} validation rows"
    known = np.isfinite(sems) & (sems > 0)
    if not known.any():
        return None, (
            "nothing is known of the noise: return Measured.mean(...) of seeds or folds, or give noise= or "
            "validation_size="
        )
    return np.where(known, sems, np.median(sems[known])), f"noise of {int(known.sum())} trials that told it"


def _expected(losses: Array, sigma: Array, seed: int) -> float:
    """Mean of truth minus seen at the trial that is chosen."""
    order = np.argsort(losses)[: max(2, min(len(losses), 1000))]  # others are never chosen
    y, s = losses[order], sigma[order]
    truth = _shrunk(y, s)
    draws = generator(seed, 0, purpose("optimism")).standard_normal((_DRAWS, len(y)))
    seen = truth + s * draws
    chosen = seen.argmin(axis=1)
    gaps = truth[chosen] - seen[np.arange(_DRAWS), chosen]
    return max(0.0, float(gaps.mean()))


def _shrunk(y: Array, s: Array) -> Array:
    """Empirical-Bayes means (normal prior of the best half, where the choice is made)."""
    half = y <= np.median(y)
    if half.sum() < 2:
        return y
    centre = float(y[half].mean())
    spread = max(0.0, float(y[half].var(ddof=1)) - float((s[half] ** 2).mean()))
    weight = spread / (spread + s**2)
    return np.where(half, centre + weight * (y - centre), y)


@dataclass
class HoldoutGuard:
    """A callback that warns as one validation set is asked too often.

    Args:
        samples: rows of the validation set.
        tolerance: how much luck in the best value is too much, in the metric's unit; a warning comes when the expected
            luck of the best of n values, √(p (1 - p) / m) √(2 ln n), exceeds it, and again each time n doubles.

    For accuracies and error rates. ``study.optimize(objective, trials=1000, callbacks=[tw.HoldoutGuard(500)])``.
    What helps: more validation rows, cross-validation, ``study.confirm`` on fresh seeds, a ``SealedTest``.
    """

    samples: int
    tolerance: float = 0.01
    warned: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.samples, bool) or not isinstance(self.samples, int) or self.samples < 1:
            raise ValueError(f"samples must be a whole number from 1 upwards; got {self.samples!r}")
        if not 0.0 < self.tolerance < math.inf:
            raise ValueError(f"tolerance must be positive; got {self.tolerance!r}")

    def __call__(self, study: Study, trial: TrialView) -> None:
        """Warn where it is due."""
        n = study.history.ended
        if len(study.directions) != 1 or study.ledger.best is None or n < 2 or n < 2 * self.warned:
            return
        share = float(np.clip(study.history.values[study.ledger.best, 0], 0.5 / self.samples, 1 - 0.5 / self.samples))
        luck = math.sqrt(share * (1.0 - share) / self.samples) * math.sqrt(2.0 * math.log(n))
        if luck > self.tolerance:
            self.warned = n
            _log.warning(
                "the best of %d values on the same %d validation rows owes about %.2g to luck, more than the tolerance "
                "%g: confirm it on fresh data or seeds (study.confirm, a SealedTest) before believing it",
                n, self.samples, luck, self.tolerance,
            )  # fmt: skip
