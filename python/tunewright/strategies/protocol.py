"""The contract of a search strategy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from tunewright.space import Space
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["Choice", "Choosing", "Explaining", "Strategy"]


class Strategy(Protocol):
    """A pure function of (record, seed, trial numbers) to configurations.

    An object of this kind holds its own options and nothing else: no generator, no memory of past calls.
    What it returns for a number must follow from the seed, that number and the record it is handed.
    """

    prescribed: ClassVar[bool]
    """Its suggestions are a plan to be followed to the letter: the study does not replace repeated ones."""

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` if the strategy cannot search this space for these objectives."""
        ...

    def horizon(self, history: History) -> float:
        """How many trials will have ended, in all, before suggestions depend on more than they do now.

        ``history.ended`` where every trial matters, the end of a generation where only whole ones do, ``math.inf``
        where neither outcomes nor other configurations ever do. Until then, what is suggested for many trials at once
        must be what is suggested for them one by one: the study asks ahead of time.
        """
        ...

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """Native configurations of the trials ``numbers`` (ascending), shape (k, d).

        Fewer rows than numbers means that nothing is left to suggest beyond them.
        """
        ...

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name (under ``"strategy"``) and options as JSON values; parameters' values as native numbers."""
        ...


@runtime_checkable
class Explaining(Protocol):
    """A strategy that can say what it did in a study."""

    def explain(self, history: History) -> list[str]:
        """Lines for people, recomputed from the record."""
        ...


@dataclass(frozen=True)
class Choice:
    """What searches from some trial on.

    Attributes:
        name: of the strategy.
        why: the rule that chose it, in words.
        first: number of the first trial that it is asked for.
        strategy: the strategy itself.
    """

    name: str
    why: str
    first: int
    strategy: Strategy


@runtime_checkable
class Choosing(Explaining, Protocol):
    """A strategy that leaves the search to others, one at a time."""

    def choice(self, history: History) -> Choice:
        """What the next trial is suggested by, and why."""
        ...
