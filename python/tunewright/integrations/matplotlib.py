"""Pictures by Matplotlib."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tunewright.analysis.pictures import (
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
from tunewright.analysis.pictures.palette import CIVIDIS, LIGHT
from tunewright.errors import MissingExtraError

__all__ = ["draw"]

_SYMBOLS = {"dot": "o", "ring": "o", "cross": "x", "diamond": "D", "up": "^", "star": "*"}
_SPARE = 0.055  # of a panel's height, in which symbols along an edge are drawn
_PANEL = (4.2, 3.3)  # inches, of one panel among several


def draw(picture: Picture, ax: Any = None) -> Any:
    """The picture as a ``matplotlib.figure.Figure``, of pyplot's, or within the axes that are given.

    Args:
        picture: what to draw.
        ax: axes to draw its one panel in.

    Raises:
        MissingExtraError: Matplotlib is not installed.
        ValueError: ``ax`` for a picture of several panels.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise MissingExtraError("plots need Matplotlib: pip install 'tunewright[plots]'") from None
    if ax is not None:
        if len(picture.panels) > 1:
            raise ValueError(f"ax= takes one panel; {picture.title!r} has {len(picture.panels)}: leave ax out")
        _fill(ax, picture)
        return ax.figure
    count = len(picture.panels)
    columns = min(max(count, 1), 4 if count > 6 else 3)
    rows = max(math.ceil(count / columns), 1)
    size = (7.4, 4.6) if count <= 1 else (_PANEL[0] * columns, _PANEL[1] * rows + 0.6)
    figure = plt.figure(figsize=size, layout="constrained")
    if count <= 1:
        spatial = count == 1 and picture.panels[0].z is not None
        _fill(figure.add_subplot(projection="3d" if spatial else None), picture)
        return figure
    for k, panel in enumerate(picture.panels):
        _panel(figure.add_subplot(rows, columns, k + 1), panel, legend=k == 0)
    figure.suptitle(_text(picture.title))
    _footnotes(figure, picture)
    return figure


def _fill(ax: Any, picture: Picture) -> None:
    """A picture of one panel, or the sentence that stands for it."""
    ax.set_title(_text(picture.title))
    if not picture.panels:
        ax.set_axis_off()
        ax.text(0.5, 0.5, _text(picture.says), ha="center", va="center", wrap=True, transform=ax.transAxes)
        return
    _panel(ax, picture.panels[0], legend=True)
    _footnotes(ax.figure, picture)


def _footnotes(figure: Any, picture: Picture) -> None:
    if picture.notes and hasattr(figure, "supxlabel"):
        figure.supxlabel(_text(" ".join(picture.notes)), fontsize=8, color=LIGHT["grey"], wrap=True)


def _text(text: str) -> str:
    """A name is no formula: dollar signs are shown as they are."""
    return text.replace("$", r"\$")


def _panel(ax: Any, panel: Panel, *, legend: bool) -> None:
    if any(isinstance(mark, Threads) for mark in panel.marks):
        for mark in panel.marks:
            _DRAW[type(mark)](ax, mark)
        return
    _axis(ax, panel.x, "x")
    _axis(ax, panel.y, "y")
    if panel.z is not None:
        ax.set_zlabel(_text(panel.z.title))
    elif not any(isinstance(mark, (Cells, Spans)) for mark in panel.marks):
        ax.grid(alpha=0.25, linewidth=0.6)
        ax.set_axisbelow(True)
    if panel.title and panel.title != panel.x.title:
        ax.set_title(_text(panel.title), fontsize=10)
    later = [mark for mark in panel.marks if isinstance(mark, (Edge, Rule))]
    for mark in [mark for mark in panel.marks if mark not in later] if later else panel.marks:
        _DRAW[type(mark)](ax, mark)
    _limits(ax, panel)
    for mark in later:
        _DRAW[type(mark)](ax, mark)
    if legend and _labels(panel.marks) > 1:
        handles, labels = ax.get_legend_handles_labels()
        full = len(labels) > 6 or any(isinstance(mark, Spans) for mark in panel.marks)
        place = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)} if full else {"loc": "best"}
        ax.legend(handles, labels, fontsize=8, framealpha=0.85, **place)


