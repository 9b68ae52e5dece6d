"""When to end a differentiable search before its architecture becomes one of nothing but skips."""

from __future__ import annotations

__all__ = ["EigenvalueRise", "Ending", "SkipLimit"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tunewright.training.argument import count, proper_fraction, whole


class Ending(Protocol):
    """A rule that is asked after every epoch."""

    needs_curvature: bool

    def kept(self, skips: Sequence[int], eigenvalues: Sequence[float]) -> int | None:
        """None to go on; else how many epochs still count, the architecture being that after the last of them."""


@dataclass(frozen=True, slots=True)
class SkipLimit:
    """End when more than ``skips`` edges would be skips (DARTS+, Liang et al. 2019, criterion 1).

    Skips are edges without weights that let things through: "identity". The first ``patience`` epochs do not count.
    """

    skips: int = 2
    patience: int = 3
    needs_curvature = False

    def __post_init__(self) -> None:
        whole("skips", self.skips)
        whole("patience", self.patience)

    def kept(self, skips: Sequence[int], eigenvalues: Sequence[float]) -> int | None:
        """The epochs before the last one, if that has too many."""
        before = len(skips) - 1
        return before if before >= max(1, self.patience) and skips[-1] > self.skips else None


@dataclass(frozen=True, slots=True)
class EigenvalueRise:
    """End when the largest eigenvalue of the validation loss's Hessian grows fast (Zela et al. 2020, section 4.3).

    With λ̄ the mean of the last ``window`` epochs: end at epoch T if λ̄(T - window) / λ̄(T) < ``ratio``, and go back to
    the architecture after epoch T - window.
    """

    window: int = 5
    ratio: float = 0.75
    needs_curvature = True

    def __post_init__(self) -> None:
        count("window", self.window)
        proper_fraction("ratio", self.ratio)

    def kept(self, skips: Sequence[int], eigenvalues: Sequence[float]) -> int | None:
        """T - window, if the eigenvalue rose that fast."""
        k, done = self.window, len(eigenvalues)
        if done < 2 * k:
            return None
        before, now = (sum(eigenvalues[end - k : end]) / k for end in (done - k, done))
        return done - k if now > 0.0 and before / now < self.ratio else None
