"""The part of the page that needs no script: sentences and small tables. All text is escaped here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from tunewright.report.sentences import failures, summary
from tunewright.storage import Session
from tunewright.study.environment import lines
from tunewright.trial import TrialView

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["about_html", "found_html"]

_TOP = 10
_MOST_PARAMETERS = 12
_SESSIONS = 5


def found_html(study: Study) -> str:
    """Summary, best trials and failures."""
    parts = [
        '<section id="summary"><h2 class="hush">Summary</h2>',
        *(f'<p class="lead">{escape(sentence)}</p>' for sentence in summary(study)),
        "</section>",
        *_best(study),
        *_failures(study),
    ]
    return "\n".join(parts)


def _best(study: Study) -> list[str]:
    several = len(study.directions) > 1
    top = study.pareto_front if several else study.top(_TOP)
    if not top:
        return []
    shown = top[: 2 * _TOP]
    names = list(study.space.names)[:_MOST_PARAMETERS]
    heads = ["trial", *study.goals.outputs, *names]
    rows = [
        [str(trial.number), *_measured(study, trial), *(_text(trial.config.get(name)) for name in names)]
        for trial in shown
    ]
    title = "The Pareto front" if several else "The best trial" if len(top) == 1 else "The best trials"
    parts = [f'<section id="best"><h2>{title}</h2>', _table(heads, rows, title)]
    if not several:
        config = ", ".join(f"{name}={value!r}" for name, value in top[0].config.items())
        parts.append(f"<p>Configuration of trial {top[0].number}: <code>{escape(config)}</code></p>")
    elif len(top) > len(shown):
        parts.append(
            f"<p class='soft'>{len(top) - len(shown)} more are in the table of trials and in the pictures.</p>"
        )
    return [*parts, "</section>"]


def _measured(study: Study, trial: TrialView) -> list[str]:
    sems, values = trial.sems, trial.values or {}
    return [_text(values.get(name)) + (f" ± {sems[name]:.2g}" if name in sems else "") for name in study.goals.outputs]


def _failures(study: Study) -> list[str]:
    kinds = failures(study)
    if not kinds:
        return []
    rows = [[error[:500], f"{count:,}", str(first)] for error, count, first in kinds[:8]]
    more = f"<p class='soft'>{len(kinds) - 8} more kinds are in the table of trials.</p>" if len(kinds) > 8 else ""
    heads = ["error", "trials", "first"]
    return ['<section id="failures"><h2>Failures</h2>', _table(heads, rows, "Failures", long=0), more, "</section>"]


def about_html(study: Study) -> str:
    """What the study is."""
    facts: list[tuple[str, str]] = [
        ("objectives", ", ".join(f"{way} {name}" for name, way in study.directions.items())),
        ("strategy", repr(study.strategy)),
        ("scheduler", repr(study.scheduler) if study.scheduler is not None else "none: trials train in full"),
        ("seed", str(study.seed)),
        *(("constraint", constraint) for constraint in study.goals.constraints),
        *(("threshold", f"{name} {value:g}") for name, value in study.goals.thresholds.items()),
        *((f"note {key}", _text(value)) for key, value in study.notes.items()),
    ]
    started = study.history.started[study.history.started > 0.0]
    if len(started):
        facts.append(("began", _moment(float(started.min()))))
    lines = [f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts]
    space = "\n".join(f"{name}: {study.space[name]!r}" for name in study.space.names) or "no parameters yet"
    sessions = study.sessions
    parts = [
        '<section id="study"><h2>The study</h2>',
        f"<dl>{''.join(lines)}</dl>",
        f"<details><summary>The space of {study.space.dimension} parameters</summary>",
        f"<pre>{escape(space)}</pre></details>",
        *_sessions(sessions),
        "</section>",
    ]
    return "\n".join(parts)


def _sessions(sessions: list[Session]) -> list[str]:
    """Where it ran and of what code: the latest processes, the newest first."""
    if not sessions:
        return []
    many = f": {len(sessions)} processes" if len(sessions) > 1 else ""
    parts = [f"<h3>Where it ran{many}</h3>"]
    for session in sessions[::-1][:_SESSIONS]:
        told = [
            ("since", _moment(session.started)),
            ("trials", f"{len(session.trials):,}"),
            *lines(session.environment),
        ]
        parts.append(f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(text)}</dd>' for name, text in told)}</dl>")
    if len(sessions) > _SESSIONS:
        parts.append(f"<p class='soft'>{len(sessions) - _SESSIONS} earlier ones are in the record: study.sessions.</p>")
    return parts


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str, long: int | None = None) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(
        f"<tr>{''.join(f'<td{_class(k == long)}>{escape(text)}</td>' for k, text in enumerate(row))}</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f'<caption class="hush">{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )


def _class(long: bool) -> str:  # noqa: FBT001
    return ' class="long"' if long else ""


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _moment(seconds: float) -> str:
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
