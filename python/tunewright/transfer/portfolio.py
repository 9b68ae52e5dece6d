"""A few configurations that serve many tasks: what to try first on the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.strategies.past.greedy import greedy
from tunewright.study import Study
from tunewright.study.past import Past
from tunewright.study.past import tasks as tasks_of
from tunewright.transfer.agreement import weights_of
from tunewright.transfer.regrets import aligned, table
from tunewright.trial import Task
from tunewright.trial.columns import Array
from tunewright.trial.written import headed, loaded, reading, save

__all__ = ["Portfolio"]

_VERSION = 1


@dataclass(frozen=True)
class Portfolio:
    """Configurations in the order in which to try them.

    Attributes:
        space: their parameters.
        configs: the configurations, the one that is best on average first.
        regrets: after each, the mean over the tasks of how far the best so far stays behind the task's best: 0 none, 1
            as far as the task's median.
        objective: what the tasks measured.
        direction: ``"minimize"`` or ``"maximize"``.
        weights: of each task, by name: equal, or what :meth:`fit` made of a study's first trials.
    """

    space: Space
    configs: tuple[dict[str, Any], ...]
    regrets: tuple[float, ...]
    objective: str
    direction: str
    weights: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def fit(
        cls,
        past: Past | Sequence[Past],
        size: int = 10,
        *,
        objective: str | None = None,
        candidates: int | Sequence[Mapping[str, Any]] = 100,
        after: Study | None = None,
        seed: int = 0,
    ) -> Portfolio:
        """The portfolio of earlier searches: picked greedily, each configuration the one that helps most.

        Each task's losses become regrets between 0 (its best) and 1 (its median and all beyond, or failed). What a task
        did not measure is predicted by a forest over what it did. See
        :func:`~tunewright.strategies.past.greedy.greedy`.

        Args:
            past: studies, files of studies, or :class:`~tunewright.transfer.Task` objects, all of one space.
            size: how many configurations; fewer where there are no more candidates.
            objective: which objective of studies that have several.
            candidates: what is picked from: so many of the best of each task, or these configurations.
            after: a study of the new task with a few trials done (five, say): tasks then count by how well they rank
                those trials (Kendall's tau, 0 where it is negative; all alike where none agrees), and what the trials
                reached is built upon.
            seed: of the forests.

        Raises:
            StudyError: no tasks, tasks of other spaces, objectives or directions, or with less than three losses.
            ConfigError: a candidate that the space does not contain.
        """
        tasks = aligned(_gathered(past, objective))
        space = tasks[0].space
        _positive("size", size)
        natives = _candidates(tasks, candidates)
        done = None
        if after is not None:
            _same_goal(after, tasks[0].objective, tasks[0].direction, "after")
            done = _finished(after, space, tasks[0].objective)
        weights, picks, means = _chosen(tasks, natives, size, done, seed)
        return cls(
            space,
            tuple(space.configs(natives[picks])),
            tuple(means),
            tasks[0].objective,
            tasks[0].direction,
            dict(zip(_distinct([task.name for task in tasks]), (weights / weights.sum()).tolist(), strict=True)),
        )

    def __len__(self) -> int:
        return len(self.configs)

    def enqueue(self, study: Study, count: int | None = None) -> list[int]:
        """Let a study run the first ``count`` configurations (all by default) next; returns their trial numbers.

        Raises:
            StudyError: the study has another objective or direction.
            ConfigError: a configuration that the study's space does not contain.
        """
        _same_goal(study, self.objective, self.direction, "study")
        if count is not None:
            _positive("count", count)
        return study.enqueue(self.configs[:count])

    def to_json(self) -> dict[str, Any]:
        """The portfolio as JSON values."""
        parts = {
            "space": self.space.to_json(),
            "objective": self.objective,
            "direction": self.direction,
            "configs": [self.space.config_to_json(config) for config in self.configs],
            "regrets": list(self.regrets),
            "weights": dict(self.weights),
        }
        return headed("portfolio", _VERSION, parts)

    @classmethod
    def from_json(cls, data: Any) -> Portfolio:
        """The portfolio that :meth:`to_json` wrote.

        Raises:
            DamagedFileError: it is not one.
        """
        with reading(data, "portfolio", _VERSION):
            space = Space.from_json(data["space"])
            configs = tuple(space.config_from_json(config) for config in data["configs"])
            space.natives(configs)
            return cls(
                space,
                configs,
                tuple(float(regret) for regret in data["regrets"]),
                str(data["objective"]),
                str(data["direction"]),
                {str(name): float(weight) for name, weight in data["weights"].items()},
            )

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the portfolio into a file of its own, ``.json`` as a rule; returns the path."""
        return save(path, self.to_json(), indent=1)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Portfolio:
        """The portfolio that :meth:`save` wrote.

        Raises:
            DamagedFileError: the file has something else.
        """
        return cls.from_json(loaded(path, "portfolio"))


def _chosen(
    tasks: Sequence[Task], natives: Array, size: int, done: Task | None, seed: int
) -> tuple[Array, list[int], list[float]]:
    """Weights of the tasks, picks among ``natives`` and the regrets they leave, after the trials ``done``."""
    if done is None or not len(done):
        return np.ones(len(tasks)), *greedy(table(tasks, natives, seed), size)
    regrets = table(tasks, np.concatenate([natives, done.natives]), seed)
    ahead, tried = regrets[:, : len(natives)], regrets[:, len(natives) :]
    weights = weights_of(tried, done.losses)
    return weights, *greedy(ahead, size, weights=weights, reached=tried.min(axis=1))


def _gathered(past: Past | Sequence[Past], objective: str | None) -> list[Task]:
    """The tasks of one source or of several."""
    sources = past if isinstance(past, Sequence) and not isinstance(past, str) else [past]
    return [task for source in sources for task in tasks_of(source, objective=objective)]


def _candidates(tasks: Sequence[Task], given: int | Sequence[Mapping[str, Any]]) -> Array:
    """Native rows (c, D), each once, in the order of the tasks and from the best on."""
    space = tasks[0].space
    if isinstance(given, int):
        _positive("candidates", given)
        rows = np.concatenate([task.best(given) for task in tasks])
    else:
        rows = space.natives(list(given))
        if not len(rows):
            raise ValueError("candidates: expected at least one configuration, got none")
    first = sorted({row.tobytes(): place for place, row in reversed(list(enumerate(rows)))}.values())
    chosen: Array = rows[first]
    return chosen


def _finished(study: Study, space: Space, objective: str) -> Task:
    """The trials of ``study`` that have a loss, as rows of ``space``."""
    task = Task.from_study(study, objective)
    if set(task.names) != set(space.names):
        raise StudyError(
            f"after: study {study.name!r} has the parameters {', '.join(task.names)}, "
            f"the tasks {', '.join(space.names)}"
        )
    there = np.isfinite(task.losses)
    return Task(task.name, space, space.natives(task.space.configs(task.natives[there])), task.losses[there])


def _same_goal(study: Study, objective: str, direction: str, argument: str) -> None:
    if study.directions.get(objective) != direction:
        theirs = ", ".join(f"{way} {name!r}" for name, way in study.directions.items())
        raise StudyError(
            f"{argument}: study {study.name!r} is to {theirs}, and the tasks were to {direction} {objective!r}: "
            "what was good there need not be good here"
        )


def _positive(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}: expected a whole number from 1 upwards, got {value!r}")


def _distinct(names: Sequence[str]) -> list[str]:
    """The names; of those that come again, with their place."""
    return [name if name not in names[:place] else f"{name} ({place})" for place, name in enumerate(names)]
