"""Manual search: start from what is known to work, then change one parameter at a time and keep what wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["Manual"]


@dataclass(frozen=True)
class Manual:
    """Coordinate search by hand, as a plan.

    Trial 0 runs ``defaults``. Then, parameter by parameter in the order of ``values``, each listed value is tried
    with everything else as in the best trial so far; the winner is kept and the next parameter follows. What
    counts as best for a parameter is settled when its first trial is asked for, so with several workers
    a late result of the parameter before may come too late to be built upon.

    Args:
        defaults: the known good configuration. Parameters left out start at the middle of their scale (or prior).
        values: ``{parameter: [values to try]}``, most important first. The value in use is not tried again.
    """

    defaults: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    prescribed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for name, values in self.values.items():
            if isinstance(values, str) or not isinstance(values, Sequence) or not values:
                raise ValueError(f"values[{name!r}] must be a list with at least one value; got {values!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for unknown names or several objectives, ``ConfigError`` for impossible values."""
        for name in (*self.defaults, *self.values):
            if name not in space:
                raise StudyError(f"Manual names {name!r}, which the space does not have: {', '.join(space.names)}")
        if space.rows is not None:
            raise StudyError(
                "Manual changes one parameter at a time, and a Table need not have such rows: Grid() runs all"
            )
        if len(directions) != 1:
            raise StudyError(f"Manual keeps a single winner, so it needs one objective; got {', '.join(directions)}")
        self._start(space)
        self._columns(space)

    def plan(self, space: Space) -> str:
        """The plan in words, one line a step."""
        self.check(space, {"objective": "minimize"})
        start = space.configs(_masked(space, self._start(space)[None, :]))[0]
        lines = ["1. run the defaults: " + ", ".join(f"{k}={v!r}" for k, v in start.items())]
        for step, (name, column) in enumerate(self._columns(space).items(), start=2):
            tried = ", ".join(map(repr, space[name].values(column)))
            lines.append(f"{step}. try {name} = {tried}, all else as in the best so far; keep the winner")
        return "\n".join([*lines, f"at most {1 + sum(map(len, self._columns(space).values()))} trials"])

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters."""
        return history.ended

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = history.space
        own = history.own_numbers(int(numbers[-1]) + 1 if len(numbers) else 0)
        place = {int(number): k for k, number in enumerate(own)}
        plan: list[Array] = [self._start(space)]
        base = plan[0]
        for name, column in self._columns(space).items():
            j = space.names.index(name)
            base = self._best(history, own, plan, base)
            if not space.active(base[None, :])[0, j]:
                continue
            for value in column[column != base[j]]:
                row = base.copy()
                row[j] = value
                plan.append(row)
        rows = [plan[place[int(k)]] for k in numbers if place[int(k)] < len(plan)]
        return _masked(space, np.array(rows).reshape(len(rows), space.dimension))

    def _best(self, history: History, own: Ints, plan: list[Array], base: Array) -> Array:
        """The full row of the best trial of ``plan``, as it was known when the next trial after it was asked for."""
        if len(plan) < len(own) and own[len(plan)] < history.n:
            known = history.seen[own[len(plan)]]
        else:
            known = history.revision
        done = [k for k in range(min(len(plan), len(own))) if own[k] < history.n]
        numbers = own[done]
        usable = history.complete[numbers] & (history.told[numbers] <= known)
        losses = np.where(usable, history.losses[numbers, 0], np.inf)
        if not np.isfinite(losses).any():
            return base
        return plan[done[int(np.nanargmin(np.where(np.isfinite(losses), losses, np.inf)))]]

    def _start(self, space: Space) -> Array:
        """The defaults, filled up with the middle of each other parameter's scale, inactive ones too."""
        start = np.array([domain.decode(domain.quantile(np.array([0.5])))[0] for domain in space.domains])
        for name, value in self.defaults.items():
            start[space.names.index(name)] = space[name].native(value)
        return start

    def _columns(self, space: Space) -> dict[str, Array]:
        return {name: np.array([space[name].native(v) for v in values]) for name, values in self.values.items()}

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        defaults = {name: space[name].native(value) for name, value in self.defaults.items()}
        values = {name: column.tolist() for name, column in self._columns(space).items()}
        return {"strategy": "Manual", "defaults": defaults, "values": values}

    @classmethod
    def from_json(cls, options: Mapping[str, Any], space: Space) -> Manual:
        """The inverse of :meth:`to_json`."""
        defaults = {name: space[name].values(np.array([native]))[0] for name, native in options["defaults"].items()}
        values = {name: space[name].values(np.array(natives)) for name, natives in options["values"].items()}
        return cls(defaults=defaults, values=values)


def _masked(space: Space, natives: Array) -> Array:
    """``natives`` with NaN where a parameter is inactive."""
    return np.where(space.active(natives), natives, np.nan)
