"""What importances are computed from: points of the unit cube and a loss for each."""

from __future__ import annotations

__all__ = ["Table", "forest_of", "table_of"]

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.errors import StudyError
from tunewright.numerics.forest import Forest
from tunewright.numerics.sampling import purpose, sobol, uniform
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.study import Study
from tunewright.trial import History

Array = NDArray[np.float64]

_FOREST, _ABSENCE = purpose("importance/forest"), purpose("importance/absence")
_LEAST = 4  # trials that can say anything at all
_LARGEST = 1e100
_MOST_DIMENSIONS = 1_111  # of the Sobol' sequence


@dataclass(frozen=True, eq=False)
class Table:
    """Trials as a model sees them.

    Attributes:
        names: (d,) of the parameters that vary.
        x: (n, d) in the unit cube, NaN where a parameter does not exist.
        y: (n,) losses, less is better.
        categories: (d,) of unordered parameters how many values, 0 for numbers.
        absent: (d,) probability that a parameter does not exist, over the whole space.
        metric: what was measured.
        sign: -1 where that was to be maximised: y is sign times it.
        notes: what was left out and why, as sentences.
        space: where it came from, or None for a plain table.
    """

    names: tuple[str, ...]
    x: Array
    y: Array
    categories: NDArray[np.int64]
    absent: Array
    metric: str
    sign: float
    notes: tuple[str, ...]
    space: Coordinates | None

    def taken(self, rows: NDArray[np.intp]) -> Table:
        """The table of those rows, which may repeat."""
        return replace(self, x=self.x[rows], y=self.y[rows])

    def spread(self, count: int, seed: int) -> tuple[Array, Array]:
        """Quasi-random points of the space, twice (count, d), each coordinate absent with its probability.

        Two points in a row of both are independent of each other: one sequence of 2 d coordinates has them.
        """
        d = len(self.names)
        both = _quasi(count, 2 * d, seed)
        chances = _quasi(count, 2 * d, seed ^ _ABSENCE) if self.absent.any() else both
        return self._placed(both[:, :d], chances[:, :d]), self._placed(both[:, d:], chances[:, d:])

    def _placed(self, points: Array, chances: Array) -> Array:
        points, where = points.copy(), self.categories > 0
        sizes = self.categories[where]
        points[:, where] = (np.minimum(np.floor(points[:, where] * sizes), sizes - 1) + 0.5) / sizes
        points[(chances < self.absent) & (self.absent > 0.0)] = np.nan
        return points


def _quasi(count: int, d: int, seed: int) -> Array:
    if d <= _MOST_DIMENSIONS:
        return sobol(0, count, d, seed=seed)
    return uniform(seed, np.arange(count, dtype=np.uint64), np.arange(d, dtype=np.uint64))


def forest_of(table: Table, *, trees: int, seed: int, threads: int, options: Mapping[str, Any] | None = None) -> Forest:
    """A forest of the losses, two thirds of the parameters at each split and three trials in a leaf at least."""
    growth: dict[str, Any] = {"features": max(1, math.ceil(2 * len(table.names) / 3)), "min_leaf": 3}
    growth |= options or {}
    return Forest(
        table.x, table.y, table.categories, seed=seed, purpose=_FOREST, trees=trees, threads=threads, **growth
    )


def table_of(
    data: Study | ArrayLike,
    y: ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
    objective: str | None = None,
    weights: Mapping[str, float] | None = None,
    quantile: float | None = None,
) -> Table:
    """The table of a study's complete trials, or of points and scores.

    Raises:
        StudyError: there is too little to learn from; the message says what is missing.
        TypeError, ValueError: arguments that do not fit.
    """
    if isinstance(data, Study):
        if y is not None or names is not None:
            raise TypeError("y and names are of a plain table: a study has its own scores and names")
        table = _of_study(data.history, objective, weights)
    else:
        if objective is not None or weights is not None:
            raise TypeError("objective and weights are of a study: a plain table has one score for each row")
        table = _of_arrays(data, y, names)
    if quantile is not None:
        if not isinstance(quantile, (int, float)) or not 0.0 < quantile <= 1.0:
            raise ValueError(f"quantile: expected a number above 0, up to 1, got {quantile!r}")
        note = f"losses count up to their {quantile:.0%} quantile: what matters among the good ones"
        limit = np.quantile(table.y, quantile)
        table = replace(table, y=np.minimum(table.y, limit), notes=(*table.notes, note))
    if table.y.min() == table.y.max():
        where = "" if quantile is None else f" up to the quantile {quantile}"
        raise StudyError(
            f"all {len(table.y)} values of {table.metric!r}{where} are equal: nothing that varies can explain them"
        )
    return table


