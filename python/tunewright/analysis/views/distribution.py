"""How good the trials of one or several studies are as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.views.outcomes import outcomes
from tunewright.errors import StudyError
from tunewright.trial.columns import Array

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Distribution", "distribution"]


@dataclass(frozen=True)
class Distribution:
    """Empirical distribution functions, one a study.

    Attributes:
        metric, direction: of the objective that all have.
        names: of the studies.
        values: for each study, its finite values from best to worst, shape (k,).
        share: for each study, the share of its trials that ended and are at least as good, shape (k,). Failed trials,
            pruned ones and those that break constraints count as worse than any value.
        missing: a sentence if there is nothing.
    """

    metric: str
    direction: str
    names: tuple[str, ...]
    values: tuple[Array, ...]
    share: tuple[Array, ...]
    missing: str | None


def distribution(studies: Sequence[Study], metric: str | None = None) -> Distribution:
    """The distribution of each study's values.

    Raises:
        StudyError: no study, or studies that do not have the same objective.
    """
    found = [outcomes(study, metric) for study in studies]
    kinds = {(outcome.metric, outcome.direction) for outcome in found}
    if len(kinds) != 1:
        told = ", ".join(f"{direction} {name}" for name, direction in sorted(kinds)) or "none"
        raise StudyError(f"studies to compare need one objective in common: they have {told}")
    values, share = [], []
    for study, outcome in zip(studies, found, strict=True):
        ended = max(study.history.ended, 1)
        good = np.sort(outcome.losses[outcome.good])
        values.append(good if outcome.direction == "minimize" else -good)
        share.append(np.arange(1, len(good) + 1) / ended)
    missing = None if any(len(v) for v in values) else "None of these studies has a complete trial with a finite value."
    ((name, direction),) = kinds
    return Distribution(name, direction, tuple(study.name for study in studies), tuple(values), tuple(share), missing)
