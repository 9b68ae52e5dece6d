"""The Pareto front of a study, and how much it dominates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tunewright.errors import StudyError
from tunewright.numerics.pareto import Archive, hypervolume, is_nondominated, nadir_reference
from tunewright.trial import Goals, History
from tunewright.trial.columns import Array, Ints

__all__ = ["front", "losses_of", "volume", "volumes"]


def front(history: History) -> Ints:
    """Numbers of the trials that no other is better than, ascending; see :func:`_worthy` for who takes part."""
    numbers = _worthy(history)
    return numbers[is_nondominated(history.losses[numbers])]


def volume(history: History, reference: Mapping[str, float] | None) -> float:
    """What the front dominates below ``reference``; 0.0 without a front. See :func:`_corner`."""
    numbers = front(history)
    if not len(numbers):
        return 0.0
    losses = history.losses[numbers]
    return hypervolume(losses, reference=_corner(history.goals, losses, reference))


def volumes(history: History, reference: Mapping[str, float] | None) -> Array:
    """What the front dominated after each trial that ended, in the order of their ends, shape (ended,).

    The reference is one for the whole curve, so that it never falls. Only a trial that joins the front costs a volume.
    """
    ends = np.flatnonzero(history.told)
    ends = ends[np.argsort(history.told[ends], kind="stable")]
    curve = np.zeros(len(ends))
    final = front(history)
    if not len(final):
        return curve
    losses, worthy = history.losses, np.isin(ends, _worthy(history))
    archive = Archive(_corner(history.goals, losses[final], reference))
    for k, number in enumerate(ends.tolist()):
        if worthy[k]:
            archive.insert(losses[number])
        curve[k] = archive.hypervolume
    never_falling: Array = np.maximum.accumulate(curve)  # nor by a rounding
    return never_falling


def losses_of(goals: Goals, values: Mapping[str, float], what: str) -> Array:
    """Values by objective as losses, shape (m,); NaN for objectives that are not named.

    Raises:
        StudyError: a name that is no objective, or a value that is no finite number.
    """
    for name, value in values.items():
        if name not in goals.directions:
            known = ", ".join(map(repr, goals.metrics))
            raise StudyError(f"{what} names {name!r}, which is no objective of this study: {known}")
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not np.isfinite(value):
            raise StudyError(f"{what}[{name!r}] must be a finite number; got {value!r}")
    losses: Array = np.array([float(values.get(name, np.nan)) for name in goals.metrics]) * goals.signs
    return losses


def _worthy(history: History) -> Ints:
    """Trials that may be on the front: complete, finite, within all constraints and thresholds."""
    losses = history.losses
    good = history.feasible & np.isfinite(losses).all(axis=1) & (losses <= history.thresholds).all(axis=1)
    return np.flatnonzero(good)


def _corner(goals: Goals, losses: Array, reference: Mapping[str, float] | None) -> Array:
    """The reference point as losses: as given, else the threshold, else a tenth of the front's range behind it."""
    if reference is None:
        behind = nadir_reference(losses)
        return np.where(np.isfinite(goals.threshold_losses), goals.threshold_losses, behind)
    corner = losses_of(goals, reference, "reference")
    missing = [name for name, loss in zip(goals.metrics, corner.tolist(), strict=True) if loss != loss]
    if missing:
        raise StudyError(f"reference must have a value for every objective; {', '.join(missing)} is missing")
    return corner
