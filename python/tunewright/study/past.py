"""Past searches from wherever they are: tasks, studies, files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from tunewright.errors import StudyError, StudyExistsError, StudyNotFoundError
from tunewright.space import Space
from tunewright.storage import Storage, open_storage
from tunewright.strategies import Auto, Random, Strategy, Transfer, strategy_from_json
from tunewright.strategies.past.source import matched
from tunewright.study.founding import Founded, main_names
from tunewright.study.proposal import Proposer
from tunewright.study.stored import StoredLedger
from tunewright.trial import Goals, History, Recorded, Task

__all__ = ["Past", "noted", "tasks", "with_past"]

Past: TypeAlias = "Task | Recorded | str | PathLike[str]"
"""A task, a study, or a file: one with studies, or a ``.json`` with a task that :meth:`Task.save` wrote."""


def tasks(source: Past, *, objective: str | None = None, studies: list[str] | None = None) -> list[Task]:
    """The tasks that a source has: one of a task or a study, one of each study in a file.

    Args:
        source: a task, a study, or the path of a file: of studies, or of a task (``.json``).
        objective: which objective of studies that have several; of one with a single one that is meant.
        studies: names of the studies to take of a file; all by default, without their confirmations.

    Raises:
        DamagedFileError: the file is neither.
        StudyNotFoundError: there is no such file, or no such study in it.
        StudyError: a source of another kind, or several objectives and none named.
    """
    if isinstance(source, Task):
        return [source]
    if isinstance(source, (str, PathLike)):
        path = Path(os.fsdecode(source).removeprefix("sqlite:///"))
        if not path.exists():
            raise StudyNotFoundError(f"there is no file {str(path)!r} to learn from")
        return [Task.load(path)] if path.suffix == ".json" else _filed(path, objective, studies)
    if not isinstance(getattr(source, "history", None), History):
        raise StudyError(
            f"what is learnt from must be a study, a tw.transfer.Task or the path of a file; "
            f"got {type(source).__name__}"
        )
    several = objective if len(source.history.metrics) > 1 else None
    return [Task.from_study(source, several, features=noted(getattr(source, "notes", {})))]


def with_past(
    sources: Sequence[Past], storage: Storage | None, name: str, space: Space, goals: Goals, strategy: Strategy | None
) -> Strategy | None:
    """The strategy of a study that learns from ``sources``, which it keeps; ``strategy`` as it is without any.

    A study that is in the storage already has its past with it: what is given is not read again.

    Raises:
        StudyError: sources that do not fit the study (see :func:`tunewright.strategies.past.source.matched`).
        StudyExistsError: the study that is there was founded without a past.
    """
    if isinstance(sources, (str, PathLike, Task)) or not isinstance(sources, Sequence):
        raise StudyError(f"transfer_from must be a list of studies, tasks or files; got {sources!r}")
    if not sources:
        return strategy
    if storage is not None and name in storage.names():
        return _continued(storage, name, space, strategy)
    if not space.names:
        raise StudyError(
            "transfer_from needs a declared space, Study(Space(...)): names met while running match nothing"
        )
    if len(goals.metrics) != 1:
        raise StudyError(
            f"what past studies teach is of one objective, this study has {', '.join(goals.metrics)}: leave "
            "transfer_from out, and enqueue good configurations instead, study.enqueue([...])"
        )
    objective = goals.metrics[0]
    found = [task for source in sources for task in tasks(source, objective=objective)]
    past = tuple(matched(task, space, objective, goals.directions[objective]) for task in found)
    if isinstance(strategy, Transfer):
        return replace(strategy, past=past)
    return Transfer(strategy or Auto(), past=past)


def _continued(storage: Storage, name: str, space: Space, strategy: Strategy | None) -> Strategy | None:
    written = storage.header(name).strategy
    if written.get("strategy") != "Transfer":
        raise StudyExistsError(
            f"a study {name!r} is already there and was founded without a past, which cannot join it later: choose "
            "another name=, or leave transfer_from out to continue it"
        )
    if strategy is None:
        return None
    there = strategy_from_json(written, space)
    past = there.past if isinstance(there, Transfer) else ()
    return replace(strategy, past=past) if isinstance(strategy, Transfer) else Transfer(strategy, past=past)


def _filed(path: Path, objective: str | None, names: list[str] | None) -> list[Task]:
    storage = open_storage(path, readonly=True)
    try:
        found = []
        for name in main_names(storage) if names is None else names:
            founded = Founded.loaded(storage, name, None, Random(), None)
            proposer = Proposer(Random(), founded.seed or 0, founded.duplicates, founded.declared)
            ledger = StoredLedger(founded.space, founded.goals, proposer, storage, name)
            several = objective if len(founded.goals.metrics) > 1 else None
            filed = _Filed(name, ledger.history)
            found.append(Task.from_study(filed, several, features=noted(founded.notes)))
        return found
    finally:
        storage.close()


def noted(notes: Mapping[str, Any]) -> dict[str, float]:
    """What is known of a study's task: its note ``"features"``, where that maps names to numbers."""
    features = notes.get("features")
    fits = isinstance(features, Mapping) and all(type(value) in (int, float) for value in features.values())
    return {str(name): float(value) for name, value in features.items()} if fits and features else {}


class _Filed:
    """A study's name and record, without the study."""

    def __init__(self, name: str, history: History) -> None:
        self.name = name
        self.history = history
