"""Past searches from wherever they are: tasks, studies, files."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from tunewright.errors import StudyError, StudyNotFoundError
from tunewright.storage import open_storage
from tunewright.strategies import Random
from tunewright.study.founding import Founded, main_names
from tunewright.study.proposal import Proposer
from tunewright.study.stored import StoredLedger
from tunewright.trial import History, Recorded, Task

__all__ = ["Past", "tasks"]

Past: TypeAlias = "Task | Recorded | str | PathLike[str]"
"""A task, a study, or a file: one with studies, or a ``.json`` with a task that :meth:`Task.save` wrote."""


def tasks(source: Past, *, objective: str | None = None, studies: list[str] | None = None) -> list[Task]:
    """The tasks that a source has: one of a task or a study, one of each study in a file.

    Args:
        source: a task, a study, or the path of a file: of studies, or of a task (``.json``).
        objective: which objective of studies that have several.
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
    return [Task.from_study(source, objective)]


def _filed(path: Path, objective: str | None, names: list[str] | None) -> list[Task]:
    storage = open_storage(path, readonly=True)
    try:
        found = []
        for name in main_names(storage) if names is None else names:
            founded = Founded.loaded(storage, name, None, Random(), None)
            proposer = Proposer(Random(), founded.seed or 0, founded.duplicates, founded.declared)
            ledger = StoredLedger(founded.space, founded.goals, proposer, storage, name)
            found.append(Task.from_study(_Filed(name, ledger.history), objective))
        return found
    finally:
        storage.close()


class _Filed:
    """A study's name and record, without the study."""

    def __init__(self, name: str, history: History) -> None:
        self.name = name
        self.history = history
