"""Schedulers by the name their record gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tunewright.errors import StudyError
from tunewright.schedulers.protocol import Scheduler

__all__ = ["scheduler_from_json"]

_MAKERS: dict[str, Callable[[Mapping[str, Any]], Scheduler]] = {}


def scheduler_from_json(options: Mapping[str, Any]) -> Scheduler:
    """The scheduler whose ``to_json`` gave ``options``.

    Raises:
        StudyError: not one of this package's schedulers.
    """
    name = options.get("scheduler")
    if name not in _MAKERS:
        raise StudyError(
            f"the study was run with the scheduler {name!r}, which cannot be rebuilt by name: "
            "pass it again, Study.load(..., scheduler=...)"
        )
    return _MAKERS[name](options)
