"""One parameter as a column of numbers with what an axis must know of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tunewright.analysis.views.outcomes import Outcomes
from tunewright.errors import SpaceError
from tunewright.space import Domain, PowerOfTwo
from tunewright.trial.columns import Array, Ints

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Coordinate", "coordinate", "leading", "names_of"]


@dataclass(frozen=True)
class Coordinate:
    """A parameter over all n trials.

    Attributes:
        name: of the parameter.
        values: shape (n,): numbers as they are, choices by their index; NaN where the parameter is not active.
        unit: shape (n,), the same in [0, 1] as strategies see it.
        scale: "linear", "log" or "log2".
        low, high: ends of the range (of the indices for choices).
        choices: their names if the parameter is one of choices, else empty.
        whole: whether the numbers are whole.
    """

    name: str
    values: Array
    unit: Array
    scale: str
    low: float
    high: float
    choices: tuple[str, ...]
    whole: bool = False


def coordinate(study: Study, name: str) -> Coordinate:
    """The column of parameter ``name``.

    Raises:
        SpaceError: no parameter of that name; the message lists those there are.
    """
    history = study.history
    (name,) = names_of(study, [name])
    column = history.space.names.index(name)
    domain = history.space[name]
    choices = _choices(domain)
    low, high = domain.at(np.array([0.0, 1.0])).tolist() if not choices else (0.0, len(choices) - 1.0)
    return Coordinate(
        name,
        history.natives[:, column],
        history.unit[:, column],
        _scale(domain),
        float(low),
        float(high),
        choices,
        domain.kind == "int",
    )


def names_of(study: Study, names: Sequence[str] | None) -> list[str]:
    """The named parameters, checked; all that vary if none are named."""
    space = study.history.space
    if names is None:
        return [name for name in space.names if space[name].size != 1]
    for name in names:
        if name not in space:
            raise SpaceError(f"{name!r} is no parameter of this study; it has {', '.join(map(repr, space.names))}")
    return list(names)


def leading(study: Study, outcome: Outcomes, count: int) -> list[str]:
    """The ``count`` parameters whose ranks go most with those of the outcome, in the order of the space.

    The measure is the absolute rank correlation over good trials; for choices, the share of the ranks' variance that
    lies between them, as its root. It is quick and says nothing of interactions: use ``importance`` to learn those.
    """
    names = names_of(study, None)
    if len(names) <= count:
        return names
    good = np.flatnonzero(outcome.good)
    ranks = _ranks(outcome.losses[good])
    scores = np.array([_association(coordinate(study, name), good, ranks) for name in names])
    return [names[k] for k in sorted(np.argsort(-scores, kind="stable")[:count].tolist())]


def _association(parameter: Coordinate, good: Ints, ranks: Array) -> float:
    values = parameter.values[good]
    there = ~np.isnan(values)
    if np.count_nonzero(there) < 3 or np.ptp(values[there]) == 0.0 or np.ptp(ranks[there]) == 0.0:
        return 0.0
    if not parameter.choices:
        return float(abs(np.corrcoef(_ranks(values[there]), ranks[there])[0, 1]))
    ours, own = ranks[there], values[there].astype(np.int64)
    counts = np.bincount(own)
    means = np.bincount(own, ours) / np.maximum(counts, 1)
    between = float((counts * (means - ours.mean()) ** 2).sum() / ((ours - ours.mean()) ** 2).sum())
    return math.sqrt(between)


def _ranks(values: Array) -> Array:
    """Ranks with ties averaged, shape of ``values``."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Array = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse.reshape(-1)]
    return ranks


def _choices(domain: Domain) -> tuple[str, ...]:
    if domain.kind not in ("categorical", "ordinal"):
        return ()
    choices: Sequence[Any] = getattr(domain, "choices", ())
    return tuple(str(choice) for choice in choices)


def _scale(domain: Domain) -> str:
    if isinstance(domain, PowerOfTwo):
        return "log2"
    return "log" if getattr(domain, "log", False) else "linear"
