"""Pictures by Plotly."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np

from tunewright.analysis.pictures import (
    Axis,
    Band,
    Bars,
    Cells,
    Edge,
    Line,
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

_SYMBOLS = {
    "dot": "circle",
    "ring": "circle-open",
    "cross": "x",
    "diamond": "diamond",
    "up": "triangle-up",
    "star": "star",
}
_SCALE = [[k / (len(CIVIDIS) - 1), colour] for k, colour in enumerate(CIVIDIS)]


def draw(picture: Picture) -> Any:
    """The picture as a ``plotly.graph_objects.Figure``.

    Raises:
        MissingExtraError: Plotly is not installed.
    """
    try:
        from plotly.graph_objects import Figure
        from plotly.subplots import make_subplots
    except ImportError:
        raise MissingExtraError("backend='plotly' needs Plotly: pip install 'tunewright[plots]'") from None
    count = len(picture.panels)
    if count <= 1:
        figure = Figure()
    else:
        columns = min(count, 4 if count > 6 else 3)
        rows = math.ceil(count / columns)
        titles = [_text(panel.title) if panel.title != panel.x.title else "" for panel in picture.panels]
        figure = make_subplots(rows, columns, subplot_titles=titles, horizontal_spacing=0.25 / columns)
        figure.update_layout(height=320 * rows + 120)
    for k, panel in enumerate(picture.panels):
        _panel(figure, panel, k, count)
    figure.update_layout(title=_text(picture.title), template="plotly_white", barmode="overlay")
    notes = [picture.says] if not picture.panels else list(picture.notes)
    if notes:
        place = {"y": 0.5, "yanchor": "middle"} if not picture.panels else {"y": -0.22, "yanchor": "top"}
        figure.add_annotation(
            text=_text("<br>".join(notes)), x=0.5, xref="paper", yref="paper", showarrow=False, **place
        )
    if not picture.panels:
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
    return figure


def _text(text: str) -> str:
    """A name is no markup; line breaks of our own stay."""
    return "<br>".join(escape(part, quote=False) for part in text.split("<br>"))


def _panel(figure: Any, panel: Panel, k: int, count: int) -> None:
    suffix = "" if k == 0 else str(k + 1)
    if panel.z is not None:
        titles = {f"{name}axis": {"title": {"text": _text(axis.title)}, "type": _kind(axis)}
                  for name, axis in zip("xyz", (panel.x, panel.y, panel.z), strict=True)}  # fmt: skip
        figure.update_layout(scene=titles)
    elif not any(isinstance(mark, Threads) for mark in panel.marks):
        for name, axis in (("x", panel.x), ("y", panel.y)):
            figure.update_layout({f"{name}axis{suffix}": _axis(axis)})
    for mark in panel.marks:
        for trace in _DRAW[type(mark)](mark):
            if panel.z is None and trace["type"] != "parcoords":
                trace |= {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
                if isinstance(mark, Edge):
                    trace["yaxis"] = _margin(figure, suffix, count)
                if isinstance(mark, Rule):
                    _rule(figure, mark, suffix)
                    continue
            if trace["type"] not in ("parcoords", "heatmap"):
                trace.setdefault("showlegend", k == 0 and bool(getattr(mark, "label", "")))
            figure.add_trace(trace)


def _kind(axis: Axis) -> str:
    return "linear" if axis.scale == "linear" else "log"


def _axis(axis: Axis) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": {"text": _text(axis.title)}, "type": _kind(axis)}
    if axis.labels:
        shown |= {"tickvals": list(range(len(axis.labels))), "ticktext": [_text(label) for label in axis.labels]}
        shown["range"] = [-0.6, len(axis.labels) - 0.4]
    elif axis.low is not None and axis.high is not None and axis.low < axis.high:
        ends = [axis.low, axis.high] if axis.scale == "linear" else [math.log10(axis.low), math.log10(axis.high)]
        spare = 0.03 * (ends[1] - ends[0])
        shown["range"] = [ends[0] - spare, ends[1] + spare]
    elif axis.low is not None:
        shown["rangemode"] = "tozero"
    if axis.reverse:
        shown["autorange"] = "reversed"
    return shown


def _margin(figure: Any, suffix: str, count: int) -> str:
    """A second y axis from 0 to 1 over the same panel, for symbols along its edges."""
    own = f"{int(suffix or 1) + 100}"
    over = {"overlaying": f"y{suffix}", "range": [0, 1], "visible": False, "fixedrange": True}
    if count > 1:
        over["anchor"] = f"x{suffix}"
    figure.update_layout({f"yaxis{own}": over})
    return f"y{own}"


def _rule(figure: Any, mark: Rule, suffix: str) -> None:
    across: dict[str, Any] = {
        "x0": mark.at,
        "x1": mark.at,
        "y0": 0,
        "y1": 1,
        "xref": f"x{suffix}",
        "yref": f"y{suffix} domain",
    }
    if mark.axis == "y":
        across = {"x0": 0, "x1": 1, "y0": mark.at, "y1": mark.at, "xref": f"x{suffix} domain", "yref": f"y{suffix}"}
    figure.add_shape(type="line", line={"color": LIGHT["grey"], "dash": "dot", "width": 1}, **across)


def _names(trials: Any, k: int) -> Any:
    return None if trials is None else [f"trial {trial}" if trial >= 0 else "" for trial in trials[:k].tolist()]


def _points(mark: Points) -> list[dict[str, Any]]:
    marker = {
        "color": LIGHT[mark.colour],
        "symbol": _SYMBOLS[mark.symbol],
        "size": mark.size * 1.3,
        "opacity": mark.opacity,
    }
    base = {"name": _text(mark.label), "mode": "markers", "marker": marker, "text": _names(mark.trials, len(mark.x))}
    if mark.z is not None:
        marker["symbol"] = {"ring": "circle-open", "cross": "x", "diamond": "diamond"}.get(mark.symbol, "circle")
        return [{"type": "scatter3d", "x": mark.x, "y": mark.y, "z": mark.z, **base}]
    for axis, half in (("y", mark.error), ("x", mark.error_x)):
        if half is not None:
            base[f"error_{axis}"] = {"type": "data", "array": np.nan_to_num(half), "thickness": 0.8, "width": 0}
    return [{"type": "scattergl" if len(mark.x) > 1000 else "scatter", "x": mark.x, "y": mark.y, **base}]


def _line(mark: Line) -> list[dict[str, Any]]:
    line = {"color": LIGHT[mark.colour], "width": mark.width, "dash": "dash" if mark.dashed else "solid"}
    if mark.step:
        line["shape"] = "hv"
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": mark.x,
            "y": mark.y,
            "name": _text(mark.label),
            "line": line,
            "opacity": mark.opacity,
            "text": _names(mark.trials, len(mark.x)),
            "connectgaps": False,
        }
    ]


def _band(mark: Band) -> list[dict[str, Any]]:
    shape = "hv" if mark.step else "linear"
    bare = {
        "type": "scatter",
        "mode": "lines",
        "line": {"width": 0, "shape": shape, "color": LIGHT[mark.colour]},
        "x": mark.x,
    }
    lower = {**bare, "y": mark.low, "showlegend": False, "hoverinfo": "skip"}
    return [lower, {**bare, "y": mark.high, "fill": "tonexty", "name": _text(mark.label), "opacity": 0.2}]


def _bars(mark: Bars) -> list[dict[str, Any]]:
    bar: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "x": mark.length,
        "y": np.arange(len(mark.length)),
        "name": _text(mark.label),
        "marker": {"color": LIGHT[mark.colour]},
    }
    if mark.low is not None and mark.high is not None:
        bar["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": np.nan_to_num(mark.high - mark.length),
            "arrayminus": np.nan_to_num(mark.length - mark.low),
        }
    return [bar]


def _spans(mark: Spans) -> list[dict[str, Any]]:
    return [
        {
            "type": "bar",
            "orientation": "h",
            "base": mark.start,
            "x": mark.stop - mark.start,
            "y": mark.y,
            "width": 0.8,
            "name": _text(mark.label),
            "marker": {"color": LIGHT[mark.colour], "line": {"width": 0.4, "color": "white"}},
            "hovertext": _names(mark.trials, len(mark.start)),
        }
    ]


def _cells(mark: Cells) -> list[dict[str, Any]]:
    bar = {"title": {"text": _text(mark.title)}}
    return [{"type": "heatmap", "x": mark.x, "y": mark.y, "z": mark.values, "colorscale": _SCALE, "colorbar": bar}]


def _edge(mark: Edge) -> list[dict[str, Any]]:
    marker = {"color": LIGHT[mark.colour], "symbol": _SYMBOLS[mark.symbol], "size": 7}
    at = np.full(len(mark.x), 0.985 if mark.side == "top" else 0.015)
    text = _names(mark.trials, len(mark.x))
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": mark.x,
            "y": at,
            "name": _text(mark.label),
            "marker": marker,
            "text": text,
        }
    ]


def _threads(mark: Threads) -> list[dict[str, Any]]:
    dimensions = [
        {
            "label": _text(name),
            "values": mark.heights[:, k],
            "range": [min(0.0, float(mark.heights[:, k].min())), 1.0],
            "tickvals": [height for height, _ in ticks],
            "ticktext": [_text(text) for _, text in ticks],
        }
        for k, (name, ticks) in enumerate(zip(mark.names, mark.ticks, strict=True))
    ]
    line = {
        "color": mark.shade,
        "colorscale": _SCALE,
        "reversescale": mark.larger_better,
        "showscale": True,
        "colorbar": {"title": {"text": _text(mark.shade_title)}},
    }
    return [{"type": "parcoords", "dimensions": dimensions, "line": line}]


def _nothing(mark: Rule) -> list[dict[str, Any]]:
    return [{"type": "scatter"}]  # drawn as a shape, see _panel


_DRAW: dict[type[Any], Callable[[Any], list[dict[str, Any]]]] = {
    Points: _points,
    Line: _line,
    Band: _band,
    Bars: _bars,
    Spans: _spans,
    Cells: _cells,
    Edge: _edge,
    Rule: _nothing,
    Threads: _threads,
}
