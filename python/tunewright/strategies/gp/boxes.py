"""What no point of a front dominates, as disjoint boxes."""

from __future__ import annotations

__all__ = ["boxes_below"]

import numpy as np

from tunewright.trial.columns import Array


def boxes_below(points: Array, reference: Array) -> tuple[Array, Array]:
    """Corners (k, m) each, lower -inf where open, of boxes that fill the outputs below ``reference`` not dominated.

    A sweep through the last objective: the boxes at one height are those of the points up to there in the other
    objectives, and a box that stays the same from one height to the next goes on.
    """
    inside = points[(points < reference).all(axis=1)]
    boxes = np.array(_swept(inside, reference), dtype=np.float64).reshape(-1, 2, points.shape[1])
    return np.ascontiguousarray(boxes[:, 0]), np.ascontiguousarray(boxes[:, 1])


Box = tuple[tuple[float, ...], tuple[float, ...]]


def _swept(points: Array, reference: Array) -> list[Box]:
    if len(reference) == 1:
        return [((-np.inf,), (float(points.min(initial=reference[0])),))]
    order = points[np.argsort(points[:, -1], kind="stable")]
    heights = np.unique(order[:, -1])
    open_since: dict[Box, float] = dict.fromkeys(_swept(order[:0, :-1], reference[:-1]), -np.inf)
    closed: list[Box] = []
    for height in [*heights.tolist(), float(reference[-1])]:
        below = order[order[:, -1] <= height, :-1]
        now = _swept(below, reference[:-1]) if height < reference[-1] else []
        kept = set(now)
        for box in [box for box in open_since if box not in kept]:
            closed.append(((*box[0], open_since.pop(box)), (*box[1], height)))
        for box in now:
            open_since.setdefault(box, height)
    return closed
