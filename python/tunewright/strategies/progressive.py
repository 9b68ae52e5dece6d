"""Progressive search: from simple configurations to complex ones, led by a predictor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from tunewright.errors import ConfigError
from tunewright.numerics import gp
from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.evolution.endings import Endings
from tunewright.strategies.evolution.merit import ranked, single
from tunewright.strategies.gp.feasibility import feasibility
from tunewright.strategies.gp.model import HIGHEST, Fitting, model_of
from tunewright.strategies.gp.record import Evidence, evidence
from tunewright.strategies.gp.search import Known
from tunewright.strategies.gp.subset import local
from tunewright.strategies.random import draw
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["Progressive"]

_CHILDREN = purpose("progressive/children")
_NOISE = -4.0  # mean of the log noise variance, as of GaussianProcess
_POINTS = 240  # outcomes that the predictor sees
_STARTUP = 4  # outcomes before the predictor is asked

Predictor: TypeAlias = Callable[[Array], Array]
"""From coordinates (c, d) to predicted losses (c,)."""


@dataclass(frozen=True)
class Progressive:
    """Grow what is good (PNAS, Liu et al., ECCV 2018): simple configurations first, and of those only the best grow.

    A configuration is as complex as it has parameters that differ from the simplest one. The first trial is the
    simplest. Then every stage lets so many more parameters differ that all may after ``stages`` of them: children of
    the ``beam`` best trials, with parameters changed that were still simple, are ranked by a predictor, a Gaussian
    process of all outcomes, and the one of least predicted loss is tried. A stage ends after ``beam`` outcomes. After
    the last one any parameter of the best may change.

    Args:
        beam: trials of a stage, and how many of the best are grown.
        stages: until all parameters may differ; fewer where there are fewer parameters.
        simplest: the simplest values by name; of other parameters it is a category's first choice or a number's lowest
            value. Of a cell, ``dict.fromkeys(cell.names, "identity")``.
        children: how many are drawn and ranked for every trial.
    """

    beam: int = 16
    stages: int = 6
    simplest: Mapping[str, Any] | None = None
    children: int = 512

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for name in ("beam", "stages", "children"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be a whole number of 1 or more; got {value!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives, ``ConfigError`` for simplest values that there are not."""
        single("Progressive", directions)
        _simplest(space, self.simplest)

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters."""
        return history.ended

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = coordinates(history.space)
        if not len(numbers) or not space.dimension:
            return space.natives(np.zeros((len(numbers), space.dimension)))
        simple = space.space.encode(_simplest(space.space, self.simplest)[None, :])[0, space.columns]
        stage = self._stage(history, space, simple)
        predict = _predictor(evidence(history, space), space)
        taken, rows = history.natives, []
        for number in numbers.tolist():
            rows.append(self._grown(space, stage, predict, taken, seed, number))
            taken = np.concatenate([taken, rows[-1][None, :]])
        return np.array(rows)

    def _stage(self, history: History, space: Coordinates, simple: Array) -> _Stage:
        """What grows now; before there is any outcome, the simplest alone."""
        endings = Endings()
        endings.read(history)
        trials = np.array(endings.trials, dtype=np.int64)
        if not len(trials):
            return _Stage(simple[None, :], simple, 0, 1)
        stages = min(self.stages, space.dimension)
        stage = min(1 + (len(trials) - 1) // self.beam, stages + 1)
        step = -(-space.dimension // stages)
        unit = history.unit[trials][:, space.columns]
        order = np.argsort(ranked(history, trials), kind="stable")
        if stage <= stages:
            growing = order[_complexity(unit[order], simple) < stage * step]
            order = growing if len(growing) else order
        return _Stage(unit[order[: self.beam]], simple, stage * step, step)

    def _grown(
        self, space: Coordinates, stage: _Stage, predict: Predictor, taken: Array, seed: int, number: int
    ) -> Array:
        """The native row (all columns) of least predicted loss among new children."""
        known, draws = Known(space.space, taken), generator(seed, number, _CHILDREN)
        shelf = space.space.rows
        if shelf is not None:
            natives = shelf[draws.permutation(len(shelf))[: self.children]]
        elif stage.reach:
            natives = space.natives(stage.children(space, self.children, draws))
        else:
            natives = space.natives(stage.simple[None, :])
        natives = natives[space.space.feasible(natives)]
        unit = space.unit(natives)
        beyond = _complexity(unit, stage.simple) > stage.reach
        for row in natives[np.lexsort((predict(unit), beyond))]:
            if not known.has(row):
                found: Array = row
                return found
        rest: Array = draw(space.space, seed, np.array([number]))[0]  # nothing new near by: anywhere
        return rest

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        given = self.simplest
        simplest = None if given is None else {name: space[name].native(value) for name, value in given.items()}
        options = {"beam": self.beam, "stages": self.stages, "children": self.children}
        return {"strategy": "Progressive", **options, "simplest": simplest}

    @classmethod
    def from_json(cls, options: Mapping[str, Any], space: Space) -> Progressive:
        """The inverse of :meth:`to_json`."""
        given = options["simplest"]
        if given is not None:
            given = {name: space[name].values(np.array([native]))[0] for name, native in given.items()}
        return cls(options["beam"], options["stages"], given, options["children"])


@dataclass(frozen=True, eq=False)
class _Stage:
    """What grows, and how far.

    Attributes:
        parents: (k, d) coordinates of the best trials.
        simple: (d,) those of the simplest configuration.
        reach: how many parameters may differ from it.
        step: how many a child changes, at most.
    """

    parents: Array
    simple: Array
    reach: int
    step: int

    def children(self, space: Coordinates, count: int, draws: np.random.Generator) -> Array:
        """Coordinates (count, d): parents with 1 to ``step`` parameters redrawn, in growth such as were simple."""
        d = space.dimension
        chosen = self.parents[draws.integers(len(self.parents), size=count)]
        fresh = space.rounded(space.quantile(draws.random((count, d))))
        grown = ~np.isnan(chosen) & (chosen != self.simple)
        priority = draws.random((count, d)) + ((self.reach <= d) & grown)
        changes = 1 + (draws.random(count) * self.step).astype(np.int64)
        moved = np.argsort(np.argsort(priority, axis=1), axis=1) < changes[:, None]
        base = np.where(np.isnan(chosen), self.simple, chosen)
        return np.where(moved, np.where(np.isnan(fresh), self.simple, fresh), base)


def _simplest(space: Space, given: Mapping[str, Any] | None) -> Array:
    """Native values (all columns) of the simplest configuration, of parameters that do not exist in it too."""
    row = np.array([domain.decode(np.zeros(1))[0] for domain in space.domains])
    for name, value in (given or {}).items():
        if name not in space:
            raise ConfigError(f"simplest names {name!r}, which the space does not have: {', '.join(space.names)}")
        try:
            row[space.names.index(name)] = space[name].native(value)
        except ConfigError as error:
            raise ConfigError(f"simplest: parameter {name!r}: {error}") from None
    return row


def _complexity(unit: Array, simple: Array) -> Ints:
    """How many coordinates of each row of ``unit`` (n, d) exist and differ from ``simple`` (d,)."""
    differs: Ints = (~np.isnan(unit) & (unit != simple)).sum(axis=1)
    return differs


def _predictor(seen: Evidence, space: Coordinates) -> Predictor:
    """The mean of a Gaussian process; the same for all while little is known.

    What another process believes to fail or to break a constraint is behind all the rest.
    """
    if len(seen.losses) < _STARTUP:
        return lambda unit: np.zeros(len(unit))
    rows = local(seen.x, seen.losses, _POINTS)
    model = model_of(seen.x[rows], seen.losses[rows], space.kinds, Fitting("matern52", "yeo-johnson", _NOISE, 1))
    doubts = feasibility(seen, model, _POINTS)

    def predicted(unit: Array) -> Array:
        loss = model.mean_at(unit)
        for x, theta, _, alpha, threshold in doubts:
            value = gp.cross_covariance(unit, x, theta, space.kinds, family=model.fitting.family) @ alpha
            loss += np.where(value > threshold, HIGHEST, 0.0)
        return loss

    return predicted
