"""The values that go into a storage and come out of it.

Everything hangs on one integer. Each study has a *revision* that only grows; every change of the study takes the next
one, so revisions order all that ever happened to it. What was recorded before trial ``k`` was asked is then a query:
configurations with ``0 < asked <= seen[k]``, results with ``0 < told <= seen[k]``.
"""

from __future__ import annotations

__all__ = ["STATES", "Changes", "Claim", "Header", "Record", "Report", "Tell", "amended"]

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tunewright.errors import StudyError
from tunewright.trial.state import TrialState

Direction = Literal["minimize", "maximize"]

STATES = tuple(state.label for state in TrialState)
"""The names of the states, in the order of their numbers."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a study is: written once when it is created, grown only by ``Storage.update`` and ``amend``.

    Attributes:
        name: the study's name, unique in its storage.
        space: the search space as JSON text.
        objectives: the names of the objectives, in order, each with its direction.
        seed: key of all random streams, ``0 <= seed < 2**64``.
        strategy: how trials are suggested, as JSON values.
        options: anything else that the study wants to find again, as JSON values.
        created: when, in unix seconds (UTC).

    Raises:
        StudyError: a name, a direction or a seed that cannot be.
    """

    name: str
    space: str
    objectives: dict[str, Direction]
    seed: int
    strategy: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    created: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name or "\0" in self.name or not _encodable(self.name):
            raise StudyError(f"name must be text of at least one valid character, not {self.name!r}")
        if not isinstance(self.space, str):
            raise StudyError(f"space must be JSON text, not {type(self.space).__name__}")
        if not self.objectives or not set(self.objectives.values()) <= {"minimize", "maximize"}:
            raise StudyError(f"objectives must map names to 'minimize' or 'maximize', not {self.objectives!r}")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**64:
            raise StudyError(f"seed must be an integer in [0, 2**64), not {self.seed!r}")
        if not math.isfinite(self.created):
            raise StudyError(f"created must be unix seconds, not {self.created!r}")


@dataclass(slots=True)
class Record:
    """One trial as it is now.

    Attributes:
        number: 0, 1, 2, … in the order in which numbers were taken; no gaps.
        state: the number of a ``TrialState``.
        config: the configuration, or None while its suggestion is not yet written.
        values: the final metrics; NaN and infinities are kept as they came.
        sem: standard errors of ``values``, where the objective gave them.
        error: why it failed.
        metadata: whatever else was noted, JSON values.
        started: when it last began to run, unix seconds; None before.
        finished: when it ended, unix seconds; None before.
        seen: revision up to which the asker had seen everything when the suggestion was made (made again, if another
            trial got the same one meanwhile). Fixed once ``asked`` is.
        asked: revision at which a configuration became visible; 0 before. Never changes afterwards.
        told: revision of the final state; 0 while unfinished.
        revision: the latest change of this record (reports are entries of their own and do not count).
        attempt: how often it was put back into the queue.
    """

    number: int
    state: int
    config: dict[str, Any] | None = None
    values: dict[str, float] = field(default_factory=dict)
    sem: dict[str, float] | None = None
    error: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    started: float | None = None
    finished: float | None = None
    seen: int = 0
    asked: int = 0
    told: int = 0
    revision: int = 0
    attempt: int = 0


@dataclass(slots=True)
class Report:
    """What a running trial said of itself at one step."""

    number: int
    step: int
    metrics: dict[str, float]
    revision: int
    attempt: int = 0


@dataclass(slots=True)
class Changes:
    """All that happened after a revision: each changed record once, as it is now.

    Attributes:
        revision: the study's revision; pass it as ``since`` next time.
        records: changed trials, ordered by ``revision``.
        reports: new reports, ordered by ``revision``.
        header: the header if it changed (always when asked since 0), else None.
    """

    revision: int
    records: list[Record] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    header: Header | None = None


@dataclass(slots=True)
class Claim:
    """The trials that one ``ask`` took.

    Attributes:
        numbers: all of them: queued ones first (lowest number first), then new ones.
        enqueued: the configurations of those that came from the queue with one.
        seen: the revision the suggestions are a function of (everything up to it is known).
        revision: the revision after the claim; nothing but this claim happened between ``seen`` and it.
        changes: what happened after ``since`` up to ``seen``.
    """

    numbers: list[int]
    enqueued: dict[int, dict[str, Any]]
    seen: int
    revision: int
    changes: Changes


@dataclass(slots=True)
class Tell:
    """The end of one trial, for ``Storage.tell_many``."""

    number: int
    state: int
    values: Mapping[str, float]
    finished: float
    sem: Mapping[str, float] | None = None
    error: str | None = None
    metadata: Mapping[str, Any] | None = None


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def amended(
    there: Mapping[str, Any], notes: Mapping[str, Any] | None, options: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Options of a header after ``Storage.amend``."""
    merged = {**there, **(options or {})}
    if notes:
        merged["notes"] = {**merged.get("notes", {}), **notes}
    return merged
