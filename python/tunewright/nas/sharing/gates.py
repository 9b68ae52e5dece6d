"""From architecture weights to gates that slopes can pass.

α  architecture weights, (edges, operations)        t  temperature
g  gates, same shape: softmax(α / t) on each edge, or softmax((α + n) / t) with Gumbel noise n
dg slope of a loss with respect to the gates        dα = g (dg - Σ_o g dg) / t
"""

from __future__ import annotations

__all__ = ["Gates", "Gumbel", "Softmax", "entropy", "softmax", "through_softmax"]

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tunewright.training.argument import flag, positive
from tunewright.training.layers import Array


class Gates(Protocol):
    """How gates follow from architecture weights."""

    def gates(self, alpha: Array, progress: float, rng: np.random.Generator) -> tuple[Array, Array]:
        """(the gates to set, the soft gates that slopes are led through) at ``progress`` in [0, 1]."""

    def temperature(self, progress: float) -> float:
        """t."""


@dataclass(frozen=True, slots=True)
class Softmax:
    """All operations, weighted: g = softmax(α) (Liu, Simonyan & Yang 2019, eq. 2)."""

    def gates(self, alpha: Array, progress: float, rng: np.random.Generator) -> tuple[Array, Array]:
        """softmax(α), twice."""
        soft = softmax(alpha)
        return soft, soft

    def temperature(self, progress: float) -> float:
        """1."""
        return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gumbel:
    """Gates drawn anew for each batch, softmax((α + n) / t), n from Gumbel's distribution (Xie et al. 2019, eq. 7).

    The temperature falls from ``start`` to ``end`` by equal factors. With ``hard`` only the operation with the largest
    gate is open, at gate 1, and slopes pass as if the gate were soft (Dong & Yang 2019, eq. 7 and 8). An update of the
    weights costs what one path costs. For one of the architecture all operations are computed, so that it is known what
    each would do in the place of the open one (Cai, Zhu & Han 2019, eq. 4); Dong & Yang spare that, and know the slope
    of the open operation alone, which says how strong it should be, not whether another is better.
    """

    start: float = 1.0
    end: float = 0.3
    hard: bool = False

    def __post_init__(self) -> None:
        positive("start", self.start)
        if positive("end", self.end) > self.start:
            raise ValueError(f"end must be at most start={self.start}: the temperature falls; got {self.end}")
        flag("hard", self.hard)

    def gates(self, alpha: Array, progress: float, rng: np.random.Generator) -> tuple[Array, Array]:
        """The drawn gates, one-hot if they are hard, and the soft ones."""
        # Uniforms from the open interval: the ends have no logarithm.
        uniform = np.clip(rng.random(alpha.shape), np.finfo(np.float64).tiny, None)
        soft = softmax((alpha - np.log(-np.log(uniform))) / self.temperature(progress))
        if not self.hard:
            return soft, soft
        one_hot = np.zeros_like(soft)
        np.put_along_axis(one_hot, soft.argmax(axis=1)[:, None], 1.0, axis=1)
        return one_hot, soft

    def temperature(self, progress: float) -> float:
        """start (end / start)^progress."""
        temperature: float = self.start * (self.end / self.start) ** progress
        return temperature


def softmax(alpha: Array) -> Array:
    """exp(α) / Σ exp(α) on each edge."""
    powers = np.exp(alpha - alpha.max(axis=1, keepdims=True))
    soft: Array = powers / powers.sum(axis=1, keepdims=True)
    return soft


def through_softmax(soft: Array, slopes: Array, temperature: float) -> Array:
    """dα from g and dg."""
    slope: Array = soft * (slopes - np.sum(soft * slopes, axis=1, keepdims=True)) / temperature
    return slope


def entropy(alpha: Array) -> float:
    """Mean over the edges of the entropy of softmax(α), in nats: log(operations) undecided, 0 decided."""
    soft = softmax(alpha)
    logarithms = np.log(np.maximum(soft, np.finfo(np.float64).tiny))
    return -float(np.mean(np.sum(soft * logarithms, axis=1)))
