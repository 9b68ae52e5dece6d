"""Categorical: one of several given values without an order."""

from __future__ import annotations

__all__ = ["Categorical"]

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tunewright.errors import DomainError, SpaceError
from tunewright.space.array import Array
from tunewright.space.choices import Choices, checked
from tunewright.space.condition import Condition, condition_from_json
from tunewright.space.domain import Domain, Kind
from tunewright.space.literal import Known, key, read
from tunewright.space.number import real
from tunewright.space.when import as_condition


@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)
class Categorical(Choices):
    """One of several values without an order.

    Args:
        choices: hashable values; a single list stands for its elements (a tuple is hashable, so it is one choice).
        weights: how often each is drawn before anything is known, in any unit; equal when None. A weight of 0 means
            never by chance, though the choice stays allowed.
        when: the condition under which the parameter exists.

    Raises:
        DomainError: arguments that describe no domain.

    Examples:
        >>> Categorical("sgd", "adam", "adamw", weights=[1, 2, 2])
        Categorical('sgd', 'adam', 'adamw', weights=(1.0, 2.0, 2.0))
    """

    choices: tuple[Any, ...]
    weights: tuple[float, ...] | None
    when: Condition | None
    index: dict[Hashable, int] = field(compare=False)

    def __init__(self, *choices: Any, weights: Sequence[float] | None = None, when: Condition | None = None) -> None:
        given, index = checked(choices, "Categorical")
        object.__setattr__(self, "choices", given)
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "weights", None if weights is None else _weights(weights, len(given)))
        object.__setattr__(self, "when", as_condition(when))

    @property
    def kind(self) -> Kind:
        """A value without an order."""
        return "categorical"

    def quantile(self, p: Array) -> Array:
        """Return the coordinate of the choice whose share of the weights holds each probability."""
        share = np.minimum(np.maximum(np.asarray(p, dtype=np.float64), 0.0), 1.0)
        if self.weights is None:
            return share
        weights = np.array(self.weights)
        last = int(np.flatnonzero(weights)[-1])
        ends = np.cumsum(weights)[:last] / weights.sum()
        return self.coordinate(np.searchsorted(ends, share, side="right").astype(np.float64))

    def log_prior(self, unit: Array) -> Array:
        """Return the log of each choice's weight relative to equal weights."""
        unit = np.asarray(unit, dtype=np.float64)
        if self.weights is None:
            return np.zeros(unit.shape)
        weights = np.array(self.weights)
        with np.errstate(divide="ignore"):
            relative = np.log(weights / weights.sum() * len(weights))
        result: Array = relative[self.at(unit).astype(np.intp)]
        return result

    def to_json(self) -> dict[str, Any]:
        """Return the domain as a JSON object."""
        data = Choices.to_json(self)
        if self.weights is not None:
            data["weights"] = list(self.weights)
        return data

    @classmethod
    def _read(cls, data: dict[str, Any], known: Mapping[str, Known], name: str) -> Domain:
        choices = [read(choice, known.get(name, {})) for choice in data["choices"]]
        return cls(choices, weights=data.get("weights"), when=condition_from_json(data.get("when"), known))

    def union(self, other: Domain) -> Domain:
        """Return the choices of this domain followed by the new ones of the other.

        A choice keeps the weight that the other domain gives it, else its own here; where neither says, the mean.

        Raises:
            SpaceError: the other is not categorical.
        """
        if not isinstance(other, Categorical):
            raise SpaceError(f"cannot hold both {self!r} and {other!r}: the kind must be the same")
        new = [choice for choice in other.choices if key(choice) not in self.index]
        choices = [*self.choices, *new]
        return Categorical(choices, weights=self._union_weights(other, choices), when=self._union_when(other))

    def _union_weights(self, other: Categorical, choices: list[Any]) -> list[float] | None:
        if self.weights is None and other.weights is None:
            return None
        given: dict[Hashable, float] = {}
        for domain in (self, other):
            given.update(zip(domain.index, domain.weights or (), strict=False))
        mean = sum(given.values()) / len(given)
        return [given.get(key(choice), mean) for choice in choices]

    def _arguments(self) -> tuple[Sequence[object], Mapping[str, object]]:
        named = {"weights": self.weights, "when": self.when}
        return self.choices, {name: value for name, value in named.items() if value is not None}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Categorical):
            return NotImplemented
        return self._same_choices(other) and self.weights == other.weights and self.when == other.when

    def __hash__(self) -> int:
        return hash((Categorical, *self.index, self.weights, self.when))


def _weights(weights: Sequence[float], count: int) -> tuple[float, ...]:
    try:
        given = tuple(weights)
    except TypeError:
        raise DomainError(f"Categorical: weights must be a list of numbers, got {weights!r}") from None
    if len(given) != count:
        raise DomainError(f"Categorical: weights must be one number a choice, got {len(given)} for {count} choices")
    numbers = tuple(real(weight, f"Categorical: weights[{i}]", DomainError) for i, weight in enumerate(given))
    for i, number in enumerate(numbers):
        if number < 0.0:
            raise DomainError(f"Categorical: weights[{i}] must not be negative, got {number!r}")
    if not 0.0 < sum(numbers) < float("inf"):
        raise DomainError(f"Categorical: weights must have a positive, finite sum, got {numbers!r}")
    return numbers
