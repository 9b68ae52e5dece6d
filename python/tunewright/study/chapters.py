"""Chapters of a space as they are kept: in the text of the space, beside what holds every trial."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tunewright.space import Space
from tunewright.trial import History
from tunewright.trial.chapters import Chapter, spanning

__all__ = ["read", "record_of", "written"]


def record_of(record: Space, search: Space) -> Space:
    """``record`` grown to hold what ``search`` does.

    Raises:
        SpaceError: a parameter whose domains have no union.
    """
    domains = dict(record.by_name)
    for name, domain in search.by_name.items():
        domains[name] = spanning(domains[name], domain) if name in domains else domain
    if domains == dict(record.by_name):
        return record
    return search.remade(domains).freeze()


def written(history: History, record: Space, search: Space, assumed: Mapping[str, Any], revision: int) -> str:
    """The space's text with its chapters: those of the record so far, and the one that begins at ``revision``."""
    before = history.chapters or (Chapter(0, history.space),)
    document = json.loads(record.to_json())
    document["chapters"] = [_to_json(chapter) for chapter in (*before, Chapter(revision, search, assumed))]
    return json.dumps(document, allow_nan=False)


def read(text: str, like: Space | None) -> tuple[Chapter, ...]:
    """The chapters in a space's text; none where it was never changed."""
    chapters = json.loads(text).get("chapters", ())
    found = []
    for entry in chapters:
        space = Space.from_json(json.dumps(entry["space"]), like=like).freeze()
        assumed = {name: space[name].value_of_json(value) for name, value in entry["assumed"].items()}
        found.append(Chapter(int(entry["revision"]), space, assumed))
    return tuple(found)


def _to_json(chapter: Chapter) -> dict[str, Any]:
    space = chapter.space
    assumed = {name: space[name].json_value(value) for name, value in chapter.assumed.items()}
    return {"revision": chapter.revision, "space": json.loads(space.to_json()), "assumed": assumed}
