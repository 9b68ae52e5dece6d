"""What a report says of its trial, in losses' terms: less is better."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tunewright.trial import Goals

__all__ = ["Loss", "Losses", "violation"]


class Loss:
    """One metric.

    Args:
        goals: of the study.
        metric: an objective; the only one by default.
    """

    def __init__(self, goals: Goals, metric: str | None) -> None:
        self.metric = goals.metrics[0] if metric is None else metric
        self.sign = float(goals.signs[goals.metrics.index(self.metric)])

    def __call__(self, metrics: Mapping[str, float]) -> float | None:
        """The loss that was reported (NaN as NaN); ``None`` if the metric was not among the reported."""
        value = metrics.get(self.metric)
        return None if value is None else value * self.sign


class Losses:
    """All objectives, or one.

    Args:
        goals: of the study.
        metric: the one objective; all by default.
    """

    def __init__(self, goals: Goals, metric: str | None = None) -> None:
        self.metrics = goals.metrics if metric is None else (metric,)
        self.signs = [float(goals.signs[goals.metrics.index(name)]) for name in self.metrics]

    def __call__(self, metrics: Mapping[str, float]) -> list[float] | None:
        """The losses that were reported; ``None`` unless all were, and NaN in the first place if one is."""
        if any(name not in metrics for name in self.metrics):
            return None
        losses = [metrics[name] * sign for name, sign in zip(self.metrics, self.signs, strict=True)]
        return [np.nan, *losses[1:]] if any(loss != loss for loss in losses) else losses


def violation(goals: Goals, metrics: Mapping[str, float]) -> float:
    """By how much the reported metrics break the study's constraints; what was not reported breaks none."""
    if not goals.comparisons:
        return 0.0
    slacks = goals.slacks(np.array([[metrics.get(name, np.nan) for name in goals.outputs]]))
    return float(np.nansum(np.maximum(slacks, 0.0)))
