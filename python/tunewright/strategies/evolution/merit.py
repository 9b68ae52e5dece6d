"""Who is better than whom, with one objective and trials that ended in every way there is."""

from __future__ import annotations

__all__ = ["EARLY", "FAILED", "merits", "ranked", "single"]

from typing import Any

import numpy as np

from tunewright.errors import StudyError
from tunewright.strategies.evolution.endings import losses_of, violations_of
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array, Ints

_COMPLETE = int(TrialState.COMPLETE)
_WHOLE, EARLY, _FORBIDDEN, FAILED = range(4)


def ranked(history: History, trials: Ints) -> Ints:
    """Rank of each of the ended ``trials``, shape (k,): 0 for the best, the same for equals.

    Complete trials within the constraints come first, by their loss. Those that a scheduler ended early follow, by how
    far they came and then by their last report: of trials that met at a rung those that went on are better, and of
    those that did not the ones with the smaller loss there. Then trials that break a constraint, by how much; last
    those that failed or have no finite loss, all equal.
    """
    if not history.goals.comparisons and (history.states[trials] == _COMPLETE).all():
        losses = losses_of(history, trials)[:, 0]
        if np.isfinite(losses).all():
            return _places(losses[None, :])
    return _places(np.stack(merits(history, trials)))


def _places(keys: Array) -> Ints:
    """Rank of each column of ``keys`` (rows, k), the first row weighs most, shape (k,)."""
    order = np.lexsort(keys[::-1])
    ordered = keys[:, order]
    ranks = np.zeros(keys.shape[1], dtype=np.int64)
    ranks[order[1:]] = np.cumsum((ordered[:, 1:] != ordered[:, :-1]).any(axis=0))
    return ranks


def merits(history: History, trials: Ints) -> tuple[Array, Array, Array]:
    """Three keys of each ended trial, (k,) each; less is better, the earlier ones weigh more. See :func:`ranked`."""
    losses, states = losses_of(history, trials)[:, 0], history.states[trials]
    kind, first = np.full(len(trials), float(FAILED)), np.zeros(len(trials))
    second = np.zeros(len(trials))
    whole = (states == _COMPLETE) & np.isfinite(losses)
    kind[whole], first[whole] = _WHOLE, losses[whole]
    if history.goals.comparisons:
        _set_apart(history, trials, whole, kind, first, second)
    for i in np.flatnonzero(states == TrialState.PRUNED).tolist():
        step, loss = _reached(history, int(trials[i]))
        if np.isfinite(loss):
            kind[i], first[i], second[i] = EARLY, -step, loss
    return kind, first, second


def _set_apart(
    history: History,
    trials: Ints,
    whole: np.ndarray[Any, np.dtype[np.bool_]],
    kind: Array,
    first: Array,
    second: Array,
) -> None:
    """Put trials that break a constraint behind the others, in place."""
    amounts = violations_of(history, trials)
    amounts = np.where(np.isnan(amounts), np.inf, amounts)
    bad = whole & (amounts > 0.0)
    kind[bad], second[bad], first[bad] = _FORBIDDEN, first[bad], amounts[bad]


def _reached(history: History, trial: int) -> tuple[int, float]:
    """How far a trial came, and its loss there."""
    step = history.reports.last_step(trial)
    value = history.reports.last(trial).get(history.metrics[0], np.nan)
    return step, float(value) * float(history.signs[0])


def single(strategy: str, directions: dict[str, str]) -> None:
    """Raise ``StudyError`` for several objectives."""
    if len(directions) != 1:
        raise StudyError(
            f"{strategy} ranks trials by one objective; this study has {', '.join(directions)}. "
            "Use NSGA2(), NSGA3() or GaussianProcess()"
        )
