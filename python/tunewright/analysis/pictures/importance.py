"""What mattered, and what to expect of each parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tunewright.analysis.importance import FunctionalAnova, Importance, fanova
from tunewright.analysis.pictures.axes import parameter_axis, plural, short
from tunewright.analysis.pictures.picture import Axis, Band, Bars, Line, Mark, Panel, Picture, Points
from tunewright.analysis.views import coordinate
from tunewright.errors import StudyError

if TYPE_CHECKING:
    from tunewright.analysis.importance import Marginal
    from tunewright.study import Study

__all__ = ["importance", "importance_of", "marginal_effects"]

_MOST = 20
_PANELS = 12


def importance(study: Study, metric: str | None = None) -> Picture:
    """How much of the variance each parameter explains with its interactions, by functional ANOVA, with intervals."""
    try:
        return importance_of(fanova(study, objective=_named(study, metric)))
    except StudyError as error:
        return Picture.empty("Importance of the parameters", _sentence(error))


def importance_of(found: Importance) -> Picture:
    """The ranking of any importance as bars, the most important on top, with their 90 % intervals where known."""
    title = f"Importance of the parameters for {found.metric}"
    if not found.names:
        return Picture.empty(title, "No parameter varies, so none can matter.")
    names, rows = found.names[:_MOST][::-1], slice(0, _MOST)
    values, low, high = (np.array(column[rows][::-1], dtype=float) for column in (found.values, found.low, found.high))
    known = not np.isnan(low).all()
    label = "all of its effect, 90 % interval" if known else "all of its effect"
    marks: list[Mark] = [Bars(values, label, "blue", low if known else None, high if known else None)]
    main = found.extras.get("main")
    if main is not None:
        at = np.arange(len(names), dtype=float)
        marks.append(Points(np.array(main[rows][::-1]), at, "its effect alone", "vermillion", "diamond", size=6.0))
    x = Axis(f"importance ({found.method})", low=0.0)
    critical = [name for name, tier in zip(found.names, found.tiers, strict=True) if tier == "critical"]
    told = f"Critical: {', '.join(critical)}." if critical else "No parameter stands out."
    if found.advice:
        told += f" {found.advice[0]}"
    panel = Panel(x, Axis("", labels=short(names, 28)), tuple(marks))
    return Picture(title, (panel,), told, _left_out(len(found.names) - len(names)))


def marginal_effects(study: Study, metric: str | None = None, found: FunctionalAnova | None = None) -> Picture:
    """What to expect of each parameter, all others averaged out, the most important first; ± one deviation of trees."""
    title = "Marginal effects"
    try:
        found = fanova(study, objective=_named(study, metric), pairs=0, resamples=0) if found is None else found
    except StudyError as error:
        return Picture.empty(title, _sentence(error))
    if not found.marginals:
        return Picture.empty(title, "No parameter varies, so none has an effect.")
    names = [name for name in found.names if name in found.marginals][:_PANELS]
    curves = [found.marginals[name] for name in names]
    around = [np.array(c.expected) + side * np.array(c.spread) for c in curves for side in (-1.0, 1.0)]
    low, high = float(min(map(np.min, around))), float(max(map(np.max, around)))
    panels = tuple(_curve(study, curve, low, high) for curve in curves)  # of one height: what is flat looks flat
    says = f"Expected {found.metric} by each parameter, the others averaged out; the band is the spread between trees."
    return Picture(f"{title} on {found.metric}", panels, says, _left_out(len(found.marginals) - len(names)))


def _left_out(count: int) -> tuple[str, ...]:
    return (
        (f"{plural(count, 'parameter')} of less importance {'is' if count == 1 else 'are'} left out.",) if count else ()
    )


def _curve(study: Study, curve: Marginal, low: float, high: float) -> Panel:
    parameter = coordinate(study, curve.parameter)
    domain = study.space[curve.parameter]
    x = domain.column(curve.values)
    expected, spread = np.array(curve.expected), np.array(curve.spread)
    y = Axis(f"expected {curve.metric}", low=low, high=high)
    if parameter.choices:
        points = Points(x, expected, "expected, ± spread", "blue", error=spread, size=7.0, opacity=1.0)
        return Panel(parameter_axis(parameter), y, (points,), curve.parameter)
    band = Band(x, expected - spread, expected + spread, "spread of trees", "blue")
    return Panel(parameter_axis(parameter), y, (band, Line(x, expected, "expected", "blue")), curve.parameter)


def _named(study: Study, metric: str | None) -> str | None:
    """An objective by name: fANOVA wants one where there are several."""
    return metric if metric is not None or len(study.directions) == 1 else next(iter(study.directions))


def _sentence(error: Exception) -> str:
    text = str(error).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
