"""Search by a score that costs no training: alone, or as the first trials of another strategy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tunewright.errors import StudyError
from tunewright.numerics.sampling import purpose
from tunewright.space import Space
from tunewright.strategies.protocol import Strategy
from tunewright.strategies.random import draw
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["Score", "ZeroCost", "called"]

Score = Callable[[Mapping[str, Any]], float]
"""From a configuration to a number, always the same; larger is better, -inf for what is tried last."""

_POOL = purpose("zero cost/pool")


@dataclass(frozen=True)
class ZeroCost:
    """What ``score`` likes best of random configurations.

    With ``then`` the first ``first`` trials are the best of ``draws`` random configurations, best first, and ``then``
    suggests all after them, knowing their outcomes. Without, every trial is the best of ``draws`` new ones.

    ``score`` is a function, which no record can hold: give the strategy again to ``Study.load(..., strategy=...)``.

    Args:
        score: :class:`Proxy`, or any function of a configuration.
        then: the strategy that goes on.
        first: how many trials the score decides where there is one.
        draws: configurations that are scored.
    """

    score: Score
    then: Strategy | None = None
    first: int = 5
    draws: int = 100

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not callable(self.score):
            raise TypeError(f"score must be a function of a configuration, such as nas.Proxy(...); got {self.score!r}")
        for name in ("first", "draws"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be a whole number of 1 or more; got {value!r}")
        if self.then is not None and self.first > self.draws:
            raise ValueError(f"first must be no more than draws={self.draws}; got {self.first}")
        if self.then is not None and self.then.prescribed:
            raise ValueError(f"then must be a strategy without a plan of its own; got {self.then!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Whatever the strategy that goes on says."""
        if self.then is not None:
            self.then.check(space, directions)

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: what was tried matters."""
        return history.ended

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        if not len(numbers) or not history.space.dimension:
            return history.space.natives([{}] * len(numbers))
        ordinals = history.ordinals(numbers)
        if self.then is None:
            return self._each(history, seed, numbers)
        begins = ordinals < self.first
        rows = np.full((len(numbers), history.space.dimension), np.nan)
        if begins.any():
            best = self._best(history.space, seed, 0, set())
            rows[begins] = best[np.minimum(ordinals[begins], len(best) - 1)]
        if not begins.all():
            rows[~begins] = self.then.suggest(history, seed, numbers[~begins])
        return rows

    def _each(self, history: History, seed: int, numbers: Ints) -> Array:
        """For every trial the best of its own draws that is not known."""
        space = history.space
        known = set(space.identities(history.natives[history.asked > 0]))
        rows = []
        for number in numbers.tolist():
            rows.append(self._best(space, seed, 1 + number, known)[0])
            known |= set(space.identities(rows[-1][None, :]))
        return np.array(rows)

    def _best(self, space: Space, seed: int, which: int, known: set[bytes]) -> Array:
        """Native rows of a pool of draws, best first, each once and none of ``known``; all if there is nothing else."""
        first = which * self.draws
        drawn = draw(space, seed ^ _POOL, np.arange(first, first + self.draws, dtype=np.int64))
        drawn = drawn[space.feasible(drawn)]
        if not len(drawn):  # next to nothing is allowed: the study draws what is
            return draw(space, seed ^ _POOL, np.array([first], dtype=np.int64))
        keys = space.identities(drawn)
        new = [k for k, key in enumerate(keys) if key not in known and keys.index(key) == k]
        pool: Array = drawn[new] if new else drawn
        scores = np.array([self.score(config) for config in space.configs(pool)], dtype=np.float64)
        if np.isnan(scores).any():
            config = space.configs(pool[np.isnan(scores)][:1])[0]
            raise StudyError(f"score must return a number or -inf, got NaN for {config}")
        order = np.argsort(-scores, kind="stable")
        return pool[order]

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options; of the score what it is called."""
        then = None if self.then is None else self.then.to_json(space)
        options = {"score": called(self.score), "then": then, "first": self.first, "draws": self.draws}
        return {"strategy": "ZeroCost", "room": "nas", **options}

    @classmethod
    def from_json(cls, options: Mapping[str, Any], space: Space) -> ZeroCost:
        """Refused: a function cannot be read from a record.

        Raises:
            StudyError: always.
        """
        raise StudyError(
            f"the study was run with ZeroCost by {options['score']}, a function that its record does not hold: "
            "pass the strategy again, Study.load(..., strategy=...)"
        )


def called(score: Score) -> str:
    """What a record says of a score, in every process the same."""
    return str(getattr(score, "__qualname__", repr(score)))
