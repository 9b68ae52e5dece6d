"""A past search as plain columns: what later ones may learn from.

n  configurations        D  parameters of the task's space        r  reports
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.trial.columns import Array
from tunewright.trial.history import History
from tunewright.trial.written import headed, loaded, reading, save

__all__ = ["Recorded", "Task"]

_VERSION = 1
_SIGNS = {"minimize": 1.0, "maximize": -1.0}


class Recorded(Protocol):
    """What has a name and a record: a study."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def history(self) -> History: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Task:
    """Configurations that were tried on something once, and how good they were.

    Attributes:
        name: of the task, for people.
        space: the parameters that were searched.
        natives: (n, D) native rows of ``space`` (see :class:`~tunewright.Space`), NaN where a parameter does not exist.
        losses: (n,) less is better, whatever the direction; NaN where a trial failed.
        objective: name of what was measured.
        direction: ``"minimize"`` or ``"maximize"``: what was wanted of the objective's value.
        curves: (r, 3) row of the configuration, step, loss of each report, ordered by row and step; none as a rule.
        features: what is known of the task, by name: numbers of its data, its network.
        aliases: other names for parameters of the space, ``{past name: present name}`` (see :meth:`renamed`).

    Raises:
        StudyError: columns whose shapes do not fit, or a direction that is none.
    """

    name: str
    space: Space
    natives: Array
    losses: Array
    objective: str = "loss"
    direction: str = "minimize"
    curves: Array = field(default_factory=lambda: np.zeros((0, 3)))
    features: Mapping[str, float] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        natives, losses, curves = (np.asarray(c, dtype=np.float64) for c in (self.natives, self.losses, self.curves))
        n, d = len(losses), self.space.dimension
        for what, column, shape in (("natives", natives, (n, d)), ("losses", losses, (n,))):
            if column.shape != shape:
                raise StudyError(f"task {self.name!r}: {what} must have shape {shape}, got {column.shape}")
        if curves.ndim != 2 or curves.shape[1] != 3 or not _rows_of(curves, n):
            raise StudyError(
                f"task {self.name!r}: curves must have shape (r, 3): a row from 0 to {n - 1}, a step and a loss of "
                f"each report; got shape {curves.shape}"
            )
        if self.direction not in _SIGNS:
            raise StudyError(f"task {self.name!r}: direction must be 'minimize' or 'maximize'; got {self.direction!r}")
        for name, value in (("natives", natives), ("losses", losses), ("curves", curves)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "features", {name: float(value) for name, value in self.features.items()})

    # -- where they come from ----------------------------------------------------------------------

    @classmethod
    def from_study(
        cls, study: Recorded, objective: str | None = None, *, features: Mapping[str, float] | None = None
    ) -> Task:
        """The trials of a study that ended, in order of their numbers.

        A pruned trial has no loss (NaN), as a failed one; what both reported is among the curves.

        Args:
            study: a study, finished or not.
            objective: which of its objectives; may be left out where there is one.
            features: what is known of the task.

        Raises:
            StudyError: an objective that the study does not have, or several and none named.
        """
        history = study.history
        place = _place(study.name, history.metrics, objective)
        ended = np.flatnonzero(history.told > 0)
        losses = np.where(history.complete, history.losses[:, place], np.nan)[ended]
        return cls(
            study.name,
            history.space,
            history.natives[ended].copy(),
            losses,
            history.metrics[place],
            history.goals.directions[history.metrics[place]],
            _curves(history, place, ended),
            features or {},
        )

    @classmethod
    def from_arrays(
        cls,
        name: str,
        space: Space,
        configs: Sequence[Mapping[str, Any]] | Array,
        values: Any,
        *,
        objective: str = "loss",
        direction: str = "minimize",
        features: Mapping[str, float] | None = None,
    ) -> Task:
        """A task from configurations and their values.

        Args:
            name: of the task.
            space: the parameters.
            configs: dictionaries ``{name: value}``, or their coordinates in the unit cube, shape (n, D).
            values: (n,) what was measured, in its own direction; NaN where nothing was.
            objective: name of what was measured.
            direction: ``"minimize"`` or ``"maximize"``.
            features: what is known of the task.

        Raises:
            ConfigError: a configuration that the space does not contain.
            StudyError: not as many values as configurations.
        """
        if isinstance(configs, np.ndarray):
            natives = space.decode(configs)
        else:
            natives = space.natives(list(configs)) if len(configs) else np.zeros((0, space.dimension))
        losses = np.asarray(values, dtype=np.float64) * _SIGNS.get(direction, 1.0)
        return cls(name, space, natives, losses, objective, direction, features=features or {})

    # -- what they hold ----------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.losses)

    @property
    def names(self) -> tuple[str, ...]:
        """What the parameters are called now, in the order of the space."""
        return tuple(self.aliases.get(name, name) for name in self.space.names)

    @property
    def unit(self) -> Array:
        """Coordinates in the unit cube, shape (n, D); NaN where a parameter does not exist."""
        return self.space.encode(self.natives)

    @property
    def configs(self) -> list[dict[str, Any]]:
        """The configurations, ``{name: value}`` each."""
        return self.space.configs(self.natives)

    @property
    def values(self) -> Array:
        """What was measured, in its own direction, shape (n,)."""
        values: Array = self.losses * _SIGNS[self.direction]
        return values

    def curve(self, row: int) -> tuple[Array, Array]:
        """Steps and losses (k,) each of one configuration's reports, in order of steps."""
        own = self.curves[self.curves[:, 0] == row]
        return own[:, 1], own[:, 2]

    def best(self, count: int = 1) -> Array:
        """Native rows of the ``count`` best configurations, best first, shape (at most count, D)."""
        order = np.argsort(self.losses, kind="stable")  # NaN comes last
        return self.natives[order[: min(count, int(np.isfinite(self.losses).sum()))]]

    # -- changes -----------------------------------------------------------------------------------

    def renamed(self, names: Mapping[str, str]) -> Task:
        """The same task where parameters, or the objective, have other names: ``{name in the task: name now}``.

        Raises:
            StudyError: a name that the task does not have, or two parameters of one name.
        """
        unknown = [name for name in names if name not in self.space and name != self.objective]
        if unknown:
            raise StudyError(
                f"task {self.name!r} has no {unknown[0]!r}: it has the parameters {', '.join(self.space.names)} and "
                f"the objective {self.objective!r}"
            )
        aliases = {**self.aliases, **names}
        after = [aliases.get(name, name) for name in self.space.names]
        if len(set(after)) < len(after):
            raise StudyError(f"task {self.name!r}: two parameters would have the same name among {', '.join(after)}")
        return replace(self, aliases=aliases, objective=names.get(self.objective, self.objective))

    # -- JSON --------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """The task as JSON values; numbers are kept to the last bit."""
        parts = {
            "name": self.name,
            "space": self.space.to_json(),
            "objective": self.objective,
            "direction": self.direction,
            "rows": len(self.losses),
            "natives": packed(self.natives),
            "losses": packed(self.losses),
            "curves": packed(self.curves),
            "aliases": dict(self.aliases),
            "features": {name: v if math.isfinite(v) else repr(v) for name, v in self.features.items()},
        }
        return headed("task", _VERSION, parts)

    @classmethod
    def from_json(cls, data: Any) -> Task:
        """The task that :meth:`to_json` wrote.

        Raises:
            DamagedFileError: it is not one.
        """
        with reading(data, "task", _VERSION):
            space, n = Space.from_json(data["space"]), int(data["rows"])
            return cls(
                data["name"],
                space,
                unpacked(data["natives"], (n, space.dimension)),
                unpacked(data["losses"], (n,)),
                data["objective"],
                data["direction"],
                unpacked(data["curves"], (-1, 3)),
                data["features"],
                data.get("aliases", {}),
            )

    def save(self, path: str | Path) -> Path:
        """Write the task into a file of its own, ``.json`` as a rule; returns the path."""
        return save(path, self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> Task:
        """The task that :meth:`save` wrote.

        Raises:
            DamagedFileError: the file has something else.
        """
        return cls.from_json(loaded(path, "task"))

    def __repr__(self) -> str:
        known = int(np.isfinite(self.losses).sum())
        return f"Task({self.name!r}, {len(self)} configurations, {known} with a {self.objective}, {self.direction}d)"


def packed(array: Array) -> str:
    """Float64 numbers as text, to the last bit."""
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f8").tobytes()).decode("ascii")


def unpacked(text: str, shape: tuple[int, ...]) -> Array:
    """The numbers that :func:`packed` wrote.

    Raises:
        ValueError: not such a text, or not so many.
    """
    numbers = np.frombuffer(base64.b64decode(text, validate=True), dtype="<f8")
    return np.array(numbers.reshape(shape), dtype=np.float64)


def _place(name: str, metrics: Sequence[str], objective: str | None) -> int:
    """Which of the objectives."""
    if objective is None and len(metrics) == 1:
        return 0
    if objective is None or objective not in metrics:
        said = "say which of them" if objective is None else f"not {objective!r}"
        raise StudyError(f"study {name!r} has the objectives {', '.join(map(repr, metrics))}: {said}")
    return list(metrics).index(objective)


def _curves(history: History, place: int, ended: np.ndarray[Any, np.dtype[np.intp]]) -> Array:
    """The reports of the trials ``ended``, whose place there is their row."""
    reports = history.reports
    if not len(reports):
        return np.zeros((0, 3))
    rows = np.full(history.n + 1, -1)  # the last stands for nobody
    rows[ended] = np.arange(len(ended))
    row = rows[reports.trial]
    loss = reports.values[:, place] * history.signs[place]
    there = (row >= 0) & (reports.trial >= 0) & ~np.isnan(loss)
    table = np.column_stack([row, reports.step, loss])[there].astype(np.float64)
    ordered: Array = table[np.lexsort((table[:, 1], table[:, 0]))]
    return ordered


def _rows_of(curves: Array, n: int) -> bool:
    """Whether the first column has nothing but rows."""
    rows = curves[:, 0]
    return bool(((rows >= 0) & (rows < n) & (rows == np.floor(rows))).all())
