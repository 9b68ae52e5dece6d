"""Dominance and what follows from it.

The rule, stated once. All objectives are minimised unless ``maximize`` says otherwise. p dominates q when p <= q in all
objectives and p < q in one. Equal points do not dominate each other: all of them are kept. A point with a NaN has no
place in the order: it dominates nothing and is never non-dominated; its rank is -1, its volume and its crowding
distance are 0, and indicators pass over it. Infinities are ordinary values.

Constrained dominance, where ``violations`` are given (K. Deb et al., IEEE TEVC 6, 2002, section VI): a point without
violation dominates every point with one; of two with one the smaller violation dominates, whatever the objectives;
equal violations above 0 do not. A NaN among the violations is a NaN of the point.

Everywhere ``losses`` are (n, m) real numbers, a row a point and a column an objective, used as float64 and never
changed; ``maximize`` says whether larger is better, for all objectives or for each of the m, and turns the reference
along with the points. Every function raises TypeError for what is not a real number (or, for ``maximize``, a bool) and
ValueError for a shape that does not fit.
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

from tunewright.numerics.pareto.archive import Archive
from tunewright.numerics.pareto.boxes import box_decomposition
from tunewright.numerics.pareto.dominance import (
    crowding_distance,
    epsilon_nondominated,
    is_nondominated,
    is_pareto_optimal,
    nondominated_rank,
)
from tunewright.numerics.pareto.indicators import epsilon_indicator, igd_plus
from tunewright.numerics.pareto.scale import nadir_reference, normalise
from tunewright.numerics.pareto.volume import hypervolume, hypervolume_contributions, hypervolume_subset
