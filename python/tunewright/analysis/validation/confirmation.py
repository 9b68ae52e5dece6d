"""What a confirmation found: who wins on fresh seeds, and how sure that is."""

from __future__ import annotations

__all__ = ["Confirmation"]

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tunewright.analysis.stats.comparison import Comparison, compare
from tunewright.analysis.stats.outcome import number
from tunewright.analysis.stats.racing import Standing


@dataclass(frozen=True)
class Confirmation:
    """The candidates of a search on fresh seeds; ``str()`` of it is :attr:`verdict`.

    Attributes:
        study: name of the study that holds the replicates, in the same storage.
        metric: that was compared.
        maximize: more is better.
        searched: by candidate (its trial number), the value that the search had seen.
        configs: by candidate, its configuration.
        scores: by candidate, the values by replicate 0, 1, …; all candidates had the same seeds.
        dropped: by candidate that left the race, after how many seeds.
        failed: by candidate that did not finish every seed, why.
        standings: those that are left with their mean loss and its bound, the safest first; columns are positions in
            ``survivors``.
        survivors: candidates that are left, in the order of the race.
        confidence: of each bound.
    """

    study: str
    metric: str
    maximize: bool
    searched: Mapping[int, float]
    configs: Mapping[int, Mapping[str, Any]]
    scores: Mapping[int, Mapping[int, float]]
    dropped: Mapping[int, int]
    failed: Mapping[int, str]
    standings: tuple[Standing, ...]
    survivors: tuple[int, ...]
    confidence: float

    @property
    def winner(self) -> int | None:
        """Number of the candidate whose mean is the best in the worst case; ``None`` if all failed."""
        return self.survivors[self.standings[0].column] if self.standings else None

    @property
    def config(self) -> Mapping[str, Any] | None:
        """Configuration of the winner."""
        return None if self.winner is None else self.configs[self.winner]

    @property
    def mean(self) -> float:
        """Mean of the winner over the fresh seeds; NaN if all failed."""
        return self._sign * self.standings[0].mean if self.standings else float("nan")

    @property
    def bound(self) -> float:
        """What the winner's true mean is not worse than, with :attr:`confidence`."""
        return self._sign * self.standings[0].bound if self.standings else float("nan")

    @property
    def evaluations(self) -> int:
        """How many runs it took."""
        return sum(len(scores) for scores in self.scores.values())

    @property
    def _sign(self) -> float:
        return -1.0 if self.maximize else 1.0

    @cached_property
    def runner_up(self) -> Comparison | None:
        """The winner against the best of the other survivors, seed by seed; ``None`` without another."""
        if len(self.standings) < 2:
            return None
        first, second = (self.survivors[standing.column] for standing in self.standings[:2])
        names = (f"trial {first}", f"trial {second}")
        return compare(self.scores[first], self.scores[second], names=names, maximize=self.maximize)

    @property
    def verdict(self) -> str:
        """What it comes to, in sentences."""
        if self.winner is None:
            told = "; ".join(f"trial {candidate}: {why}" for candidate, why in self.failed.items())
            return f"No candidate finished its seeds, so that nothing is confirmed: {told}."
        parts = [self._won(), self._promised(), self._left(), self._second()]
        return " ".join(part for part in parts if part)

    def _won(self) -> str:
        way = "at least" if self.maximize else "at most"
        return (
            f"Trial {self.winner} wins: mean {self.metric} {number(self.mean)} over {self.standings[0].seeds} fresh "
            f"seeds, {way} {number(self.bound)} with {100 * self.confidence:.4g}% confidence."
        )

    def _promised(self) -> str:
        if self.winner is None:
            return ""
        searched = self.searched[self.winner]
        worse = (searched - self.mean) * (1.0 if self.maximize else -1.0)
        way = "worse" if worse > 0 else "better"
        return f"The search had seen {number(searched)}: fresh seeds are {number(abs(worse))} {way}."

    def _left(self) -> str:
        out = [f"trial {candidate} after {seeds} seeds" for candidate, seeds in self.dropped.items()]
        told = f"Dropped as worse: {', '.join(out)}." if out else ""
        failed = [f"trial {candidate} ({why})" for candidate, why in self.failed.items()]
        return f"{told} Failed: {', '.join(failed)}.".strip() if failed else told

    def _second(self) -> str:
        if self.runner_up is None:
            return ""
        if self.runner_up.significant:
            return str(self.runner_up)
        others = len(self.survivors) - 1
        return f"{others} other candidate{'s' if others > 1 else ''} may be just as good: {self.runner_up}"

    def __str__(self) -> str:
        return self.verdict
