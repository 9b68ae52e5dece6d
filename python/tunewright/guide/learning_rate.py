"""The learning-rate range test (Smith, WACV 2017): where to look for the learning rate, for less than an epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

from tunewright.guide.lookup import defaults
from tunewright.guide.slopes import RULES, smoothed
from tunewright.guide.sweep import Sweep, rates_between, swept
from tunewright.space import Float, LogNormal
from tunewright.trial.columns import Array

__all__ = ["LearningRateRange", "find_learning_rate"]

_STEPS = 100
_FEWEST = 10  # losses that a curve needs to have a shape
_REAL = 2.0  # deviations of one loss: what a fall of the smoothed curve must be worth to be one
_SIGMA = math.log(3.0)  # of the prior: two thirds of it lie within a factor of three
_SPAN = 100.0  # of the range around the suggestion, each way


@dataclass(frozen=True, eq=False)
class LearningRateRange:
    """What a range test found.

    Attributes:
        rates: (s,) the learning rates, ascending.
        losses: (r, s) the loss at each, of each repeat; NaN from where it stopped.
        smoothed: (r, s) the curves that the rules read; NaN where ``losses`` are.
        suggestions: rate by rule, the geometric mean of the repeats; a rule that found nothing is left out.
        rule: the rule of ``suggestion``, or "fallback".
        suggestion: the learning rate to begin with.
        interval: 95 % interval of ``suggestion`` over repeats (Student's t in logarithms); None of one repeat.
        stopped: the lowest rate at which a repeat diverged, or None.
        steps: updates that it took, all repeats together.
        reason: why, in a sentence.
    """

    rates: Array
    losses: Array
    smoothed: Array
    suggestions: Mapping[str, float]
    rule: str
    suggestion: float
    interval: tuple[float, float] | None
    stopped: float | None
    steps: int
    reason: str

    def domain(self, low: float | None = None, high: float | None = None) -> Float:
        """The learning rate as a parameter: logarithmic, a hundredfold range each way, its prior at the suggestion.

        The range ends at the lowest rate that diverged. ``low`` and ``high`` set other ends.
        """
        top = self.suggestion * _SPAN if self.stopped is None else max(self.stopped, self.suggestion * 2.0)
        ends = (self.suggestion / _SPAN if low is None else low, top if high is None else high)
        return Float(*ends, log=True, prior=LogNormal(self.suggestion, _SIGMA))

    def __str__(self) -> str:
        lines = [f"learning rate {self.suggestion:.2e} ({self.rule})"]
        if self.interval is not None:
            lines[0] += f", 95 % interval {self.interval[0]:.1e} to {self.interval[1]:.1e}"
        lines += [f"  {name:<14}{rate:.2e}" for name, rate in self.suggestions.items()]
        return "\n".join([*lines, f"  {self.reason}"])


def find_learning_rate(
    step: Callable[[float], Any],
    *,
    save: Callable[[], Any] | None = None,
    restore: Callable[[Any], None] | None = None,
    low: float = 1e-5,
    high: float = 10.0,
    steps: int | None = None,
    mode: Literal["exponential", "linear"] = "exponential",
    rule: Literal["steepest", "valley", "minimum", "longest_slope"] = "valley",
    repeats: int = 1,
    smoothing: float = 0.03,
    divergence: float = 2.0,
    fallback: float | None = None,
) -> LearningRateRange:
    """Train a few steps at growing learning rates and read off where the loss falls.

    The model is always put back as it was, after each repeat, after an exception, after Ctrl-C.

    Args:
        step: trains one batch at the learning rate it is given and returns the loss before the update. Of the NumPy
            trainer: ``tunewright.training.Probe(trainer)``, which brings its own ``save`` and ``restore``.
        save: returns a copy of all that ``step`` changes: weights, running statistics, the optimiser's state.
            ``step.save`` where there is one.
        restore: puts back what ``save`` returned. ``step.restore`` where there is one.
        low: the first rate.
        high: the last rate, if the loss does not explode before.
        steps: rates to try in each repeat; by default 100, or so many that all repeats together take no more than one
            epoch where ``step.epoch_steps`` says how long that is (ten each at least).
        mode: "exponential", rates grow by equal factors; "linear", by equal differences.
        rule: which suggestion to follow. "steepest": where the loss falls fastest; "valley": two thirds down the
            longest falling subsequence; "minimum": a tenth of the rate of the lowest loss; "longest_slope": two thirds
            along the longest unbroken descent. ``suggestions`` has all four.
        repeats: range tests to run, each from the same weights on other batches, for an interval.
        smoothing: standard deviation of the normal weights that losses are averaged with, as a share of the steps.
        divergence: a repeat stops where the loss has risen by more than so many times what it had fallen.
        fallback: the rate to suggest where no curve falls; the catalogue's general default if left out.

    Raises:
        ValueError: an argument out of range, or no ``save`` and ``restore``.
        LearningRateError: ``step`` raised; the model is as it was before.
    """
    _check(low, high, mode, rule, repeats, smoothing, divergence, fallback)
    save = save or getattr(step, "save", None)
    restore = restore or getattr(step, "restore", None)
    if save is None or restore is None:
        raise ValueError(
            "save and restore must be functions that copy and put back all that step changes (weights, running "
            "statistics, the optimiser's state): without them the test would leave the model trained"
        )
    rates = rates_between(low, high, _steps(steps, step, repeats), mode)
    sweeps = [swept(step, rates, divergence, save, restore) for _ in range(repeats)]
    return _read(rates, sweeps, rule, smoothing, defaults()["lr"] if fallback is None else fallback)


def _steps(steps: int | None, step: Callable[[float], Any], repeats: int) -> int:
    if steps is None:
        epoch = getattr(step, "epoch_steps", None)
        return _STEPS if epoch is None else max(_FEWEST, min(_STEPS, epoch // repeats))
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < _FEWEST:
        raise ValueError(f"steps must be a whole number from {_FEWEST} upwards; got {steps!r}")
    return steps


def _read(rates: Array, sweeps: list[Sweep], rule: str, smoothing: float, fallback: float) -> LearningRateRange:
    losses = np.array([sweep.losses for sweep in sweeps])
    seen = np.isfinite(losses).sum(axis=1)
    curves = np.full(losses.shape, np.nan)
    found: dict[str, list[float]] = {name: [] for name in RULES}
    for row, n in enumerate(seen.tolist()):
        if n < _FEWEST:
            continue
        curves[row, :n] = y = smoothed(losses[row, :n], smoothing * len(rates))
        if not _falls(losses[row, :n], y):
            continue
        for name, suggest in RULES.items():
            if (at := suggest(np.log(rates[:n]), y)) is not None:
                found[name].append(at)
    ends = [float(rates[n]) for n, sweep in zip(seen.tolist(), sweeps, strict=True) if sweep.diverged]
    suggestions = {name: float(np.exp(np.mean(logs))) for name, logs in found.items() if logs}
    stopped = min(ends, default=None)
    if rule in suggestions:
        used, value, interval, reason = rule, suggestions[rule], _interval(found[rule]), _praise(losses, found[rule])
    else:
        used, value, interval = "fallback", fallback, None
        reason = f"{_complaint(rates, seen, stopped)}; {fallback:g} is a common default, not a measurement"
    return LearningRateRange(
        rates, losses, curves, suggestions, used, value, interval, stopped,
        int(seen.sum()) + len(ends), reason,
    )  # fmt: skip


def _falls(losses: Array, y: Array) -> bool:
    """Whether the smoothed curve falls by more than the noise of single losses explains."""
    lowest = int(np.argmin(y))
    if lowest < 2:
        return False
    jumps = np.abs(np.diff(losses[: lowest + 1]))
    noise = 1.4826 * float(np.median(jumps)) / math.sqrt(2.0)  # of one loss, if jumps are normal
    rounding = 1e-9 * float(np.abs(y).max())  # of the smoothing: a constant falls by it
    return float(y[: lowest + 1].max() - y[lowest]) > max(_REAL * noise, rounding)


def _interval(logs: list[float]) -> tuple[float, float] | None:
    if len(logs) < 2:
        return None
    half = float(stats.t.ppf(0.975, len(logs) - 1)) * float(np.std(logs, ddof=1)) / math.sqrt(len(logs))
    return math.exp(np.mean(logs) - half), math.exp(np.mean(logs) + half)


def _praise(losses: Array, logs: list[float]) -> str:
    first, lowest = float(np.nanmean(losses[:, 0])), float(np.nanmean(np.nanmin(losses, axis=1)))
    tests = "1 range test" if len(losses) == 1 else f"{len(logs)} of {len(losses)} range tests"
    return f"the loss fell from {first:.3g} to {lowest:.3g} ({tests}); the model is as it was"


def _complaint(rates: Array, seen: np.ndarray[Any, Any], stopped: float | None) -> str:
    if seen.max() == 0:
        return f"the loss was not finite at the first step (rate {rates[0]:.2g}): look at the model and its data first"
    if seen.max() < _FEWEST:
        return f"the loss exploded after {seen.max()} steps, at rate {stopped or rates[0]:.2g}: begin lower (low=...)"
    if stopped is not None:
        return f"the loss did not fall before it exploded at {stopped:.2g}: use more steps, or begin lower (low=...)"
    return (
        f"the loss did not fall between {rates[0]:.2g} and {rates[-1]:.2g}: whatever step returns does not follow the "
        "rate, or the range lies below where learning begins (high=...)"
    )


def _check(
    low: float, high: float, mode: str, rule: str, repeats: int, smoothing: float, divergence: float,
    fallback: float | None,
) -> None:  # fmt: skip
    if not 0.0 < low < high < math.inf:
        raise ValueError(f"low and high must be rates with 0 < low < high; got low={low!r}, high={high!r}")
    if mode not in ("exponential", "linear"):
        raise ValueError(f"mode must be 'exponential' or 'linear'; got {mode!r}")
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(map(repr, RULES))}; got {rule!r}")
    if isinstance(repeats, bool) or not isinstance(repeats, int) or repeats < 1:
        raise ValueError(f"repeats must be a whole number from 1 upwards; got {repeats!r}")
    if not 0.0 <= smoothing <= 0.5:
        raise ValueError(f"smoothing must be a share of the steps, from 0 to 0.5; got {smoothing!r}")
    if not 0.0 < divergence < math.inf:
        raise ValueError(f"divergence must be a finite number above 0; got {divergence!r}")
    if fallback is not None and not 0.0 < fallback < math.inf:
        raise ValueError(f"fallback must be None or a learning rate above 0; got {fallback!r}")
