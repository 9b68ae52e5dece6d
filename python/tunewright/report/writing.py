"""The page itself: one HTML file with its style, its scripts and its data inside, and nothing from elsewhere."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import os
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from tunewright.analysis.pictures.palette import CIVIDIS, DARK, LIGHT
from tunewright.report.choice import chosen_pictures
from tunewright.report.packing import Pool, packed
from tunewright.report.static import about_html, found_html
from tunewright.report.tables import trials_table

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["content", "render", "write"]

_SCRIPTS = ("data.js", "scale.js", "marks.js", "chart.js", "shapes.js", "table.js", "page.js")


def write(study: Study, path: str | os.PathLike[str]) -> Path:
    """Write a study's report to ``path``, one HTML file that works offline; returns the path.

    The file is written beside its place first and then moved there, so that a reader never sees half of it.

    Raises:
        OSError: the place cannot be written.
    """
    place = Path(path)
    beside = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        beside.write_text(render(study), encoding="utf-8")
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
    return place


def content(study: Study) -> dict[str, Any]:
    """What the page's scripts draw: pictures, the table of trials, and the arrays of both."""
    pool = Pool()
    alone = len(study.directions) == 1  # its history is the first picture
    chosen = chosen_pictures(study)
    drawn = [packed(picture, name, pool, wide=alone and name == "history-0") for name, picture in chosen]
    table = trials_table(study, pool)
    return {"pictures": drawn, "trials": table, "arrays": pool.entries, "revision": study.history.revision}


def render(study: Study, *, live: bool = False) -> str:
    """A study's report as HTML; ``live``: with the script that asks the server what is new."""
    style, script = _style(), _script()
    shown = json.dumps(content(study), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    parts = {
        "name": escape(study.name),
        "follow": f' data-live="yes" data-revision="{study.history.revision}"' if live else "",
        "live": '<span id="live" role="status">Live.</span> ' if live else "",
        "policy": _policy(script, live=live),
        "style": style,
        "script": script,
        "found": found_html(study),
        "about": about_html(study),
        "content": _in_script(shown),
        "now": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M}",
    }
    return Template(_asset("page.html")).substitute(parts)


def _policy(script: str, *, live: bool) -> str:
    """What the browser may load and run: this page's own script and style, and no address but the dashboard's."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    connect = "connect-src 'self'; " if live else ""
    return f"default-src 'none'; {connect}style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:"


def _in_script(text: str) -> str:
    """JSON that no HTML parser can mistake for the end of its element."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@cache
def _asset(name: str) -> str:
    return files("tunewright.report").joinpath("assets").joinpath(name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    def variables(colours: dict[str, str]) -> str:
        return "".join(f"--{name}:{value};" for name, value in colours.items())

    light, dark = variables(LIGHT), variables(DARK)
    return (
        f":root{{{light}}}@media (prefers-color-scheme: dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}}}\n{_asset('page.css')}"
    )


@cache
def _script() -> str:
    return f"const CIVIDIS = {json.dumps(CIVIDIS)};\n" + "\n".join(_asset(name) for name in _SCRIPTS)
