"""Plots of a study: ``tw.plots.history(study)``.

Each function returns a figure of the library that ``backend`` names, "matplotlib" (default) or "plotly"; both are
extras (``pip install 'tunewright[plots]'``). Where there is nothing to show, the figure says why in a sentence. Trials
that failed, were pruned, break a constraint or have a value that is no finite number are drawn as what they are. The
arrays behind each picture are in ``tunewright.analysis.views`` and need no library.

Arguments that all take: ``metric``, an objective (the first by default); ``ax``, Matplotlib axes to draw in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tunewright.analysis import pictures
from tunewright.analysis.importance import Importance
from tunewright.analysis.pictures import Picture
from tunewright.guide.learning_rate import LearningRateRange
from tunewright.integrations.range_test import range_test
from tunewright.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "contour",
    "cross_validation",
    "draw",
    "empirical_distribution",
    "history",
    "hypervolume",
    "importance",
    "intermediate_ranks",
    "learning_curves",
    "learning_rate",
    "lineage",
    "marginal_effects",
    "parallel_coordinates",
    "pareto_front",
    "schedule",
    "slice",
    "timeline",
]

Backend: TypeAlias = Literal["matplotlib", "plotly"]


def draw(picture: Picture, *, backend: Backend = "matplotlib", ax: Axes | None = None) -> Any:
    """Any picture as a figure of ``backend``.

    Raises:
        ValueError: a backend that is not known, or ``ax`` where it does not fit.
        MissingExtraError: the backend is not installed.
    """
    if backend == "matplotlib":
        from tunewright.integrations import matplotlib

        return matplotlib.draw(picture, ax)
    if backend != "plotly":
        raise ValueError(f"backend must be 'matplotlib' or 'plotly'; got {backend!r}")
    if ax is not None:
        raise ValueError("ax= belongs to backend='matplotlib'; leave it out for Plotly")
    from tunewright.integrations import plotly

    return plotly.draw(picture)


def history(
    study: Study | Sequence[Study],
    *,
    metric: str | None = None,
    backend: Backend = "matplotlib",
    ax: Axes | None = None,
) -> Any:
    """Values by trial with 95 % intervals where standard errors are known, and the best so far.

    Of several studies: median and quartiles of the best value after k trials.
    """
    picture = pictures.history(study, metric) if isinstance(study, Study) else pictures.compare(list(study), metric)
    return draw(picture, backend=backend, ax=ax)


def parallel_coordinates(
    study: Study,
    params: Sequence[str] | None = None,
    *,
    metric: str | None = None,
    backend: Backend = "matplotlib",
    ax: Axes | None = None,
) -> Any:
    """One line a complete trial across ``params`` (those that go most with the outcome by default), coloured by it."""
    return draw(pictures.parallel_coordinates(study, params, metric), backend=backend, ax=ax)


def slice(
    study: Study,
    params: Sequence[str] | None = None,
    *,
    metric: str | None = None,
    backend: Backend = "matplotlib",
    ax: Axes | None = None,
) -> Any:
    """Values against each of ``params`` (by default the twelve that go most with the outcome), a panel each."""
    return draw(pictures.slice_(study, params, metric), backend=backend, ax=ax)


def contour(
    study: Study,
    params: tuple[str, str] | None = None,
    *,
    metric: str | None = None,
    backend: Backend = "matplotlib",
    ax: Axes | None = None,
) -> Any:
    """A smoothed map over two parameters (by default those that go most with the outcome), with the trials on it."""
    return draw(pictures.contour(study, params, metric), backend=backend, ax=ax)


def learning_curves(
    study: Study, *, metric: str | None = None, backend: Backend = "matplotlib", ax: Axes | None = None
) -> Any:
    """What trials reported by step, with the rungs at which the scheduler compares them."""
    return draw(pictures.learning_curves(study, metric), backend=backend, ax=ax)


def intermediate_ranks(
    study: Study, *, metric: str | None = None, backend: Backend = "matplotlib", ax: Axes | None = None
) -> Any:
    """How the best trials ranked at each step, and how much the ranks at a step tell of the end."""
    return draw(pictures.intermediate_ranks(study, metric), backend=backend, ax=ax)


def pareto_front(
    study: Study,
    metrics: Sequence[str] | None = None,
    *,
    backend: Backend = "matplotlib",
    ax: Axes | None = None,
) -> Any:
    """Trials by two or three objectives (the first ones by default), those on the front apart.

    Raises:
        StudyError: the study has one objective, or other than two or three are named.
    """
    return draw(pictures.pareto_front(study, metrics), backend=backend, ax=ax)


def hypervolume(
    study: Study,
    *,
    reference: Mapping[str, float] | None = None,
    backend: Backend = "matplotlib",
    ax: Axes | None = None,
) -> Any:
    """How much the front dominated after each trial that ended; ``reference`` as in ``Study.hypervolume``."""
    return draw(pictures.hypervolume(study, reference), backend=backend, ax=ax)


def importance(
    study: Study | Importance,
    *,
    metric: str | None = None,
    backend: Backend = "matplotlib",
    ax: Axes | None = None,
) -> Any:
    """Which parameters mattered, with 90 % intervals: by functional ANOVA, or any result of ``tw.importance``."""
    picture = pictures.importance(study, metric) if isinstance(study, Study) else pictures.importance_of(study)
    return draw(picture, backend=backend, ax=ax)


def marginal_effects(
    study: Study, *, metric: str | None = None, backend: Backend = "matplotlib", ax: Axes | None = None
) -> Any:
    """What to expect of each parameter, all others averaged out, a panel each; the most important first."""
    return draw(pictures.marginal_effects(study, metric), backend=backend, ax=ax)


def timeline(study: Study, *, backend: Backend = "matplotlib", ax: Axes | None = None) -> Any:
    """When each trial ran, in as many lanes as trials ran at once."""
    return draw(pictures.timeline_of_workers(study), backend=backend, ax=ax)


def lineage(study: Study, *, metric: str | None = None, backend: Backend = "matplotlib", ax: Axes | None = None) -> Any:
    """Population-based training: each trial over its epochs, and where it took over the weights of another."""
    return draw(pictures.population_lineage(study, metric), backend=backend, ax=ax)


def schedule(study: Study, trial: int | None = None, *, backend: Backend = "matplotlib", ax: Axes | None = None) -> Any:
    """What a trial's weights (the best one's by default) were trained with, parameter by parameter over the epochs."""
    return draw(pictures.schedule(study, trial), backend=backend, ax=ax)


def empirical_distribution(
    study: Study | Sequence[Study],
    *,
    metric: str | None = None,
    backend: Backend = "matplotlib",
    ax: Axes | None = None,
) -> Any:
    """For one or several studies, the share of their trials that are at least as good as a value."""
    studies = [study] if isinstance(study, Study) else list(study)
    return draw(pictures.empirical_distribution(studies, metric), backend=backend, ax=ax)


def cross_validation(
    study: Study, *, metric: str | None = None, backend: Backend = "matplotlib", ax: Axes | None = None
) -> Any:
    """Each trial against what a Gaussian process foretells of it from the others, with 95 % intervals."""
    return draw(pictures.cross_validation(study, metric), backend=backend, ax=ax)


def learning_rate(found: LearningRateRange, *, backend: Backend = "matplotlib", ax: Axes | None = None) -> Any:
    """What :func:`tunewright.find_learning_rate` saw: losses by learning rate, and where it suggests to begin."""
    return draw(range_test(found), backend=backend, ax=ax)
