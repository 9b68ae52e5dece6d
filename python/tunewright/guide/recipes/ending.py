"""The end of a recipe: the best trials on fresh seeds, and one look at the test set."""

from __future__ import annotations

__all__ = ["Race", "confirmed", "tested"]

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.errors import StudyNotFoundError
from tunewright.study import Study

if TYPE_CHECKING:
    from tunewright.analysis.validation import SealedTest
    from tunewright.guide.recipes.recipe import TuningRecipe

_LEAST = 2  # seeds that every candidate gets
_OPENED = "sealed test"  # the note that study.finalize leaves


@dataclass(frozen=True)
class Race:
    """What a confirmation found.

    Attributes:
        winner: number of the trial; None if every candidate failed on some seed.
        values: of the winner, by seed.
        trainings: that it took.
        study: name of the study of the replicates.
        verdict: in sentences.
    """

    winner: int | None
    values: tuple[float, ...]
    trainings: int
    study: str
    verdict: str


def confirmed(study: Study, recipe: TuningRecipe, race: tuple[int, int]) -> Race:
    """Train the best trials again on fresh seeds, or read what came of it."""
    candidates, seeds = race
    found = study.confirm(
        recipe.objective, top=candidates, seeds=seeds, first=_LEAST, recover=True, workers=recipe.workers,
        executor=recipe.executor, progress=recipe.progress,
    )  # fmt: skip
    values = () if found.winner is None else tuple(found.scores[found.winner].values())
    return Race(found.winner, values, found.evaluations, found.study, str(found))


def tested(study: Study, test: SealedTest, trial: int) -> tuple[dict[str, float], str]:
    """Open the test set for a trial, or read what it said when it was opened."""
    if (told := _told(study)) is not None:
        return told, "the test set was opened in an earlier run; this is what it said"
    final = study.finalize(test, trial=trial, recover=True)
    return dict(final.tested), str(final)


def _told(study: Study) -> dict[str, float] | None:
    note = study.notes.get(_OPENED)
    if note is not None:
        return dict(note["tested"])
    storage = getattr(study.ledger, "storage", None)
    if storage is None:
        return None
    try:  # a process may have died between the look and its note
        look = Study.load(storage, f"{study.name}/final", space=study.history.space)
    except StudyNotFoundError:
        return None
    return next((view.values for view in look.top(1)), None)
