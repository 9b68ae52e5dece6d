"""Population-based bandits: the explore step chosen by a model of progress (PB2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tunewright.numerics.regression import Regression
from tunewright.numerics.sampling import sobol
from tunewright.schedulers.explore import explored
from tunewright.schedulers.follower import Follower
from tunewright.schedulers.measures import Loss
from tunewright.schedulers.options import measure, whole
from tunewright.schedulers.population import Breeding, Population
from tunewright.schedulers.protocol import Judge
from tunewright.trial import History, TrialState
from tunewright.trial.columns import Array

__all__ = ["PB2"]

_NEWEST = 250  # intervals that the model sees
_UNPERTURBED = (0.999999, 1.000001)


@dataclass(frozen=True)
class PB2(Breeding):
    """Population-based training whose changes are chosen by a Gaussian process (J. Parker-Holder et al., NeurIPS 2020).

    Everything is as in :class:`~tunewright.PopulationBasedTraining` but the new configuration. What an interval brought
    (how much the loss fell) is modelled as a function of the step, the loss before and the configuration; the new
    one is the point of ``candidates`` with the largest upper confidence bound, given what others try meanwhile.
    Categories and ordinals stay as the parent's, or are drawn anew with probability ``resample``. It finds good
    schedules with few members (4 is usual), where random changes need many.

    Args:
        max_resource, population, interval, exploit, quantile, metric: see
            :class:`~tunewright.PopulationBasedTraining`.
        resample: how probably a category or an ordinal is drawn anew.
        candidates: points looked at for each new configuration.
        kappa: standard deviations that the bound lies above the mean.
    """

    population: int = 4
    candidates: int = 512
    kappa: float = 2.0

    def __post_init__(self) -> None:
        super().__post_init__()
        measure(self, "kappa", 0.0, math.inf)
        whole(self, "candidates", 16)

    def judge(self, history: History) -> Judge:
        """See :class:`~tunewright.schedulers.Scheduler`."""
        return Follower(history, lambda: Population(self, history, self._explored))

    def _explored(self, history: History, parent: int, draws: np.random.Generator) -> Array:
        """The configuration of the largest bound, shape (d,); PBT's rule where there is nothing to learn from yet."""
        space = history.space
        first = explored(space, history.natives[parent], draws, resample=self.resample, factors=(0.8, 1.2))
        numeric = [j for j, domain in enumerate(space.domains) if domain.kind in ("float", "int") and domain.size != 1]
        seen = self._progress(history)
        if len(seen) < 2 or not numeric:
            return first
        steady = explored(space, history.natives[parent], draws, resample=0.0, factors=_UNPERTURBED)
        base = space.encode(np.where(np.isin(np.arange(space.dimension), numeric), steady, first)[None, :])[0]
        unit = np.tile(base, (self.candidates, 1))
        shift = draws.random(len(numeric))
        unit[:, numeric] = np.mod(sobol(0, self.candidates, len(numeric), seed=None) + shift, 1.0)
        rows = space.decode(unit)
        rows = rows[space.feasible(rows)]
        if not len(rows):
            return first
        context = self._context(history, parent)
        best = int(np.argmax(self._bound(history, seen, context, rows)))
        chosen: Array = rows[best]
        return chosen

    def _bound(
        self, history: History, seen: list[tuple[list[float], float, int]], context: list[float], rows: Array
    ) -> Array:
        """Upper confidence bounds of progress (m,) for native ``rows`` (m, d)."""
        space = history.space
        labels = np.array([False, False] + [domain.kind == "categorical" for domain in space.domains])

        def points(contexts: list[list[float]], natives: Array) -> Array:
            return np.concatenate([np.array(contexts).reshape(-1, 2), space.encode(natives)], axis=1)

        x = points([c for c, _, _ in seen], history.natives[[n for _, _, n in seen]])
        y = np.array([progress for _, progress, _ in seen])
        queries = points([context] * len(rows), rows)
        model = Regression.fit(x, y, categorical=labels)
        mean = model.predict(queries).mean
        trying = np.flatnonzero(history.states == TrialState.RUNNING)
        if len(
            trying
        ):  # what others try now is believed to bring what the model says: it makes their places less uncertain
            pending = points([context] * len(trying), history.natives[trying])
            known = Regression.fit(
                np.concatenate([x, pending]), np.concatenate([y, model.predict(pending).mean]), categorical=labels
            )
            return np.asarray(mean + self.kappa * known.predict(queries).std)
        return np.asarray(mean + self.kappa * model.predict(queries).std)

    def _progress(self, history: History) -> list[tuple[list[float], float, int]]:
        """Context, fall of the loss and trial of each interval that ended, the newest last."""
        loss = Loss(history.goals, self.metric)
        found = []
        for number in range(history.n):
            curve = history.reports.curve(number)
            steps = [step for step in sorted(curve) if step % self.interval == 0]
            values = [loss(curve[step]) for step in steps]
            for step, before, after in zip(steps[1:], values, values[1:], strict=False):
                if before is not None and after is not None and np.isfinite(before) and np.isfinite(after):
                    found.append(([step / self.max_resource, before], before - after, number))
        return found[-_NEWEST:]

    def _context(self, history: History, parent: int) -> list[float]:
        """Where the next interval of the parent's line begins: its next step and its loss."""
        curve = history.reports.curve(parent)
        last = max(curve)
        loss = Loss(history.goals, self.metric)(curve[last])
        step = (last // self.interval + 1) * self.interval
        return [step / self.max_resource, loss if loss is not None and np.isfinite(loss) else 0.0]
