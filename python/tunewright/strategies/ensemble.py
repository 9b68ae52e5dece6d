"""Several strategies in one study, each with a share of the trials that its luck decides on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.strategies.credit import Rule, credit, round_end
from tunewright.strategies.protocol import Strategy
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array, Ints

__all__ = ["Ensemble"]


@dataclass(frozen=True)
class Ensemble:
    """Each trial is suggested by one of several strategies, the oftener by one the better its trials were of late.

    All members read the whole record, so that each builds on what the others found. Who suggests trial k is drawn with
    probabilities that follow from the outcomes known when it was asked for (``strategies/credit.py`` has the rule: the
    mean of log-rank utilities of a member's outcomes among the last 100, matched by probabilities that change in
    rounds). :meth:`made_by` recomputes it from the record.

    Args:
        members: two strategies or more. Plans that are followed to the letter (``Grid``, ``Manual``) are none.
        decay: the weight of an outcome beside that of the next one, above 0 and up to 1.
        floor: the least probability of a member, from 0 up to 1 / members; 0.3 / members by default.
    """

    members: Sequence[Strategy]
    decay: float = 0.98
    floor: float | None = None

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if isinstance(self.members, (str, Mapping)) or not isinstance(self.members, Sequence) or len(self.members) < 2:
            raise ValueError(f"members must be a list of two strategies or more; got {self.members!r}")
        for member in self.members:
            if isinstance(member, type) or not hasattr(member, "suggest"):
                raise ValueError(f"members must be strategies, such as GaussianProcess(); got {member!r}")
        object.__setattr__(self, "members", tuple(self.members))
        if isinstance(self.decay, bool) or not isinstance(self.decay, (int, float)) or not 0.0 < self.decay <= 1.0:
            raise ValueError(f"decay must be a number above 0, up to 1; got {self.decay!r}")
        most = 1.0 / len(self.members)
        if self.floor is not None and (
            isinstance(self.floor, bool) or not isinstance(self.floor, (int, float)) or not 0.0 <= self.floor <= most
        ):
            raise ValueError(f"floor must be None or a number from 0 to {most:g}, 1 / members; got {self.floor!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for a plan among the members, or for what one of them cannot search."""
        for member in self.members:
            if member.prescribed:
                raise StudyError(
                    f"{type(member).__name__} is a plan to be followed to the letter, no member of an Ensemble: "
                    "enqueue its configurations instead, study.enqueue([...])"
                )
            member.check(space, directions)

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: the end of the round, or what a member says."""
        counted = credit(history, self._rule, history.seed).counted
        ends = [member.horizon(history) for member in self.members]
        return min([float(round_end(counted, len(self.members))), *ends], default=math.inf)

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        seen = np.full(len(numbers), history.revision)
        makers = credit(history, self._rule, seed).drawn(numbers, seen)
        rows, alone = np.full((len(numbers), history.space.dimension), np.nan), len(set(makers.tolist())) < 2
        apart = np.array([alone or member.horizon(history) > history.ended for member in self.members])
        for k in np.flatnonzero(apart):  # what others suggest makes no difference to these
            part = makers == k
            rows[part] = self.members[int(k)].suggest(history, seed, numbers[part])
        rest = np.flatnonzero(~apart[makers])
        if len(rest):
            known = history.at(history.revision)
            _add_pending(known, numbers[apart[makers]], rows[apart[makers]])
            for part in np.split(rest, np.flatnonzero(np.diff(makers[rest])) + 1):  # these know those before them
                rows[part] = self.members[int(makers[part[0]])].suggest(known, seed, numbers[part])
                _add_pending(known, numbers[part], rows[part])
        return rows

    def made_by(self, history: History) -> Ints:
        """Which member suggested each trial of the record, shape (n,); -1 for those that a person chose."""
        return credit(history, self._rule, history.seed).makers(history, np.arange(history.n))

    def explain(self, history: History) -> list[str]:
        """A line for each member: its trials so far, and its share of those to come."""
        made, shares = self.made_by(history), credit(history, self._rule, history.seed).shares[-1]
        return [
            f"{type(member).__name__}: {int((made == k).sum())} trials so far, {shares[k]:.0%} of the next"
            for k, member in enumerate(self.members)
        ]

    @property
    def _rule(self) -> Rule:
        floor = 0.3 / len(self.members) if self.floor is None else self.floor
        return Rule(len(self.members), self.decay, floor)

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        members = [member.to_json(space) for member in self.members]
        return {"strategy": "Ensemble", "members": members, "decay": self.decay, "floor": self.floor}

    @classmethod
    def from_json(cls, options: Mapping[str, Any], members: Sequence[Strategy]) -> Ensemble:
        """The inverse of :meth:`to_json`, of members that were rebuilt already."""
        return cls(members, options["decay"], options["floor"])


def _add_pending(history: History, numbers: Ints, rows: Array) -> None:
    """Make trials under way of ``rows``, the configurations of ``numbers``, part of a record that is ours alone."""
    history.revision += 1
    for number, row in zip(numbers.tolist(), rows, strict=True):
        history.open(number, TrialState.RUNNING, history.revision - 1, history.revision, 0.0)
        history.place(number, row)
