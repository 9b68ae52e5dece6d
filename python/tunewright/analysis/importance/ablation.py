"""Ablation: which of the differences between two configurations made the difference.

C. Fawcett & H. Hoos, "Analysing differences between algorithm configurations through ablation", J. Heuristics 22
(2016): from one configuration to the other, each time the one change that gains most. Predicted by a forest (A.
Biedenkapp et al., AAAI 2017) or measured.
"""

from __future__ import annotations

__all__ = ["Ablation", "Step", "ablation"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunewright.analysis.importance.bootstrap import around, resamples
from tunewright.analysis.importance.mixing import mixed, point_of, setting
from tunewright.analysis.importance.options import checked
from tunewright.analysis.importance.result import frame_of, ranked_text
from tunewright.analysis.importance.table import Table, forest_of, table_of
from tunewright.study import Study

Array = NDArray[np.float64]
Losses = Callable[[Array], Array]

_drawn = resamples
_FEWER = 4  # times fewer trees for each repetition


@dataclass(frozen=True)
class Step:
    """One change on the way.

    Attributes:
        parameter: its name.
        before: its value at the start; None where it did not exist.
        after: its value at the end.
        metric: what is reached with it.
        gain: by how much that is better than before; with the ends of a 90 % interval.
    """

    parameter: str
    before: Any
    after: Any
    metric: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class Ablation:
    """The way from one configuration to another.

    Attributes:
        metric: its name.
        start: the metric at the start.
        steps: the changes, in order; the first gains most.
        notes: what the figures are based on, as sentences.
    """

    metric: str
    start: float
    steps: tuple[Step, ...]
    notes: tuple[str, ...]

    def columns(self) -> dict[str, list[Any]]:
        """One list per column."""
        shown = ("parameter", "before", "after", "metric", "gain", "low", "high")
        return {(self.metric if n == "metric" else n): [getattr(step, n) for step in self.steps] for n in shown}

    def to_frame(self) -> Any:
        """A ``pandas.DataFrame`` of :meth:`columns` where pandas is installed, else the dict of columns itself."""
        return frame_of(self.columns())

    def __str__(self) -> str:
        return ranked_text(f"Ablation from {self.metric} = {self.start:.5g}", self.columns(), (), self.notes)


def ablation(
    study: Study,
    *,
    start: Mapping[str, Any] | None = None,
    end: Mapping[str, Any] | None = None,
    evaluate: Callable[[dict[str, Any]], float] | None = None,
    objective: str | None = None,
    weights: Mapping[str, float] | None = None,
    trees: int = 64,
    resamples: int = 20,
    seed: int = 0,
    threads: int = 2,
) -> Ablation:
    """Return the way from one configuration to another, each time by the one change that gains most.

    Changing a parameter that others depend on brings or takes those along, with the values of the configuration that
    has them.

    Args:
        study: whose complete trials the forest is fitted to.
        start: a configuration, say your defaults; ``None``: the middle of every range.
        end: a configuration; ``None``: that of the best trial.
        evaluate: trains a configuration and returns the objective, d (d + 1) / 2 times for d differences; ``None``: the
            forest predicts. Intervals are of the forest.
        objective: which, of a study with several.
        weights: of the objectives, each brought to [0, 1], instead of one of them.
        trees: of the forest.
        resamples: how often predictions are repeated on trials drawn anew, for the intervals; 0: none.
        seed: of all that is random.
        threads: to grow trees with; nothing depends on it.

    Raises:
        StudyError: there is too little to learn from, or the configurations are equal.
        ConfigError: a configuration is not in the space.
        TypeError, ValueError: arguments that do not fit.
    """
    checked(trees=trees, threads=threads, least=1)
    checked(resamples=resamples, seed=seed)
    table = table_of(study, objective=objective, weights=weights)
    first, last = point_of(table, start, "middle"), point_of(table, end, "best")
    forest = forest_of(table, trees=trees, seed=seed, threads=threads)
    losses = (lambda points: forest.predict(points)[0]) if evaluate is None else _measured(table, evaluate)
    order, path, reached = _way(table, first, last, losses)
    gains = -np.diff(reached)
    again = []
    for number, (rows, _) in enumerate(_drawn(len(table.y), resamples if evaluate is None else 0, seed)):
        small = forest_of(table.taken(rows), trees=max(1, trees // _FEWER), seed=seed + number + 1, threads=threads)
        again.append(-np.diff(small.predict(path)[0]))
    ends = around(gains, again, len(table.y))
    steps = [
        Step(
            table.names[j],
            setting(table, j, first[j]),
            setting(table, j, last[j]),
            *(float(part[k]) for part in (table.sign * reached[1:], gains, ends.low, ends.high)),
        )
        for k, j in enumerate(order)
    ]
    note = "predicted by a forest" if evaluate is None else "measured"
    return Ablation(table.metric, float(table.sign * reached[0]), tuple(steps), (*table.notes, note))


def _measured(table: Table, evaluate: Callable[[dict[str, Any]], float]) -> Losses:
    def losses(points: Array) -> Array:
        if table.space is None:
            return np.full(len(points), np.nan)
        configs = table.space.space.configs(table.space.natives(points))
        return np.array([table.sign * float(evaluate(config)) for config in configs])

    return losses


def _way(table: Table, first: Array, last: Array, losses: Losses) -> tuple[list[int], Array, Array]:
    """The order of changes, the points on the way (k + 1, d) and their losses."""
    differ = ~((first == last) | (np.isnan(first) & np.isnan(last)))
    left = np.flatnonzero(differ).tolist()
    chosen = np.zeros(len(first), dtype=bool)
    path = [mixed(table, first, last, chosen[None, :])[0]]
    reached = [float(losses(path[0][None, :])[0])]
    order = []
    while left:
        tries = np.repeat(chosen[None, :], len(left), axis=0)
        tries[np.arange(len(left)), left] = True
        points = mixed(table, first, last, tries)
        values = losses(points)
        best = int(np.argmin(np.where(np.isnan(values), np.inf, values)))
        chosen = tries[best]
        order.append(left.pop(best))
        path.append(points[best])
        reached.append(float(values[best]))
    return order, np.array(path), np.array(reached)
