"""What the numeric domains share: a line from low to high, a prior, conditions, JSON and union."""

from __future__ import annotations

__all__ = ["Numeric", "ordered"]

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tunewright.errors import DomainError, SpaceError
from tunewright.space.array import Array
from tunewright.space.condition import Condition, condition_from_json
from tunewright.space.domain import Domain
from tunewright.space.line import Line
from tunewright.space.literal import Known
from tunewright.space.prior import Prior, as_prior, prior_from_json
from tunewright.space.when import as_condition


class Numeric(Domain):
    """A domain of numbers between ``low`` and ``high``. Its subclasses hold the state."""

    __slots__ = ()

    low: Any
    high: Any
    line: Line
    belief: Prior | None
    when: Condition | None

    def _settle(self, fields: Mapping[str, object], line: Line, prior: object, when: object) -> None:
        """Set the fields of a frozen instance, once they are known to fit together."""
        belief = as_prior(prior)
        if belief is not None:
            belief.check(line.scale)
        settled = {**fields, "line": line, "belief": belief, "when": as_condition(when)}
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    @property
    def prior(self) -> Prior | None:
        """What is believed of the value before any trial."""
        return self.belief

    @property
    def size(self) -> int | None:
        """How many distinct values; None when continuous."""
        return self.line.count

    def at(self, unit: Array) -> Array:
        """Return the natives at coordinates in [0, 1] without NaN."""
        return self.line.at(unit)

    def coordinate(self, native: Array) -> Array:
        """Return coordinates of natives without NaN."""
        return self.line.coordinate(native)

    def quantile(self, p: Array) -> Array:
        """Return the coordinate at each probability of the prior; ``p`` itself without one."""
        share = super().quantile(p)
        return share if self.belief is None else self.belief.quantile(share, self.line.scale)

    def log_prior(self, unit: Array) -> Array:
        """Return the log density of the prior at coordinates, relative to the uniform one."""
        unit = np.asarray(unit, dtype=np.float64)
        if self.belief is None:
            return np.zeros(unit.shape)
        return self.belief.log_density(unit, self.line.scale)

    def _all(self, size: int) -> Array:
        return self.line.all()

    @abstractmethod
    def _fields(self) -> dict[str, Any]:
        """The arguments besides low, high, prior and when that differ from their defaults."""

    def _arguments(self) -> tuple[Sequence[object], Mapping[str, object]]:
        named = {**self._fields(), "prior": self.belief, "when": self.when}
        return (self.low, self.high), {name: value for name, value in named.items() if value is not None}

    def to_json(self) -> dict[str, Any]:
        """Return the domain as a JSON object."""
        data = {"type": type(self).__name__, "low": self.low, "high": self.high, **self._fields()}
        if self.belief is not None:
            data["prior"] = self.belief.to_json()
        if self.when is not None:
            data["when"] = self.when.to_json()
        return data

    @classmethod
    def _read(cls, data: dict[str, Any], known: Mapping[str, Known], name: str) -> Domain:
        fields = {field: value for field, value in data.items() if field not in ("type", "prior", "when")}
        prior, when = prior_from_json(data.get("prior")), condition_from_json(data.get("when"), known)
        same_kind: Callable[..., Domain] = cls
        return same_kind(**fields, prior=prior, when=when)

    def union(self, other: Domain) -> Domain:
        """Return the domain from the lower low to the higher high.

        Raises:
            SpaceError: another kind, another scale, or steps that do not meet.
        """
        if not isinstance(other, type(self)) or self._fields() != other._fields() or not self._meets(other):
            raise SpaceError(f"cannot hold both {self!r} and {other!r}: kind, log and step must be the same")
        prior = self.belief if other.belief is None else other.belief
        low, high = min(self.low, other.low), max(self.high, other.high)
        same_kind: Callable[..., Domain] = type(self)
        try:
            return same_kind(low, high, **self._fields(), prior=prior, when=self._union_when(other))
        except DomainError as error:
            raise SpaceError(f"cannot hold both {self!r} and {other!r}: {error}") from error

    def _meets(self, other: Numeric) -> bool:
        """Whether the two grids are parts of one."""
        return True


def ordered(low: float, high: float, what: str) -> None:
    """Raise DomainError when low exceeds high."""
    if low > high:
        raise DomainError(f"{what}: low must not exceed high, got low={low!r} and high={high!r}; swap them?")
