"""Local search: fine-tune from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tunewright.errors import ConfigError, StudyError
from tunewright.space import Space
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.evolution.brood import admissible
from tunewright.strategies.gp.search import Known
from tunewright.strategies.local.neighbours import neighbours
from tunewright.strategies.local.walk import Walk, walk
from tunewright.strategies.random import draw
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["LocalSearch"]

_FAMILY = 16  # neighbours that are forbidden or known before steps become longer


@dataclass(frozen=True)
class LocalSearch:
    """Steps from a configuration to its neighbours, longer after success and shorter without: fine-tune from here.

    A neighbour differs in one parameter at least, and in each of the others with a probability of its own for every
    trial. Numbers move by a normal step on their own scale, so that those with ``log=True`` move by factors, those with
    ``step=`` and whole numbers by one of their steps at least; categories are drawn anew. What a change of category
    brings into being is drawn from its prior. The search stands at the best trial (feasible ones first), and one
    success in five keeps the length of the steps (``strategies/local/walk.py``). Trials under way are neighbours of
    where it stood when they were asked for: nobody waits, and before anything is known they are random. A configuration
    that is known already is not tried again.

    Args:
        around: the configuration to begin at, ``{name: value}``; parameters left out are in the middle of their prior.
            It is the first trial, unless it is in the record, and the search stays where its steps lead from there.
            ``None``: the best trial of all, wherever it is, and in an empty record the middle of the priors.
        step: deviation of the first steps, as a share of each parameter's range (of its logarithm's with
            ``log=True``), above 0 and up to 1.
    """

    around: Mapping[str, Any] | None = None
    step: float = 0.1

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.around is not None and not isinstance(self.around, Mapping):
            raise ValueError(f"around must be None or a configuration, {{name: value}}; got {self.around!r}")
        if isinstance(self.step, bool) or not isinstance(self.step, (int, float)) or not 0.0 < self.step <= 1.0:
            raise ValueError(f"step must be a number above 0, up to 1, a share of the range; got {self.step!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives, ``ConfigError`` for an ``around`` that is not of the space."""
        if len(directions) != 1:
            raise StudyError(
                f"LocalSearch stands at a single best, so it needs one objective; got {', '.join(directions)}"
            )
        if self.around is None or space.rows is not None:  # of a table the nearest row is where it begins
            return
        if not space.feasible(self._beginning(space)[None, :])[0]:
            raise ConfigError(f"around={dict(self.around)} is forbidden by the space's constraints")

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters."""
        return history.ended

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = coordinates(history.space)
        if not len(numbers) or not space.dimension:
            return space.natives(np.zeros((len(numbers), space.dimension)))
        home = None if self.around is None else self._beginning(history.space)
        state = walk(history, space, self.step, home)
        stand, step = state.stands[-1], state.steps[-1]

        begins = self._begins(history, state, home)

        def propose(some: Ints, attempt: int) -> Array:
            if stand is None:
                rows = draw(history.space, seed, some, attempt=attempt)
            else:
                longer = step * 2.0 ** max(0, attempt - _FAMILY)
                rows = space.natives(neighbours(space, stand, longer, seed, some, attempt))
            if begins and not attempt:
                rows[0] = self._beginning(history.space)
            return rows

        return admissible(history, numbers, propose)

    def _begins(self, history: History, state: Walk, home: Array | None) -> bool:
        """Whether the configuration to begin at is still to be tried."""
        if home is None:
            return history.n == 0
        return state.began is None and not Known(history.space, history.natives).has(home)

    def _beginning(self, space: Space) -> Array:
        """The native row (all columns) of ``around``, the rest and without it all in the middle of the priors."""
        row = np.array([domain.decode(domain.quantile(np.array([0.5])))[0] for domain in space.domains])
        for name, value in (self.around or {}).items():
            if name not in space:
                raise ConfigError(f"around names {name!r}, which the space does not have: {', '.join(space.names)}")
            try:
                row[space.names.index(name)] = space[name].native(value)
            except ConfigError as error:
                raise ConfigError(f"around: parameter {name!r}: {error}") from None
        return np.where(space.active(row[None, :])[0], row, np.nan)

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        around = None if self.around is None else {name: space[name].native(v) for name, v in self.around.items()}
        return {"strategy": "LocalSearch", "around": around, "step": self.step}

    @classmethod
    def from_json(cls, options: Mapping[str, Any], space: Space) -> LocalSearch:
        """The inverse of :meth:`to_json`."""
        given = options["around"]
        if given is not None:
            given = {name: space[name].values(np.array([native]))[0] for name, native in given.items()}
        return cls(around=given, step=options["step"])
