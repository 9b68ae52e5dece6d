"""From a record to the distribution that its last whole generation led to, restarts included.

A generation is over whenever as many more trials have ended as it has, whoever chose them and in whatever order. Those
that its distribution sampled teach it by the steps they were sampled with; any others (enqueued, of other strategies,
asked for before the last generation was over) are injected. Nobody waits for anybody.
"""

from __future__ import annotations

__all__ = ["Plan", "Reading", "reading"]

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np

from tunewright.strategies.cma.distribution import Sample, sampled, updated
from tunewright.strategies.cma.layout import Layout
from tunewright.strategies.cma.restarts import Run, finished, noted
from tunewright.strategies.evolution.endings import Endings, losses_of
from tunewright.strategies.evolution.merit import ranked
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Ints

_COMPLETE = int(TrialState.COMPLETE)
_WIDER = 1.2  # sigma after a generation in which all trials are equal


class Plan(Protocol):
    """How runs begin."""

    def first(self, layout: Layout) -> Run:
        """The run that a study begins with."""
        ...

    def next(self, layout: Layout, last: Run, seed: int) -> Run:
        """The run after one that is over."""
        ...


@dataclass(eq=False)
class Reading:
    """What a record has led to so far.

    Attributes:
        run: the present one.
        taken: trials, by the order in which they ended, that its generations and those before it have learnt from.
    """

    layout: Layout
    run: Run
    taken: int = 0
    endings: Endings = field(default_factory=Endings)
    samples: dict[int, tuple[Sample, int]] = field(default_factory=dict)

    def suggested(self, seed: int, numbers: Ints) -> Sample:
        """Proposals of the present distribution, remembered until it changes."""
        asked, samples = numbers.tolist(), self.samples
        missing = [number for number in asked if number not in samples]
        if missing:
            fresh = sampled(self.run.state, self.layout, seed, np.array(missing, dtype=np.int64))
            samples.update((number, (fresh, i)) for i, number in enumerate(missing))
            if len(missing) == len(asked):
                return fresh
        parts = [samples[number] for number in asked]
        first, rows = parts[0][0], [i for _, i in parts]
        if all(sample is first for sample, _ in parts):
            return Sample(first.steps[rows], first.natives[rows])
        return Sample(np.array([s.steps[i] for s, i in parts]), np.array([s.natives[i] for s, i in parts]))

    def learn(self, history: History, plan: Plan, seed: int) -> None:
        """Take in the generations that are over."""
        self.endings.read(history)
        ended = self.endings.trials
        while len(ended) - self.taken >= self.run.population:
            block = np.array(ended[self.taken : self.taken + self.run.population], dtype=np.int64)
            self.taken += self.run.population
            run = noted(self._after(history, block, seed), _extremes(history, block))
            self.run = plan.next(self.layout, run, seed) if finished(run) else run
            self.samples.clear()

    def _after(self, history: History, block: Ints, seed: int) -> Run:
        ranks = ranked(history, block)
        state = self.run.state
        if not ranks.any():  # they tell nothing, but that there may be more to tell farther away
            sigma = max(state.sigma, min(_WIDER * state.sigma, self.run.sigma))
            return replace(self.run, state=replace(state, sigma=sigma))
        order = np.argsort(ranks, kind="stable")
        block = block[order]
        sample = self.suggested(seed, block)
        own = ((sample.natives == history.natives[block]) | np.isnan(history.natives[block])).all(axis=1)
        steps, categories = sample.steps, np.zeros((len(block), 0))
        if not own.all() or len(self.layout.categories):
            unit = history.unit[block][:, self.layout.space.columns]
            categories = unit[:, self.layout.categories]
            if not own.all() and len(self.layout.numbers):
                steps = np.where(own[:, None], steps, state.injected(unit[:, self.layout.numbers]))
        try:
            return replace(self.run, state=updated(state, self.layout, steps, categories))
        except np.linalg.LinAlgError:
            return replace(self.run, broken=True)


def _extremes(history: History, block: Ints) -> tuple[float, float] | None:
    """The best and the worst loss of a generation's complete trials."""
    losses = losses_of(history, block)[:, 0]
    finite = losses[np.isfinite(losses) & (history.states[block] == _COMPLETE)]
    return (float(finite.min()), float(finite.max())) if len(finite) else None


_readings: WeakKeyDictionary[History, dict[Hashable, Reading]] = WeakKeyDictionary()


def reading(history: History, layout: Layout, plan: Plan, seed: int) -> Reading:
    """The reading of ``history``, brought up to date; ``plan`` must be hashable."""
    known = _readings.setdefault(history, {})
    key = (plan, seed, layout)
    if key not in known:
        known[key] = Reading(layout, plan.first(layout))
    found = known[key]
    found.learn(history, plan, seed)
    return found
