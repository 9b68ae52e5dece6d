"""Past searches from wherever they are: tasks, studies, files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np

from tunewright.errors import StudyError, StudyExistsError, StudyNotFoundError
from tunewright.space import Space
from tunewright.storage import Storage, open_storage
from tunewright.strategies import Auto, Random, Strategy, Transfer, strategy_from_json
from tunewright.strategies.past.source import matched
from tunewright.study.founding import Founded, main_names
from tunewright.study.proposal import Proposer
from tunewright.study.stored import StoredLedger
from tunewright.trial import Goals, History, Recorded, Task

__all__ = ["Kin", "Past", "fitting", "noted", "tasks", "with_past"]

_MOST = 16  # tasks that a file given alone is asked for


@runtime_checkable
class Kin(Protocol):
    """A source that chooses by itself what a study learns from: a store."""

    @property
    def features(self) -> Mapping[str, float]:
        """What is known of the new task: its note ``"features"`` from then on; nothing as a rule."""
        ...

    def kin(self, space: Space, objective: str) -> list[Task]:
        """The tasks that a study of ``space`` with that objective learns from."""
        ...


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
        path = _there(Path(os.fsdecode(source).removeprefix("sqlite:///")))
        return [Task.load(path)] if path.suffix == ".json" else _filed(path, objective, studies)
    if not isinstance(getattr(source, "history", None), History):
        raise StudyError(
            f"what is learnt from must be a study, a tw.transfer.Task or the path of a file; "
            f"got {type(source).__name__}"
        )
    several = objective if len(source.history.metrics) > 1 else None
    return [Task.from_study(source, several, features=noted(getattr(source, "notes", {})))]


def fitting(path: Path, space: Space, objective: str, most: int | None = None) -> list[Task]:
    """The tasks of a file of studies from which one of ``space`` can learn; none where the file has none yet.

    That is those that measured ``objective``, and have a finite loss and a parameter of ``space``; of more than
    ``most`` those with the most of these parameters, and of equals the newest.

    Raises:
        DamagedFileError: it is no such file.
        StudyError: it has tasks with losses, and none of them fits; the message says what they have.
    """
    found = [task for task in _filed(path, objective, None, others=True) if np.isfinite(task.losses).any()]
    same = [task for task in found if task.objective == objective]
    if found and not same:
        there = ", ".join(sorted({repr(task.objective) for task in found}))
        raise StudyError(
            f"{path} has {len(found)} studies and none measured {objective!r}: they have {there}. If they mean the "
            "same say so, transfer_from=[task.renamed({past name: name}) for task in tw.transfer.tasks(path)]; "
            "otherwise leave transfer_from out"
        )
    shared = [len(set(task.names) & set(space.names)) for task in same]
    if same and not any(shared):
        there = ", ".join(sorted({name for task in same for name in task.names}))
        raise StudyError(
            f"{path} has {len(same)} studies of {objective!r} and none has a parameter of this one "
            f"({', '.join(space.names)}): they have {there}. Where only names differ "
            "use task.renamed({past name: name})"
        )
    order = sorted((k for k in range(len(same)) if shared[k]), key=lambda k: (-shared[k], -k))
    return [same[k] for k in sorted(order[:most])]


def with_past(
    sources: Past | Kin | Sequence[Past | Kin],
    storage: Storage | None,
    name: str,
    space: Space,
    goals: Goals,
    strategy: Strategy | None,
) -> tuple[Strategy | None, dict[str, float]]:
    """The strategy of a study that learns from ``sources``, which it keeps, and what is known of its task.

    The strategy is as it was where there is nothing to learn from, and a study that is in the storage already has its
    past with it: what is given is not read again.

    Raises:
        StudyError: sources that do not fit the study (see :func:`tunewright.strategies.past.source.matched`).
        StudyExistsError: the study that is there was founded without a past.
    """
    given = _listed(sources)
    if not given:
        return strategy, {}
    if storage is not None and name in storage.names():
        return _continued(storage, name, space, strategy, given), {}
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
    found: list[Task] = []
    for source in given:
        found += source.kin(space, objective) if isinstance(source, Kin) else tasks(source, objective=objective)
    chosen = strategy if isinstance(strategy, Transfer) else Transfer(strategy or Auto())
    past = tuple(matched(task, space, objective, goals.directions[objective], chosen.scores) for task in found)
    features = {name: value for source in given if isinstance(source, Kin) for name, value in source.features.items()}
    if not past:
        return strategy, features
    return replace(chosen, past=past), features


def _listed(sources: Any) -> list[Any]:
    """The sources one by one; a single path is a file of which the study chooses."""
    if isinstance(sources, (str, PathLike)):
        path = Path(os.fsdecode(sources).removeprefix("sqlite:///"))
        return [path] if path.suffix == ".json" else [_File(path)]
    if isinstance(sources, (Task, Kin)) or isinstance(getattr(sources, "history", None), History):
        return [sources]
    if not isinstance(sources, Sequence):
        raise StudyError(f"transfer_from must be studies, tasks, files or a store, or a list of them; got {sources!r}")
    return list(sources)


class _File:
    """A file of studies that is given alone."""

    features: Mapping[str, float] = {}

    def __init__(self, path: Path) -> None:
        self.path = path

    def kin(self, space: Space, objective: str) -> list[Task]:
        """See :class:`Kin`."""
        return fitting(_there(self.path), space, objective, _MOST)


def _continued(
    storage: Storage, name: str, space: Space, strategy: Strategy | None, given: Sequence[Any]
) -> Strategy | None:
    written = storage.header(name).strategy
    if written.get("strategy") != "Transfer" and all(isinstance(source, Kin) for source in given):
        return strategy  # there was nothing to learn from when it was founded
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


def _there(path: Path) -> Path:
    if not path.exists():
        raise StudyNotFoundError(f"there is no file {str(path)!r} to learn from")
    return path


def _filed(path: Path, objective: str | None, names: list[str] | None, *, others: bool = False) -> list[Task]:
    """The tasks of a file; with ``others`` those of other objectives too, of several the first."""
    storage = open_storage(path, readonly=True)
    try:
        found = []
        for name in main_names(storage) if names is None else names:
            founded = Founded.loaded(storage, name, None, Random(), None)
            proposer = Proposer(Random(), founded.seed or 0, founded.duplicates, founded.declared)
            ledger = StoredLedger(founded.space, founded.goals, proposer, storage, name)
            metrics = founded.goals.metrics
            several = objective if len(metrics) > 1 else None
            if others and several not in metrics:
                several = metrics[0]
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
