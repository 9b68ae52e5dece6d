"""Quasi-random search: points that fill the space more evenly than chance does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from tunewright.errors import StudyError
from tunewright.numerics.sampling import halton, sobol
from tunewright.space import Space
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["QuasiRandom"]

_DIMENSIONS = 1_111  # of the direction numbers, and of the primes, that the numerics have


@dataclass(frozen=True)
class QuasiRandom:
    """A randomised low-discrepancy sequence, shaped by each parameter's prior.

    Args:
        sequence: ``"sobol"``: Sobol' points with Joe & Kuo's direction numbers and Owen's nested scrambling
            (best when the number of trials is a power of two).
            ``"halton"``: the Halton sequence with random digit permutations (Owen 2017); any number of trials,
            best below about 20 parameters.

    Both know up to 1,111 parameters that vary.

    Trial k gets point k of the sequence, not counting enqueued trials. In a study whose space grows while it runs,
    a parameter that was just met is drawn independently in that trial.
    """

    sequence: Literal["sobol", "halton"] = "sobol"

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.sequence not in ("sobol", "halton"):
            raise ValueError(f"sequence must be 'sobol' or 'halton'; got {self.sequence!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` when points of that many dimensions are not known."""
        varying = sum(domain.size != 1 for domain in space.domains)
        if varying > _DIMENSIONS:
            raise StudyError(
                f"QuasiRandom knows {_DIMENSIONS} dimensions; the space has {varying} parameters that vary. "
                "Use Random()"
            )

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: outcomes do not matter."""
        return math.inf

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = history.space
        varying = [j for j, domain in enumerate(space.domains) if domain.size != 1]
        unit = np.full((len(numbers), space.dimension), 0.5)
        if varying:
            unit[:, varying] = self._points(history.ordinals(numbers), len(varying), seed)
        return space.decode(space.quantile(unit))

    def _points(self, ordinals: Ints, dimension: int, seed: int) -> Array:
        sequence = sobol if self.sequence == "sobol" else halton
        if not len(ordinals):
            return np.zeros((0, dimension))
        first, last = int(ordinals[0]), int(ordinals[-1])
        points = sequence(first, last - first + 1, dimension, seed=seed)
        return points[ordinals - first]

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "QuasiRandom", "sequence": self.sequence}
