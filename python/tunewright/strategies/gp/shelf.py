"""The rows of a table that a model is to judge: there is nothing between them to climb to."""

from __future__ import annotations

__all__ = ["judged", "shelf"]

import numpy as np

from tunewright.numerics.sampling import generator, purpose
from tunewright.space import Table
from tunewright.strategies.coordinates import Coordinates
from tunewright.trial.columns import Array, Ints

_MOST = 4e8  # rows times squared points of the model: a fraction of a second
_LEAST = 2_048  # rows, however many points there are
_ROWS = purpose("table/rows")


def judged(points: int) -> int:
    """How many rows a process of so many ``points`` judges in a fraction of a second; 2,048 at least."""
    return int(max(_LEAST, _MOST / max(points, 1) ** 2))


def shelf(coordinates: Coordinates, centres: Array, taken: Array, most: int, seed: int, number: int) -> Ints:
    """Places (m,), ascending, of rows of the table that are not ``taken``: all of them, or ``most``.

    Of more, half are the nearest to ``centres`` (k, d), the best trials, and half are drawn, anew for every trial. A
    table that is all taken is offered whole.

    Args:
        coordinates: of a space with rows.
        centres: coordinates of the best trials, best first.
        taken: native rows (n, all columns) of trials.
        most: how many rows at most.
        seed: of the study.
        number: of the trial.
    """
    table = coordinates.space
    assert isinstance(table, Table)
    free = ~table.taken(taken)
    left = np.flatnonzero(free) if free.any() else np.arange(table.size)
    if len(left) <= most:
        return left
    near = np.full(len(left), np.inf)
    unit = coordinates.of_rows(table, left)
    for centre in centres:
        near = np.minimum(near, np.nansum((unit - centre) ** 2, axis=1))
    order = np.argsort(near, kind="stable")
    drawn = generator(seed, number, _ROWS).permutation(len(left) - most // 2)[: most - most // 2]
    chosen: Ints = left[np.sort(np.concatenate([order[: most // 2], order[most // 2 :][drawn]]))]
    return chosen
