"""Dominance and what follows from it, by definition.

All objectives are minimised. p dominates q when p <= q in all objectives and p < q in one. Equal points are all kept.
A point with a NaN dominates nothing and is never non-dominated: its rank is -1, its volume and its crowding distance
are 0. Infinities are ordinary values.
"""

from __future__ import annotations

__all__ = [
    "Archive",
    "box_decomposition",
    "crowding_distance",
    "epsilon_indicator",
    "epsilon_nondominated",
    "hypervolume",
    "hypervolume_contributions",
    "hypervolume_subset",
    "igd_plus",
    "is_nondominated",
    "is_pareto_optimal",
    "nadir_reference",
    "nondominated_rank",
    "normalise",
]

from tunewright.reference.pareto.archive import Archive
from tunewright.reference.pareto.boxes import box_decomposition
from tunewright.reference.pareto.dominance import (
    crowding_distance,
    epsilon_nondominated,
    is_nondominated,
    is_pareto_optimal,
    nondominated_rank,
)
from tunewright.reference.pareto.indicators import epsilon_indicator, igd_plus
from tunewright.reference.pareto.scale import nadir_reference, normalise
from tunewright.reference.pareto.volume import hypervolume, hypervolume_contributions, hypervolume_subset
