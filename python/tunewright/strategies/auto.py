"""The strategy that picks the strategy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tunewright.space import Space
from tunewright.strategies.protocol import Choice
from tunewright.strategies.readings import readings
from tunewright.strategies.situation import Rule, Situation, evolution, rules, situation
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["Auto"]

_MOST_PENDING = 100  # trials under way that a model is asked to tell apart


@dataclass(frozen=True)
class Auto:
    """The default: looks at the space, the objectives and the record, and searches with what suits them.

    The rules (``strategies/situation.py``; :meth:`explain` prints those that applied, ``docs/strategies.md`` what they
    were measured on) read the number of parameters and their kinds, the number of objectives, how many trials have
    ended, and how many are under way. They do not read a clock, so that what is suggested is a function of the record,
    and can be recomputed from it: :meth:`choices`.

    Where more than 100 trials are under way at once, what is beyond them is suggested by evolution, in microseconds.

    Args:
        trials: how many trials the study will have, if that is known: a model is kept for longer in a study of a few
            thousand, and given up sooner in one of 10,000 or more.
    """

    trials: int | None = None

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.trials is not None and (
            isinstance(self.trials, bool) or not isinstance(self.trials, int) or self.trials < 1
        ):
            raise ValueError(f"trials must be None or a whole number from 1 upwards; got {self.trials!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Any space and any objectives will do."""

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: that of the present choice, or where it ends."""
        present, following = self._rules(history)
        own = present.strategy.horizon(history)
        return own if following is None else min(own, float(following.outcomes))

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        present, _ = self._rules(history)
        room = max(0, _MOST_PENDING - int(history.pending.sum())) if len(numbers) else 0
        if len(numbers) <= room or not present.models:
            return present.strategy.suggest(history, seed, numbers)
        rows = present.strategy.suggest(history, seed, numbers[:room])
        others = evolution(self._situation(history))
        return np.concatenate([rows, others.suggest(history, seed, numbers[room:])])

    def choice(self, history: History) -> Choice:
        """What the next trial is suggested by, and why."""
        return self.choices(history)[-1]

    def choices(self, history: History) -> list[Choice]:
        """What searched from which trial on, and why, up to the next trial: recomputed from the record."""
        told = np.sort(history.told[history.told > 0])
        known = np.append(np.searchsorted(told, history.seen, side="right"), history.ended)
        made = []
        for rule in rules(self._situation(history)):
            there = np.flatnonzero(known >= rule.outcomes)
            if len(there):
                name = type(rule.strategy).__name__
                made.append(Choice(name, rule.why, int(there[0]), rule.strategy))
        return made

    def explain(self, history: History) -> list[str]:
        """A line on the study, and one for each strategy that searched in it."""
        lines = [f"Auto: {self._situation(history)}"]
        limits = len(history.goals.comparisons)
        if limits:
            lines.append(f"{limits} constraint{'s' * (limits > 1)} on metrics: what is likely to break one is avoided")
        if len(history.reports) and readings(history).varied:
            lines.append("trainings end early: what they reported is learnt from at every rung")
        made = self.choices(history)
        return lines + [f"from trial {choice.first} on {choice.name}: {choice.why}" for choice in made]

    def _situation(self, history: History) -> Situation:
        return situation(history.space, len(history.metrics), self.trials)

    def _rules(self, history: History) -> tuple[Rule, Rule | None]:
        """The rule that applies now, and the one after it."""
        every = rules(self._situation(history))
        place = sum(rule.outcomes <= history.ended for rule in every)
        return every[place - 1], every[place] if place < len(every) else None

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "Auto", "trials": self.trials}
