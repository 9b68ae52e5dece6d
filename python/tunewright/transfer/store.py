"""A task store: a file of studies in which each says what it is a search for."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.storage import Sqlite
from tunewright.strategies import Random
from tunewright.study import Study
from tunewright.study.past import fitting, noted
from tunewright.study.past import tasks as tasks_of
from tunewright.transfer.kinship import relatives
from tunewright.trial import Recorded, Task

__all__ = ["Store"]


class Store:
    """Past tasks in an SQLite file, with their features.

    The file is one of studies (see docs/storage.md): those that are run in it are its tasks, and :meth:`add` brings
    others. Features are the study's note ``"features"``. Any number of processes may read and write at once.

    ``Study(..., transfer_from=store)`` takes the tasks of which it can learn: those with its objective and some of its
    parameters, of more than ``most`` the most alike. By what they are searches for where ``features`` of the new task
    are given, which become the study's note, so that later ones find it; by how many parameters they share otherwise.

    Args:
        path: the file; made if it is missing.
        features: of the new task, see :meth:`relatives`.
        most: how many tasks a study takes at most.

    Raises:
        StorageError: the place cannot be used; the message says why and what to do.
        DamagedFileError: the file is not a study file, or damaged. It is left as it is.
        NewerFileError: a newer version wrote it.
    """

    def __init__(
        self, path: str | PathLike[str], *, features: Mapping[str, float] | None = None, most: int = 16
    ) -> None:
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise ValueError(f"most: expected a whole number from 1 upwards, got {most!r}")
        self.path = Path(path)
        self.features = _numbers(features or {})
        self.most = most
        Sqlite(self.path).close()

    def kin(self, space: Space, objective: str) -> list[Task]:
        """The tasks that a study of ``space`` with that objective learns from; none while the file has none.

        Raises:
            StudyError: there are tasks, but none with that objective, none with a parameter of the space, or none with
                one of the features.
        """
        if not self.features:
            return fitting(self.path, space, objective, self.most)
        found = fitting(self.path, space, objective)
        return relatives(found, self.features, self.most) if found else []

    def names(self) -> list[str]:
        """All studies in the file, in the order of their creation."""
        storage = Sqlite(self.path, readonly=True)
        try:
            return storage.names()
        finally:
            storage.close()

    def tasks(self, *, objective: str | None = None) -> list[Task]:
        """The tasks in the order of their creation: of each study, without confirmations of another one.

        Raises:
            StudyError: a study has several objectives and none was named.
        """
        return tasks_of(self.path, objective=objective)

    def describe(self, name: str, features: Mapping[str, float]) -> dict[str, float]:
        """Give features to a study of the file beside those it has; returns them all.

        Of two processes that describe one study at the same moment the later one counts. A study that is open says
        ``study.note("features", {...})`` instead.

        Raises:
            StudyNotFoundError: no such study; the message lists those there are.
            StudyError: a feature that is no number.
        """
        storage = Sqlite(self.path)
        try:
            merged = noted(storage.header(name).options.get("notes", {})) | _numbers(features)
            storage.amend(name, notes={"features": merged})
            return merged
        finally:
            storage.close()

    def add(self, past: Task | Recorded, features: Mapping[str, float] | None = None) -> Task:
        """Copy a study, or a task, into the file under its name; returns the task.

        A copy that was cut short is a study with fewer trials: delete it (``tunewright delete``) and add it again.

        Raises:
            StudyExistsError: a study of that name is there, or another process is just adding one.
        """
        (task,) = tasks_of(past)
        known = {**task.features, **_numbers(features or {})}
        if task.aliases:
            raise StudyError(f"task {task.name!r} was renamed; add it under the names it was searched with")
        study = Study(
            task.space,
            directions={task.objective: task.direction},
            strategy=Random(),
            storage=self.path,
            name=task.name,
            seed=secrets.randbits(63),  # of its own: a study that is there has another one, and is refused
            duplicates="allow",
        )
        study.note("features", known)
        _tell(study, task)
        return Task.from_study(study, features=known)

    def relatives(
        self, features: Mapping[str, float], count: int = 3, *, space: Space | None = None, objective: str | None = None
    ) -> list[Task]:
        """The ``count`` tasks nearest to a new one: what ``transfer_from=`` takes, see :func:`relatives`.

        Args:
            features: of the new task.
            count: how many at most.
            space: of the new task: tasks that share no parameter with it are passed over.
            objective: which objective of studies that have several.

        Raises:
            StudyError: no task shares a parameter, or none a feature.
        """
        found = self.tasks(objective=objective)
        sharing = [task for task in found if space is None or set(task.names) & set(space.names)]
        if found and not sharing and space is not None:
            raise StudyError(
                f"{self.path} has {len(found)} tasks, and none has a parameter of the new space "
                f"({', '.join(space.names)})"
            )
        return relatives(sharing, features, count)

    def __repr__(self) -> str:
        features = f", features={self.features}" if self.features else ""
        return f"Store({str(self.path)!r}{features}, most={self.most})"


def _tell(study: Study, task: Task) -> None:
    """The trials of a task, told one after another."""
    configs, values = task.configs, task.values.tolist()
    study.enqueue(configs)
    for row, (trial, value) in enumerate(zip(study.ask(len(configs)), values, strict=True)):
        for step, loss in zip(*task.curve(row), strict=True):
            trial.report(int(step), **{task.objective: loss if task.direction == "minimize" else -loss})
        if np.isnan(value):
            study.tell(trial, state="failed")
        else:
            study.tell(trial, value)


def _numbers(features: Mapping[str, Any] | Sequence[Any]) -> dict[str, float]:
    """The features as floats.

    Raises:
        StudyError: they are no numbers by name.
    """
    fits = isinstance(features, Mapping) and all(
        isinstance(name, str) and isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
        for name, value in features.items()
    )
    if not fits or not isinstance(features, Mapping):
        raise StudyError(f"features must map names to numbers, such as {{'rows': 1797}}; got {features!r}")
    return {name: float(value) for name, value in features.items()}
