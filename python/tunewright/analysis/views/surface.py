"""Values over two parameters at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.views.coordinates import Coordinate, coordinate, leading
from tunewright.analysis.views.outcomes import Outcomes, outcomes, sampled
from tunewright.errors import StudyError
from tunewright.numerics.regression import Regression
from tunewright.trial.columns import Array

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["Surface", "surface"]

_MOST = 200  # trials that the process is fitted to
_CELLS = 40


@dataclass(frozen=True)
class Surface:
    """What a Gaussian process of two parameters says, the others being noise to it.

    Attributes:
        outcome: of each trial.
        x, y: the parameters.
        grid_x: shape (p,), values (indices of choices) of ``x``; ``grid_y``: shape (q,), of ``y``.
        mean: shape (q, p), in the units of the metric.
        std: shape (q, p), of the mean.
        missing: why there is no surface, in a sentence; ``None`` if there is one.
    """

    outcome: Outcomes
    x: Coordinate
    y: Coordinate
    grid_x: Array
    grid_y: Array
    mean: Array
    std: Array
    missing: str | None


def surface(study: Study, params: tuple[str, str] | None = None, metric: str | None = None) -> Surface:
    """A smoothed map of the outcome over two parameters: those given, or the two that go most with it.

    The process is fitted to at most 200 trials, half of them the best ones.

    Raises:
        StudyError: not two different parameters, or a space with less than two.
    """
    outcome = outcomes(study, metric)
    names = tuple(leading(study, outcome, 2) if params is None else params)
    if len(names) != 2 or names[0] == names[1]:
        raise StudyError(f"a contour takes two different parameters, params=('lr', 'width'); got {names!r}")
    x, y = (coordinate(study, name) for name in names)
    both = outcome.good & ~np.isnan(x.unit) & ~np.isnan(y.unit)
    missing = outcome.missing
    if missing is None and np.count_nonzero(both) < 4:
        missing = (
            f"A map over {x.name!r} and {y.name!r} needs four complete trials that have both; "
            f"there are {np.count_nonzero(both)}."
        )
    if missing is not None:
        empty = np.zeros(0)
        return Surface(outcome, x, y, empty, empty, np.zeros((0, 0)), np.zeros((0, 0)), missing)
    order = np.flatnonzero(both)[np.argsort(outcome.losses[both], kind="stable")]
    rows = np.sort(sampled(order, _MOST))
    ways = [bool(c.choices) for c in (x, y)]
    points = np.column_stack([x.unit[rows], y.unit[rows]])
    fitted = Regression.fit(points, outcome.values[rows], categorical=ways)
    (grid_x, unit_x), (grid_y, unit_y) = _grid(study, x), _grid(study, y)
    across, up = np.meshgrid(unit_x, unit_y)
    said = fitted.predict(np.column_stack([across.ravel(), up.ravel()]))
    shape = (len(unit_y), len(unit_x))
    return Surface(outcome, x, y, grid_x, grid_y, said.mean.reshape(shape), said.std.reshape(shape), None)


def _grid(study: Study, parameter: Coordinate) -> tuple[Array, Array]:
    """Values over the range of a parameter, and their coordinates."""
    domain = study.history.space[parameter.name]
    unit = np.linspace(0.0, 1.0, _CELLS)
    if parameter.choices or (domain.size is not None and domain.size <= _CELLS):
        values = domain.points()
        return values, domain.encode(values)
    if parameter.scale == "linear":
        values = np.linspace(parameter.low, parameter.high, _CELLS)
        return values, domain.encode(values) if domain.kind == "float" else unit
    return np.geomspace(parameter.low, parameter.high, _CELLS), unit