def _of_study(history: History, objective: str | None, weights: Mapping[str, float] | None) -> Table:
    space = coordinates(history.space)
    losses, metric, sign = _losses(history, objective, weights)
    complete = history.complete
    usable = complete & np.isfinite(losses)
    count, others = int(usable.sum()), int(history.n - complete.sum())
    if count < _LEAST:
        raise StudyError(
            f"importances need at least {_LEAST} complete trials with a finite {metric!r}; of {history.n} trials "
            f"{int(complete.sum())} are complete and {count} of those have one. Run more trials"
        )
    if not space.dimension:
        raise StudyError("no parameter of this study has more than one value: there is nothing to compare")
    notes = [f"{count} complete trials"]
    if others:
        notes.append(f"{others} trials that are not complete are left out")
    if wrong := int(complete.sum()) - count:
        notes.append(f"{wrong} trials whose {metric!r} is not finite are left out")
    fixed = [name for j, name in enumerate(history.space.names) if j not in space.columns]
    if fixed:
        notes.append(f"with a single value: {', '.join(fixed)}")
    probe = space.rounded(_quasi(1024, space.dimension, 0))
    return Table(
        tuple(history.space.names[j] for j in space.columns),
        history.unit[np.ix_(usable, space.columns)],
        np.clip(losses[usable], -_LARGEST, _LARGEST),
        np.where(space.kinds == 1, np.round(1.0 / np.where(space.steps > 0, space.steps, 1.0)), 0).astype(np.int64),
        np.isnan(probe).mean(axis=0),
        metric,
        sign,
        tuple(notes),
        space,
    )


def _losses(history: History, objective: str | None, weights: Mapping[str, float] | None) -> tuple[Array, str, float]:
    """Losses (n,) of one objective or of several weighed, what they are called, and their sign."""
    metrics = list(history.metrics)
    if objective is not None and weights is not None:
        raise TypeError("objective and weights: expected one of them")
    named = [objective] if objective is not None else list(weights or ())
    if unknown := [name for name in named if name not in metrics]:
        raise StudyError(f"no objective is called {unknown[0]!r}; there are {', '.join(map(repr, metrics))}")
    if weights is None:
        if objective is None and len(metrics) > 1:
            raise StudyError(
                f"this study has the objectives {', '.join(metrics)}: say which with objective={metrics[0]!r}, or "
                f"weigh them with weights={{{metrics[0]!r}: 1, …}}"
            )
        j = metrics.index(objective or metrics[0])
        return history.losses[:, j], metrics[j], float(history.signs[j])
    if not weights or not all(isinstance(w, (int, float)) and 0.0 <= w < math.inf for w in weights.values()):
        raise ValueError(f"weights: expected a number from 0 on for each objective that counts, got {weights!r}")
    total = np.zeros(history.n)
    for name, weight in weights.items():
        column = history.losses[:, metrics.index(name)]
        good = column[history.complete & np.isfinite(column)]
        width = float(np.ptp(good)) if len(good) else 0.0
        total += weight * (column - (good.min() if len(good) else 0.0)) / (width or 1.0)
    return total, " + ".join(f"{weight:g} {name}" for name, weight in weights.items()), 1.0


def _of_arrays(x: ArrayLike, y: ArrayLike | None, names: Sequence[str] | None) -> Table:
    points = np.asarray(x)
    if points.dtype.kind not in "fiub" or points.ndim != 2 or not points.shape[1]:
        raise TypeError(
            "expected a Study, or numbers of shape (configurations, parameters) with the scores after them; got "
            f"{type(x).__name__} of shape {points.shape}. Write categories as numbers first"
        )
    points = points.astype(np.float64)
    scores = np.asarray([] if y is None else y, dtype=np.float64)
    if scores.shape != (len(points),):
        raise ValueError(f"y: expected one score for each of {len(points)} rows, got shape {scores.shape}")
    labels = tuple(names) if names is not None else tuple(getattr(x, "columns", ()))
    labels = labels or tuple(f"x{j}" for j in range(points.shape[1]))
    if len(labels) != points.shape[1]:
        raise ValueError(f"names: expected {points.shape[1]} of them, one for each column, got {len(labels)}")
    usable = np.isfinite(scores) & ~np.isinf(points).any(axis=1)
    if usable.sum() < _LEAST:
        raise StudyError(f"importances need at least {_LEAST} rows with finite scores, got {int(usable.sum())}")
    notes = [f"{int(usable.sum())} rows"]
    if wrong := int((~usable).sum()):
        notes.append(f"{wrong} rows that are not finite are left out")
    points, scores = points[usable], np.clip(scores[usable], -_LARGEST, _LARGEST)
    low, high = np.nanmin(points, axis=0, initial=np.inf), np.nanmax(points, axis=0, initial=-np.inf)
    width = np.where(high > low, high - low, 1.0)
    unit = np.clip((points - np.where(np.isfinite(low), low, 0.0)) / width, 0.0, 1.0)
    return Table(
        tuple(map(str, labels)), unit, scores, np.zeros(len(labels), np.int64), np.isnan(unit).mean(axis=0), "score",
        1.0, tuple(notes), None,
    )  # fmt: skip
