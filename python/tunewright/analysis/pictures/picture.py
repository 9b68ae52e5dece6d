"""What a picture is made of, whoever draws it: panels, axes and marks. Colours are names; see ``palette``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from tunewright.trial.columns import Array, Ints

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
    "Scale",
    "Side",
    "Spans",
    "Symbol",
    "Threads",
]

Scale: TypeAlias = Literal["linear", "log", "log2"]
Symbol: TypeAlias = Literal["dot", "ring", "cross", "diamond", "up", "star"]
Side: TypeAlias = Literal["top", "bottom"]


@dataclass(frozen=True)
class Axis:
    """One axis of a panel.

    Attributes:
        title: the quantity, with its unit where there is one.
        scale: "linear", "log" or "log2".
        labels: of the positions 0, 1, …, for choices; empty for numbers.
        low, high: ends, if they are not to follow from the marks.
        whole: whether ticks belong at whole numbers alone.
        reverse: whether the smaller numbers are at the top (or right).
    """

    title: str
    scale: Scale = "linear"
    labels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False
    reverse: bool = False


@dataclass(frozen=True)
class Points:
    """Trials as symbols.

    Attributes:
        x, y: shape (k,); ``z`` too in a panel with three axes.
        label: for the legend.
        colour: a name of the palette; ``shade``, shape (k,), colours each by a number instead (``shade_title``).
        symbol: its shape.
        error: half-widths of vertical bars, NaN for none, shape (k,); ``error_x`` of horizontal ones.
        trials: whose they are, shape (k,), or nobody's.
        size: of a symbol, in points.
        opacity: 0 to 1.
    """

    x: Array
    y: Array
    label: str
    colour: str = "blue"
    symbol: Symbol = "dot"
    z: Array | None = None
    shade: Array | None = None
    shade_title: str = ""
    error: Array | None = None
    error_x: Array | None = None
    trials: Ints | None = None
    size: float = 5.0
    opacity: float = 0.8


@dataclass(frozen=True)
class Line:
    """A line through x, y, shape (k,), broken where either is NaN; ``step`` keeps each y until the next x."""

    x: Array
    y: Array
    label: str
    colour: str = "blue"
    width: float = 1.8
    dashed: bool = False
    step: bool = False
    opacity: float = 1.0
    trials: Ints | None = None


@dataclass(frozen=True)
class Band:
    """The area between ``low`` and ``high`` over x, shape (k,); ``step`` as in :class:`Line`."""

    x: Array
    low: Array
    high: Array
    label: str
    colour: str = "blue"
    step: bool = False


@dataclass(frozen=True)
class Bars:
    """Horizontal bars of ``length`` at the positions 0, 1, … of the y axis, with intervals where known, shape (k,)."""

    length: Array
    label: str
    colour: str = "blue"
    low: Array | None = None
    high: Array | None = None


@dataclass(frozen=True)
class Spans:
    """Horizontal blocks from ``start`` to ``stop`` at position ``y``, shape (k,)."""

    start: Array
    stop: Array
    y: Array
    label: str
    colour: str = "blue"
    trials: Ints | None = None


@dataclass(frozen=True)
class Cells:
    """A map of values, shape (q, p), over the centres x, shape (p,), and y, shape (q,)."""

    x: Array
    y: Array
    values: Array
    title: str


@dataclass(frozen=True)
class Edge:
    """Trials without a place on the y axis, as symbols along the panel's edge at x, shape (k,)."""

    x: Array
    label: str
    colour: str = "vermillion"
    symbol: Symbol = "cross"
    side: Side = "top"
    trials: Ints | None = None


@dataclass(frozen=True)
class Rule:
    """A thin line across the panel at ``at`` of the named axis."""

    at: float
    axis: Literal["x", "y"]
    label: str = ""


@dataclass(frozen=True)
class Threads:
    """One line a trial across parallel axes.

    Attributes:
        heights: shape (k, a), 0 to 1 on each of the a axes; a parameter that is not active is below.
        names: of the axes; ``ticks``: of each, positions and their labels.
        shade: shape (k,), what colours a line; ``shade_title`` names it; ``larger_better``: whether its larger values
            are the better ones, which stand out.
        trials: shape (k,).
    """

    heights: Array
    names: tuple[str, ...]
    ticks: tuple[tuple[tuple[float, str], ...], ...]
    shade: Array
    shade_title: str
    trials: Ints
    larger_better: bool = False


Mark: TypeAlias = Points | Line | Band | Bars | Spans | Cells | Edge | Rule | Threads


@dataclass(frozen=True)
class Panel:
    """Axes with marks on them, drawn in their order; with ``z`` in space. Threads bring axes of their own."""

    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    title: str = ""
    z: Axis | None = None


@dataclass(frozen=True)
class Picture:
    """One figure.

    Attributes:
        title: what it shows.
        panels: side by side, wrapped; none if there is nothing to show.
        says: in a sentence or two what is to be seen; the reason, if there is nothing.
    """

    title: str
    panels: tuple[Panel, ...]
    says: str = ""
    notes: tuple[str, ...] = field(default=())

    @classmethod
    def empty(cls, title: str, why: str) -> Picture:
        """A picture that says why there is none."""
        return cls(title, (), why)


def known(values: Array) -> Array:
    """The finite ones of ``values``."""
    finite: Array = values[np.isfinite(values)]
    return finite