def _labels(marks: tuple[Mark, ...]) -> int:
    return len([mark for mark in marks if getattr(mark, "label", "")])


def _axis(ax: Any, axis: Axis, which: str) -> None:
    getattr(ax, f"set_{which}label")(_text(axis.title))
    if axis.scale != "linear":
        getattr(ax, f"set_{which}scale")("log", base=2 if axis.scale == "log2" else 10)
        getattr(ax, f"{which}axis").set_major_formatter(lambda value, _: f"{value:g}")
    elif axis.whole:
        getattr(ax, f"{which}axis").get_major_locator().set_params(integer=True)
    if axis.labels:
        step = max(1, len(axis.labels) // 30)
        at = range(0, len(axis.labels), step)
        turned = {"rotation": 40, "ha": "right"} if which == "x" and sum(map(len, axis.labels)) > 25 else {}
        getattr(ax, f"set_{which}ticks")(list(at), [_text(axis.labels[k]) for k in at], **turned)


def _limits(ax: Any, panel: Panel) -> None:
    for axis, which in ((panel.x, "x"), (panel.y, "y")):
        get, put = getattr(ax, f"get_{which}lim"), getattr(ax, f"set_{which}lim")
        if axis.labels and axis.low is None:
            put(-0.6, len(axis.labels) - 0.4)
        elif axis.low is not None or axis.high is not None:
            low, high = get()
            exact = any(isinstance(mark, Cells) for mark in panel.marks)
            low, high = (axis.low if axis.low is not None else low), (axis.high if axis.high is not None else high)
            if low != high:
                put(*((low, high) if exact else _wider(low, high, axis.scale)))
        if axis.reverse:
            getattr(ax, f"invert_{which}axis")()


def _wider(low: float, high: float, scale: str) -> tuple[float, float]:
    if scale == "linear":
        spare = 0.03 * (high - low)
        return low - spare, high + spare
    factor = (high / low) ** 0.03
    return low / factor, high * factor


def _points(ax: Any, mark: Points) -> None:
    colour: Any = LIGHT[mark.colour]
    marker = _SYMBOLS[mark.symbol]
    hollow = mark.symbol == "ring"
    if mark.z is not None:
        ax.scatter(
            mark.x, mark.y, mark.z, c=colour, marker=marker, s=mark.size**2, alpha=mark.opacity, label=_text(mark.label)
        )
        return
    if mark.error is not None or mark.error_x is not None:
        ax.errorbar(
            mark.x, mark.y, yerr=mark.error, xerr=mark.error_x, fmt="none", ecolor=colour, elinewidth=0.8, alpha=0.45
        )
    kind: dict[str, Any] = (
        {"c": colour}
        if marker == "x"
        else {
            "facecolors": "none" if hollow else colour,
            "edgecolors": colour if hollow else "white",
            "linewidths": 0.9 if hollow else 0.3,
        }
    )
    ax.scatter(
        mark.x, mark.y, marker=marker, s=mark.size**2, alpha=mark.opacity, label=_text(mark.label), zorder=3, **kind
    )


def _line(ax: Any, mark: Line) -> None:
    ax.plot(
        mark.x,
        mark.y,
        color=LIGHT[mark.colour],
        linewidth=mark.width,
        linestyle="--" if mark.dashed else "-",
        drawstyle="steps-post" if mark.step else "default",
        alpha=mark.opacity,
        label=_text(mark.label) if mark.label else None,
        zorder=4 if mark.width > 1.5 else 2,
    )


def _band(ax: Any, mark: Band) -> None:
    ax.fill_between(
        mark.x,
        mark.low,
        mark.high,
        step="post" if mark.step else None,
        color=LIGHT[mark.colour],
        alpha=0.2,
        linewidth=0,
        label=_text(mark.label),
    )


def _bars(ax: Any, mark: Bars) -> None:
    at = np.arange(len(mark.length))
    ax.barh(at, mark.length, color=LIGHT[mark.colour], height=0.62, label=_text(mark.label))
    if mark.low is not None and mark.high is not None:
        known = np.isfinite(mark.low) & np.isfinite(mark.high)
        away = np.maximum(np.array([mark.length - mark.low, mark.high - mark.length])[:, known], 0.0)
        ax.errorbar(
            mark.length[known], at[known], xerr=away, fmt="none", ecolor=LIGHT["ink"], elinewidth=1.2, capsize=3
        )


def _spans(ax: Any, mark: Spans) -> None:
    ax.barh(mark.y, mark.stop - mark.start, left=mark.start, height=0.8, color=LIGHT[mark.colour], edgecolor="white",
            linewidth=0.4, label=_text(mark.label))  # fmt: skip


def _cells(ax: Any, mark: Cells) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("cividis", CIVIDIS)
    drawn = ax.pcolormesh(mark.x, mark.y, mark.values, cmap=colours, shading="nearest")
    ax.figure.colorbar(drawn, ax=ax, label=_text(mark.title))


def _edge(ax: Any, mark: Edge) -> None:
    at = 1.0 - _SPARE / 2 if mark.side == "top" else _SPARE / 2
    kind = {"marker": _SYMBOLS[mark.symbol], "color": LIGHT[mark.colour], "s": 28, "linewidths": 1.1}
    ax.scatter(
        mark.x, np.full(len(mark.x), at), transform=ax.get_xaxis_transform(), label=_text(mark.label), zorder=5, **kind
    )


def _rule(ax: Any, mark: Rule) -> None:
    across = ax.axvline if mark.axis == "x" else ax.axhline
    across(mark.at, color=LIGHT["grey"], linewidth=0.9, linestyle=":", label=_text(mark.label) if mark.label else None)


def _threads(ax: Any, mark: Threads) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize

    stops = CIVIDIS[::-1] if mark.larger_better else CIVIDIS
    colours = LinearSegmentedColormap.from_list("cividis", stops)
    at = np.arange(len(mark.names), dtype=float)
    low, high = float(np.min(mark.shade)), float(np.max(mark.shade))
    ratio = low > 0.0 and high / low > 50.0
    norm = (LogNorm if ratio else Normalize)(low, high if high > low else low + 1.0)
    lines = LineCollection(
        [np.column_stack([at, row]) for row in mark.heights],
        array=mark.shade, cmap=colours, norm=norm, linewidths=0.9, alpha=0.75,
    )  # fmt: skip
    ax.add_collection(lines)
    turned = {"rotation": 20, "ha": "left"} if sum(map(len, mark.names)) > 60 else {}
    ax.set_xticks(at, [_text(name) for name in mark.names], **turned)
    ax.tick_params(axis="x", length=0, labeltop=True, labelbottom=False)
    for place, ticks in zip(at.tolist(), mark.ticks, strict=True):
        ax.vlines(place, 0.0, 1.0, color=LIGHT["ink"], linewidth=0.8)
        for height, text in ticks:
            ax.text(
                place + 0.03,
                height,
                _text(text),
                fontsize=7,
                va="center",
                bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 0.6},
            )
    ax.set(xlim=(-0.3, len(at) - 0.5), ylim=(min(-0.03, float(mark.heights.min()) - 0.03), 1.03), yticks=[])
    for side in ("top", "left", "right", "bottom"):
        ax.spines[side].set_visible(False)
    ax.figure.colorbar(lines, ax=ax, label=_text(mark.shade_title))


_DRAW: dict[type[Any], Callable[[Any, Any], None]] = {
    Points: _points,
    Line: _line,
    Band: _band,
    Bars: _bars,
    Spans: _spans,
    Cells: _cells,
    Edge: _edge,
    Rule: _rule,
    Threads: _threads,
}
