"""What pictures show, as arrays: one file a view. No drawing library is needed to have them."""

from __future__ import annotations

__all__ = [
    "Coordinate",
    "Curves",
    "Distribution",
    "Front",
    "Growth",
    "Lineage",
    "Outcomes",
    "Progress",
    "Ranks",
    "Role",
    "Schedules",
    "Slices",
    "Spread",
    "Surface",
    "Timeline",
    "Validation",
    "coordinate",
    "curves",
    "distribution",
    "front",
    "growth",
    "lineage",
    "outcomes",
    "progress",
    "ranks",
    "schedules",
    "slices",
    "spread",
    "surface",
    "timeline",
    "validation",
]

from tunewright.analysis.views.coordinates import Coordinate, coordinate
from tunewright.analysis.views.curves import Curves, curves
from tunewright.analysis.views.distribution import Distribution, distribution
from tunewright.analysis.views.fronts import Front, Growth, front, growth
from tunewright.analysis.views.lineage import Lineage, Schedules, lineage, schedules
from tunewright.analysis.views.outcomes import Outcomes, Role, outcomes
from tunewright.analysis.views.progress import Progress, Spread, progress, spread
from tunewright.analysis.views.ranks import Ranks, ranks
from tunewright.analysis.views.slices import Slices, slices
from tunewright.analysis.views.surface import Surface, surface
from tunewright.analysis.views.timeline import Timeline, timeline
from tunewright.analysis.views.validation import Validation, validation
