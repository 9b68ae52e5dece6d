"""The learning rate of a recipe: a range test where there is a step function, neighbours of the default elsewhere."""

from __future__ import annotations

__all__ = ["Found", "affordable", "neighbours", "searched"]

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from tunewright.errors import LearningRateError
from tunewright.guide.learning_rate import find_learning_rate
from tunewright.study import Study

_NOTE = "learning rate"
_SHARE = 0.005  # of the budget that a range test may take
_EPOCHS = 2.0  # that it may take of any budget
_STEPS, _FEWEST = 100, 10  # of a range test
_NEAR = 1.5  # a suggestion within this factor of the start is no news
_FACTORS = (3.0, 1.0 / 3.0)  # of the start, where nobody suggests anything
_LOWER = (0.1, 0.01)  # where the start itself diverges


@dataclass(frozen=True)
class Found:
    """What the range test said: a rate or None, the epochs it took, a sentence."""

    rate: float | None
    epochs: int
    told: str


def searched(
    study: Study, probe: Callable[[dict[str, Any]], Any], config: dict[str, Any], start: float, most: float
) -> Found:
    """Run the range test if ``most`` epochs are enough for one, or read what it said when it was run before."""
    note = study.notes.get(_NOTE)
    if note is None:
        note = asdict(_searched(probe, config, start, int(most)))
        study.note(_NOTE, note)
    return Found(**note)


def affordable(budget: float) -> float:
    """Epochs that a range test may take where one has too few steps: two, and more of a large budget."""
    return max(_EPOCHS, _SHARE * budget)


def _searched(probe: Callable[[dict[str, Any]], Any], config: dict[str, Any], start: float, most: int) -> Found:
    if most < 1:
        return Found(None, 0, "the budget leaves no epoch for a range test (fallback: rates near the start)")
    step = probe(config)
    epoch = getattr(step, "epoch_steps", None)
    if epoch is not None and epoch * most < _FEWEST:
        told = f"an epoch has {epoch} steps: too few for a range test (fallback: rates near the start)"
        return Found(None, 0, told)
    steps = None if epoch is None else min(_STEPS, epoch * most)
    try:
        found = find_learning_rate(step, fallback=start, steps=steps)
    except LearningRateError as error:
        return Found(None, 1, f"the range test was left out (fallback: rates near the start): {error}")
    epochs = 1 if epoch is None else math.ceil(found.steps / epoch)
    if found.rule == "fallback":
        return Found(None, epochs, f"the range test found nothing (fallback: rates near the start): {found.reason}")
    return Found(found.suggestion, epochs, f"the range test suggests {found.suggestion:.2g}: {found.reason}")


def neighbours(start: float, suggestion: float | None, *, diverged: bool) -> list[float]:
    """Rates to train in full, the most promising first."""
    if suggestion is not None:
        near = not diverged and start / _NEAR <= suggestion <= start * _NEAR
        return [] if near else [suggestion]
    return [start * factor for factor in (_LOWER if diverged else _FACTORS)]
