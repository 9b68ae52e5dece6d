"""Synchronous halving: trials are compared once all of their rung are there."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np

from tunewright.numerics.halving import leaders
from tunewright.schedulers.decision import Decision
from tunewright.schedulers.fidelities import Fidelities
from tunewright.schedulers.follower import Rule
from tunewright.schedulers.measures import Losses, violation
from tunewright.schedulers.plan import Plan, Rung
from tunewright.trial import History, Ladder, TrialState

__all__ = ["Bracket", "Rounds", "planned"]

Bracket = tuple[list[int], list[int]]
"""Sizes and resources of the rungs."""


class Rounds(Rule):
    """Trials fill the brackets in the order of their numbers, and the brackets anew when all are full.

    On each rung a trial pauses. A rung is over when each of its trials has reported there or ended before; then the
    best of those that had not ended by that moment go on, and the others are dismissed.
    """

    def __init__(self, brackets: Sequence[Bracket], metric: str | None, history: History, growth: Fidelities) -> None:
        self._brackets = brackets
        self._ends = list(accumulate(sizes[0] for sizes, _ in brackets))
        self._ladders = [growth.ladder(resources) for _, resources in brackets]
        self._goals = history.goals
        self._losses = Losses(history.goals, metric)
        self._round: dict[int, _Round] = {}  # under way, by position
        self._over: set[int] = set()  # positions of rounds in which nothing is left to decide

    def read(self, trial: int, step: int, revision: int, metrics: Mapping[str, float]) -> Decision:
        """See :class:`Rule`."""
        losses = self._losses(metrics)
        if losses is None:
            return Decision.CONTINUE
        if losses[0] != losses[0]:
            return Decision.STOP
        found = self._of(trial)
        return found.enter(trial, step, revision, (*losses, violation(self._goals, metrics)))

    def resource(self, number: int) -> int:
        """See :class:`Rule`."""
        return self._of(number).resource(number)

    def ladder(self, number: int) -> Ladder:
        """See :class:`Rule`."""
        return self._ladders[bisect.bisect(self._ends, number % self._ends[-1])]

    def promote(self, history: History) -> int | None:
        """See :class:`Rule`."""
        for position in sorted(self._round):
            found = self._round[position]
            found.close(history)
            number = found.promotable(history)
            if number is not None:
                return number
        return None

    def dismissed(self, history: History) -> list[int]:
        """See :class:`Rule`."""
        losers: list[int] = []
        for position, found in list(self._round.items()):
            found.close(history)
            beaten = np.array(found.losers, dtype=np.int64)
            losers += beaten[history.states[beaten] == TrialState.PAUSED].tolist()
            if found.over(history):
                del self._round[position]
                self._over.add(position)
        return sorted(losers)

    def _of(self, trial: int) -> _Round:
        """The round that a trial belongs to."""
        turn, place = divmod(trial, self._ends[-1])
        which = bisect.bisect(self._ends, place)
        position = turn * len(self._ends) + which
        found = self._round.get(position)
        if found is None:
            sizes, resources = self._brackets[which]
            first = turn * self._ends[-1] + self._ends[which] - sizes[0]
            found = _Round(range(first, first + sizes[0]), sizes, resources)
            if position not in self._over:
                self._round[position] = found
        return found


class _Round:
    """One bracket under way."""

    def __init__(self, members: Sequence[int], sizes: Sequence[int], resources: Sequence[int]) -> None:
        self._members = [np.array(members)]  # of each rung that is known so far
        self._accounted = 0  # of the highest such rung, the members that have reported there or ended
        self._sizes = sizes
        self._resources = resources
        self._entries: list[dict[int, tuple[int, tuple[float, ...]]]] = [{} for _ in sizes]  # revision, losses
        self._stage: dict[int, int] = {}  # rungs that each trial has entered
        self.losers: list[int] = []

    def enter(self, trial: int, step: int, revision: int, losses: tuple[float, ...]) -> Decision:
        """A report: the trial enters its next rung with the first that reaches its resource."""
        stage = self._stage.get(trial, 0)
        if stage == len(self._sizes) or step < self._resources[stage]:
            return Decision.CONTINUE
        self._entries[stage][trial] = revision, losses
        self._stage[trial] = stage + 1
        return Decision.CONTINUE if stage + 1 == len(self._sizes) else Decision.PAUSE

    def resource(self, trial: int) -> int:
        return self._resources[min(self._stage.get(trial, 0), len(self._sizes) - 1)]

    def close(self, history: History) -> None:
        """Decide the rungs that are over: who goes on, who does not."""
        while len(self._members) < len(self._sizes):
            rung = len(self._members) - 1
            members, entries = self._members[rung].tolist(), self._entries[rung]
            if members and members[-1] >= history.n:
                return
            while self._accounted < len(members):
                if members[self._accounted] not in entries and not history.told[members[self._accounted]]:
                    return
                self._accounted += 1
            told = dict(zip(members, history.told[self._members[rung]].tolist(), strict=True))
            over = max((entries[m][0] if m in entries else told[m] for m in members), default=0)
            there = [m for m in members if m in entries and not 0 < told[m] <= over]
            best = []  # of a rung that nobody reached, all having failed
            if there:
                points = np.array([entries[m][1] for m in there])
                best = leaders(points[:, :-1], points[:, -1], self._sizes[rung + 1]).tolist()
            self._members.append(np.array([there[place] for place in best], dtype=np.int64))
            self.losers += sorted(set(there) - set(self._members[-1].tolist()))
            self._accounted = 0

    def promotable(self, history: History) -> int | None:
        """The lowest number of the highest rung that may go on and is paused."""
        for rung in range(len(self._members) - 1, 0, -1):
            members = self._members[rung]
            for number in members[history.states[members] == TrialState.PAUSED].tolist():
                if self._stage[number] == rung:
                    return int(number)
        return None

    def over(self, history: History) -> bool:
        """Whether each of its trials has ended."""
        first = self._members[0]
        return bool(first[-1] < history.n and (history.told[first] > 0).all())


def planned(brackets: Sequence[Bracket], trials: int, growth: Fidelities) -> Plan:
    """The rungs of so many trials, and what they cost: exact unless trials fail or ties of the clock decide."""
    counted: dict[tuple[int, int], list[float]] = {}
    left, complete = trials, True
    while left > 0:
        for which, (sizes, resources) in enumerate(brackets):
            began = min(left, sizes[0])
            complete = began == sizes[0]
            left -= began
            reach = sizes if complete else [began]  # who is in a bracket that is not full waits at its first rung
            before = 0
            for rung, (count, resource) in enumerate(zip(reach, resources, strict=False)):
                line = counted.setdefault((which, rung), [resource, 0, 0])
                line[1] += count
                line[2] += count * (resource - before) * growth.share(resource)
                before = resource
            if left <= 0:
                break
    rungs = tuple(
        Rung(which, int(r), n, cost, growth.at(int(r))) for (which, _), (r, n, cost) in sorted(counted.items())
    )
    whole = sum(sizes[0] for sizes, _ in brackets)
    note = (
        "" if complete else f"the last bracket is not full: its trials stay paused until more come; a round has {whole}"
    )
    return Plan(trials, max(resources[-1] for _, resources in brackets), rungs, note)
