"""Pictures of views, as panels and marks that any library (or a web page) can draw: one file a kind."""

from __future__ import annotations

__all__ = [
    "Axis",
    "Band",
    "Bars",
    "Cells",
    "Edge",
    "Line",
    "Mark",
    "Panel",
    "Picture",
    "Points",
    "Rule",
    "Spans",
    "Threads",
    "compare",
    "contour",
    "cross_validation",
    "empirical_distribution",
    "history",
    "hypervolume",
    "importance",
    "importance_of",
    "intermediate_ranks",
    "learning_curves",
    "marginal_effects",
    "parallel_coordinates",
    "pareto_front",
    "population_lineage",
    "schedule",
    "slice_",
    "timeline_of_workers",
]

from tunewright.analysis.pictures.curves import intermediate_ranks, learning_curves
from tunewright.analysis.pictures.fronts import hypervolume, pareto_front
from tunewright.analysis.pictures.history import compare, history
from tunewright.analysis.pictures.importance import importance, importance_of, marginal_effects
from tunewright.analysis.pictures.lineage import population_lineage, schedule
from tunewright.analysis.pictures.models import cross_validation, empirical_distribution
from tunewright.analysis.pictures.parallel import parallel_coordinates
from tunewright.analysis.pictures.picture import (
    Axis,
    Band,
    Bars,
    Cells,
    Edge,
    Line,
    Mark,
    Panel,
    Picture,
    Points,
    Rule,
    Spans,
    Threads,
)
from tunewright.analysis.pictures.slices import contour, slice_
from tunewright.analysis.pictures.workers import timeline_of_workers
