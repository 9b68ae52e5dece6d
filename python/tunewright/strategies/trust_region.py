"""Bayesian optimisation in trust regions, for many parameters and long studies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from tunewright.errors import StudyError
from tunewright.numerics import gp
from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.gp.candidates import design
from tunewright.strategies.gp.model import Fitting, Model, model_of
from tunewright.strategies.gp.regions import Life, lives
from tunewright.strategies.gp.search import Known
from tunewright.strategies.gp.subset import local
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["TrustRegion"]

_STREAM = purpose("trust-region/candidates")
_NOISE = -8.0  # mean of the log noise variance


@dataclass(frozen=True)
class TrustRegion:
    """TuRBO: local models in boxes that grow with success and shrink without (Eriksson et al., NeurIPS 2019).

    A box is centred on the best trial of its region and stretched by the lengthscales of the region's Gaussian
    process. A suggestion is the least point of one function drawn from that process, over candidates that differ from
    the centre in about 20 coordinates at most. Several regions search side by side. It is meant for long studies in
    which one process fits the whole space badly; in our own trials up to 500 outcomes (Ackley's function of 20 and 60
    parameters) ``GaussianProcess`` found as much or more.

    Args:
        regions: how many boxes; trial k belongs to box k mod ``regions``.
        startup: trials of a region's first design, ``None`` for one more than the parameters, 20 at most.
        candidates: points looked at for each suggestion.
        points: outcomes a region's process is exact about; of more it sees the best, the nearest and the newest.
        threads: for the kernels; suggestions do not depend on it.
    """

    regions: int = 1
    startup: int | None = None
    candidates: int = 1_000
    points: int = 2_000
    threads: int = 2

    oblivious: ClassVar[bool] = False
    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        least = {"regions": 1, "startup": 2, "candidates": 16, "points": 16, "threads": 1}
        for name, low in least.items():
            value = getattr(self, name)
            if name == "startup" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < low:
                raise ValueError(f"{name} must be a whole number from {low} upwards; got {value!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives."""
        if len(directions) != 1:
            raise StudyError(f"TrustRegion searches for one objective; this study has {', '.join(directions)}")

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = coordinates(history.space)
        if not space.dimension:
            return space.natives(np.zeros((len(numbers), 0)))
        first = self.startup or min(space.dimension + 1, 20)
        present = lives(history, self.regions, first, max(4, space.dimension))
        taken = history.natives
        models: dict[int, tuple[Model, Array] | None] = {}
        chosen = np.zeros((len(numbers), space.space.dimension))
        for i, number in enumerate(numbers.tolist()):
            region = number % self.regions
            life = present[region]
            if len(life.trials) < first:
                chosen[i] = design(space, seed, np.array([number]))[0]
                continue
            if region not in models:
                models[region] = self._model(history, space, life)
            known = Known(np.concatenate([taken, chosen[:i]]))
            chosen[i] = self._drawn(models[region], space, life, known, seed, number)
        return chosen

    def _model(self, history: History, space: Coordinates, life: Life) -> tuple[Model, Array] | None:
        """The process of a region's life and the coordinates of its best trial; ``None`` before anything went well."""
        trials = np.array(life.trials)
        losses = history.losses[trials, 0]
        good = history.complete[trials] & np.isfinite(losses)
        if not good.any():
            return None
        x = history.unit[trials[good]][:, space.columns]
        losses = np.clip(losses[good], -1e150, 1e150)
        centre = x[int(np.argmin(losses))]
        rows = local(x, losses, self.points)
        fitting = Fitting("matern52", "yeo-johnson", _NOISE, self.threads)
        sems = history.sems[trials[good], 0]
        return model_of(x[rows], losses[rows], space.kinds, fitting, sems[rows]), centre

    def _drawn(
        self, found: tuple[Model, Array] | None, space: Coordinates, life: Life, known: Known, seed: int, number: int
    ) -> Array:
        """The allowed, new candidate where one function of the posterior is least (Thompson sampling)."""
        fallback: Array = design(space, seed, np.array([number]))[0]
        if found is None:
            return fallback
        model, centre = found
        draws = generator(seed, number, _STREAM)
        unit = _candidates(space, model, centre, life.length, self.candidates, draws)
        unit = unit[space.space.feasible(space.natives(unit))]
        if not len(unit):
            return fallback
        values = gp.sample(
            model.x, model.theta, model.kinds, model.factor, model.alpha, unit,
            draws.standard_normal((len(unit), 1)), family=model.fitting.family, threads=self.threads,
        )[:, 0]  # fmt: skip
        rows = space.natives(unit[np.argsort(values, kind="stable")[:256]])
        row: Array = next((row for row in rows if not known.has(row)), rows[0])
        return row

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "TrustRegion", **asdict(self)}

    @classmethod
    def from_json(cls, options: Mapping[str, Any]) -> TrustRegion:
        """The inverse of :meth:`to_json`."""
        return cls(**{name: value for name, value in options.items() if name != "strategy"})


def _candidates(
    space: Coordinates, model: Model, centre: Array, length: float, count: int, draws: np.random.Generator
) -> Array:
    """Points of the box, ``centre`` with some coordinates moved, shape (count, d), rounded to values of the space."""
    d = space.dimension
    centre = np.where(np.isnan(centre), draws.random(d), centre)
    scale = np.exp(model.theta[:d] - model.theta[:d].mean())
    half = np.maximum(0.5 * length * np.clip(scale, 0.1, 10.0), space.steps)
    low, high = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
    moved = draws.random((count, d)) < min(1.0, 20.0 / d)
    moved[np.arange(count), draws.integers(d, size=count)] = True
    inside = low + (high - low) * draws.random((count, d))
    redrawn = draws.random((count, d))
    points = np.where(space.kinds == 1, redrawn, inside)
    return space.rounded(np.where(moved, points, centre))
