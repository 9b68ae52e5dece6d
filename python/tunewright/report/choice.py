"""Which pictures a study's report has, in what order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis import pictures
from tunewright.analysis.importance import fanova
from tunewright.analysis.pictures import Picture
from tunewright.analysis.views.coordinates import names_of
from tunewright.errors import StudyError

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["chosen_pictures"]

_OBJECTIVES = 4
_RESAMPLES, _FEWER = 12, 5  # repetitions for the intervals of the importance, and of many trials
_MANY = 2000


def chosen_pictures(study: Study) -> Iterator[tuple[str, Picture]]:
    """Name and picture of each kind that this study has something for; the history always."""
    history = study.history
    several = len(history.metrics) > 1
    if several:
        yield "front", pictures.pareto_front(study)
        yield "hypervolume", pictures.hypervolume(study)
    for k, metric in enumerate(history.metrics[:_OBJECTIVES]):
        yield f"history-{k}", pictures.history(study, metric)
    yield "parallel", pictures.parallel_coordinates(study)
    yield "slices", pictures.slice_(study)
    yield from _importance(study)
    if len(names_of(study, None)) > 1:
        yield "contour", pictures.contour(study)
    if len(history.reports):
        yield "curves", pictures.learning_curves(study)
        yield "ranks", pictures.intermediate_ranks(study)
    if any("parent" in notes for notes in history.metadata.values()):
        yield "lineage", pictures.population_lineage(study)
        yield "schedule", pictures.schedule(study)
    yield "distribution", pictures.empirical_distribution([study])
    yield "validation", pictures.cross_validation(study)
    yield "timeline", pictures.timeline_of_workers(study)


def _importance(study: Study) -> Iterator[tuple[str, Picture]]:
    """What mattered for the first objective, where there is enough to learn it from; one forest for both pictures."""
    try:
        resamples = _RESAMPLES if np.count_nonzero(study.history.complete) <= _MANY else _FEWER
        found = fanova(study, objective=study.history.metrics[0], pairs=0, resamples=resamples)
    except StudyError:  # too few trials: the importance command says what is missing
        return
    yield "importance", pictures.importance_of(found)
    yield "marginals", pictures.marginal_effects(study, found=found)
