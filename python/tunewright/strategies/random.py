"""Random search (Bergstra & Bengio 2012, JMLR 13:281-305)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from tunewright.numerics.sampling import purpose, uniform
from tunewright.space import Space
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["Random", "draw"]

_ROW = purpose("random/row")


@dataclass(frozen=True)
class Random:
    """Independent draws from each parameter's prior (uniform in its scale without one).

    The value of a parameter in trial k depends on the seed, k and the parameter's name alone: not on the other
    parameters, the number of workers, or when the name was first met.
    """

    prescribed: ClassVar[bool] = False

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Any space and any objectives will do."""

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: outcomes do not matter."""
        return math.inf

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        return draw(history.space, seed, numbers)

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "Random"}


def draw(space: Space, seed: int, numbers: Ints, *, attempt: int = 0) -> Array:
    """Native configurations drawn for trials ``numbers``, shape (k, d); another ``attempt`` is another draw.

    Of a table rows are drawn, each as likely as any other.
    """
    if space.rows is not None:
        share = uniform(seed, numbers, np.array([_ROW], dtype=np.uint64), attempt=attempt)[:, 0]
        return space.rows[(share * len(space.rows)).astype(np.intp)]
    return space.decode(space.quantile(uniform(seed, numbers, _purposes(space.names), attempt=attempt)))


@lru_cache(maxsize=64)
def _purposes(names: tuple[str, ...]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array([purpose(f"random/{name}") for name in names], dtype=np.uint64)
