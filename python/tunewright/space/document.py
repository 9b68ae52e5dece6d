"""The JSON form of a space.

    {"format": "tunewright-space", "version": 1,
     "parameters": [{"name": ..., "type": "Float", "low": ..., ...}, ...],
     "constraints": [{"type": "Forbidden", "expression": ...}, ...]}

A kind of space of its own has its name under "type" and what it needs beside: {"type": "Table", "rows": ...}.
Numbers are written so that float64 reads back the same bits.
"""

from __future__ import annotations

__all__ = ["FORMAT", "VERSION", "dump", "load"]

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tunewright.errors import ConfigError, DomainError, SpaceError
from tunewright.space.constraint import Constraint, constraint_from_json
from tunewright.space.domain import Domain
from tunewright.space.literal import Known

FORMAT = "tunewright-space"
VERSION = 1


def dump(domains: Mapping[str, Domain], constraints: Sequence[Constraint], fields: Mapping[str, Any]) -> str:
    """Return the JSON text, with ``fields`` of the kind of space beside what all have.

    Raises:
        SpaceError: something that JSON cannot hold: a function as a constraint, a distribution of the user's own.
    """
    document = {
        "format": FORMAT,
        "version": VERSION,
        "parameters": [{"name": name, **domain.to_json()} for name, domain in domains.items()],
        "constraints": [constraint.to_json() for constraint in constraints],
        **fields,
    }
    return json.dumps(document, allow_nan=False)


def load(text: str, known: Mapping[str, Known]) -> tuple[dict[str, Domain], list[Constraint], dict[str, Any]]:
    """Return the domains and constraints that ``dump`` wrote, and the whole document.

    Args:
        text: the JSON text.
        known: for each parameter, the objects among its values that JSON cannot hold, by label.

    Raises:
        SpaceError: not such a text, or written by a newer version.
    """
    document = _document(text)
    try:
        domains: dict[str, Domain] = {}
        for entry in document["parameters"]:
            fields = {field: value for field, value in entry.items() if field != "name"}
            domains[entry["name"]] = Domain.from_json(fields, known, entry["name"])
        return domains, [constraint_from_json(entry) for entry in document["constraints"]], document
    except (KeyError, TypeError, AttributeError, ConfigError, DomainError) as error:
        raise SpaceError(f"the JSON text of the space is damaged: {type(error).__name__}: {error}") from error


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (TypeError, ValueError) as error:
        raise SpaceError(f"not the JSON text of a space: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise SpaceError(f'not the JSON text of a space: "format": "{FORMAT}" is missing')
    version = document.get("version")
    if not isinstance(version, int) or version < 1:
        raise SpaceError(f'not the JSON text of a space: "version" must be a positive integer, got {version!r}')
    if version > VERSION:
        raise SpaceError(
            f"the space was written in format version {version} and this tunewright reads up to {VERSION}; upgrade "
            f"tunewright to read it"
        )
    return document
