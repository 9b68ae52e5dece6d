"""Values against each parameter alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.analysis.views.coordinates import Coordinate, coordinate, leading, names_of
from tunewright.analysis.views.outcomes import Outcomes, outcomes

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Slices", "slices"]

_MOST = 12


@dataclass(frozen=True)
class Slices:
    """An outcome, and some parameters to see it against.

    Attributes:
        outcome: of each trial.
        coordinates: one for each parameter that is shown.
        parameters: how many the space has that vary.
    """

    outcome: Outcomes
    coordinates: tuple[Coordinate, ...]
    parameters: int


def slices(study: Study, params: Sequence[str] | None = None, metric: str | None = None, most: int = _MOST) -> Slices:
    """The columns of ``params``; left out, of the ``most`` that go most with the outcome (see ``leading``)."""
    outcome = outcomes(study, metric)
    names = leading(study, outcome, most) if params is None else names_of(study, params)
    return Slices(outcome, tuple(coordinate(study, name) for name in names), len(names_of(study, None)))
