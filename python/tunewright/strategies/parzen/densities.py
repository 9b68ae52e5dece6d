"""The two densities of a record: of its good trials, and of all others.

The density of the others has a component for each trial with a known configuration that is not good; those under way
count as not good (the constant liar), so that nobody else goes where they are. It is kept between asks and told what
changed, which costs the same for any number of trials; made from nothing it is the same to the last bit.
"""

from __future__ import annotations

__all__ = ["Densities"]

from dataclasses import dataclass
from functools import cached_property

from tunewright.numerics.parzen import Estimator
from tunewright.strategies.coordinates import Coordinates
from tunewright.trial import History
from tunewright.trial.columns import Array

_STEP = 0.25  # of an ordered parameter's step: the smallest bandwidth


@dataclass(eq=False)
class Densities:
    """What is known of a record that grows.

    Attributes:
        space: the coordinates.
        groups: which of them are modelled together.
        prior_weight: what the priors weigh, in trials.
    """

    space: Coordinates
    groups: list[list[int]]
    prior_weight: float
    _good: list[int] | None = None  # who is good, as was last said

    @cached_property
    def estimator(self) -> Estimator:
        """The densities themselves."""
        space = self.space
        least = (_STEP * space.steps).tolist()
        return Estimator(space.cells.tolist(), least, self.groups, prior_weight=self.prior_weight)

    @cached_property
    def alone(self) -> bool:
        """Whether nothing but the densities has a say in where candidates are, or in their order."""
        space = self.space
        joint = space.space.has_conditions and len(self.groups) == 1
        return not (space.has_priors or joint or len(space.uneven) or space.space.constraints)

    @cached_property
    def plain(self) -> bool:
        """Whether that is so and the best candidate is sure to be new, for a number that is continuous."""
        return self.alone and len(self.space.continuous) > 0 and not self.space.space.has_conditions

    @cached_property
    def draws(self) -> int:
        """How many random numbers a candidate takes."""
        return 2 * self.space.dimension + len(self.groups)

    def split(self, good: list[int]) -> None:
        """The trials ``good`` are the good ones; the same list is not looked through again."""
        if good is not self._good:
            self.estimator.split(good)
            self._good = good

    def place(self, history: History, numbers: list[int]) -> None:
        """Take in where the trials ``numbers`` (ascending) are now."""
        self.estimator.place(numbers, self._rows(history, numbers))

    def _rows(self, history: History, numbers: list[int]) -> Array:
        """Coordinates (k, d) of trials."""
        first, last = numbers[0], numbers[-1]
        block = last - first + 1 == len(numbers)  # a view costs less than a list
        rows = history.unit[first : last + 1] if block else history.unit[numbers]
        if self.space.dimension == self.space.space.dimension:
            return rows
        return rows[:, self.space.columns]
