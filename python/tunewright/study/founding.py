"""How a study comes to be: new, or continued from what its storage has."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import Any, cast

from tunewright.errors import StudyError, StudyExistsError, StudyNotFoundError
from tunewright.schedulers import Scheduler, scheduler_from_json
from tunewright.space import Space
from tunewright.storage import Header, Storage, open_storage
from tunewright.strategies import Auto, Strategy, strategy_from_json
from tunewright.study.chapters import read
from tunewright.study.proposal import Duplicates
from tunewright.trial import Goals

__all__ = ["Founded", "found", "main_names", "storage_of", "strategy_of"]

_COMPANION = re.compile(r"/(confirm(-\d+)?|final)$")  # studies that belong to the one whose name comes before


@dataclass(frozen=True)
class Founded:
    """What a study is made of. ``declared`` is the space as its author wrote it, ``space`` with all it grew since.

    ``lacking`` says that the record names a scheduler that has to be given again before the study can go on.
    """

    storage: Storage | None
    name: str
    declared: Space
    space: Space
    goals: Goals
    seed: int | None
    strategy: Strategy | None
    scheduler: Scheduler | None
    duplicates: Duplicates
    notes: Mapping[str, Any] = field(default_factory=dict)
    written: Header | None = None  # what the storage has, once the study is there
    lacking: str | None = None

    @classmethod
    def loaded(
        cls,
        storage: Storage | None,
        name: str | None,
        space: Space | None,
        strategy: Strategy | None,
        scheduler: Scheduler | None,
    ) -> Founded:
        """The study ``name`` of ``storage``, or its only one."""
        if storage is None:
            raise StudyError("Study.load needs the storage that holds the study: the path of its file, as a rule")
        header = storage.header(_only(storage) if name is None else name)
        return _continued(storage, header, space, strategy, scheduler)

    def record(self, strategy: Strategy) -> int:
        """Write the header of a new study, or another strategy or scheduler of one that is there; returns the seed."""
        seed = secrets.randbits(63) if self.seed is None else self.seed
        if self.storage is None:
            return seed
        written = strategy.to_json(self.space)
        if self.written is None:
            return self._create(seed, written)
        if self.written.strategy != written:
            self.storage.update(self.name, strategy=written)
        if self.scheduler is not None and self.written.options.get("scheduler") != self.scheduler.to_json():
            self.storage.amend(self.name, options={"scheduler": self.scheduler.to_json()})
        return seed

    def _create(self, seed: int, strategy: dict[str, Any]) -> int:
        storage = cast(Storage, self.storage)
        try:
            there = storage.create(self._header(seed, strategy))
        except StudyExistsError:
            if self.seed is not None:
                raise
            # another process was first, with a seed of its own: any will do
            there = storage.create(self._header(storage.header(self.name).seed, strategy))
        _refuse_other_goals(there, self.goals)
        return there.seed

    def _header(self, seed: int, strategy: dict[str, Any]) -> Header:
        return Header(
            name=self.name,
            space=self.space.to_json(),
            objectives=cast(Any, dict(self.goals.directions)),
            seed=seed,
            strategy=strategy,
            options=self._options(),
            created=time.time(),
        )

    def _options(self) -> dict[str, Any]:
        """What the header keeps beside the parts that make the study what it is."""
        return {
            "declared": self.declared.to_json(),
            "duplicates": self.duplicates,
            "notes": dict(self.notes),
            "constraints": list(self.goals.constraints),
            "thresholds": dict(self.goals.thresholds),
            "scheduler": None if self.scheduler is None else self.scheduler.to_json(),
        }


def storage_of(storage: str | PathLike[str] | Storage) -> Storage | None:
    """``None`` for ``"memory"``: the study's own columns are all the record there is."""
    return None if isinstance(storage, str) and storage == "memory" else open_storage(storage)


def strategy_of(given: Any) -> Strategy:
    """The strategy that was given, ``Auto`` where there is none.

    Raises:
        StudyError: it is none.
    """
    if given is None:
        return Auto()
    parts = ("check", "horizon", "suggest", "to_json")
    if isinstance(given, type) or not all(callable(getattr(given, part, None)) for part in parts):
        made = f"{given.__name__}(): an object, not its class" if isinstance(given, type) else "tw.TPE()"
        raise StudyError(f"strategy must be a strategy, such as {made}; got {given!r}")
    strategy: Strategy = given
    return strategy


def found(
    storage: Storage | None,
    name: str,
    space: Space,
    goals: Goals,
    seed: int | None,
    strategy: Strategy | None,
    scheduler: Scheduler | None,
    duplicates: Duplicates,
) -> Founded:
    """A new study, or the one of that name if it is the same.

    Raises:
        StudyExistsError: the one of that name has other parameters, objectives, constraints or another seed.
    """
    if not isinstance(name, str) or not name:
        raise StudyError(f"name must be a text of at least one character; got {name!r}")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**64):
        raise StudyError(f"seed must be a whole number, 0 <= seed < 2**64, or None; got {seed!r}")
    both = next((output for output in goals.outputs[len(goals.metrics) :] if output in space), None)
    if both is not None:
        raise StudyError(
            f"constraints read {both!r}, which is a parameter, not a metric that is measured: rule out configurations "
            f"with space.forbid(...), which takes what is forbidden, such as '{both} > 64'"
        )
    space.freeze()
    new = Founded(storage, name, space, space, goals, seed, strategy, scheduler, duplicates)
    if storage is None:
        return new
    try:
        header = storage.header(name)
    except StudyNotFoundError:
        return new
    declared = Space.from_json(header.options["declared"], like=space)
    chapters = read(header.space, space)  # the space it was changed to is as good as the one it began with
    if not chapters or chapters[-1].space != space:
        _refuse_other(name, "parameters", *_differing(declared, space))
    _refuse_other_goals(header, goals)
    _refuse_other(name, "seed", header.seed, header.seed if seed is None else seed)
    return replace(_continued(storage, header, space, strategy, scheduler), duplicates=duplicates)


def _refuse_other(name: str, what: str, there: Any, given: Any) -> None:
    if there != given:
        raise StudyExistsError(
            f"a study {name!r} with other {what} is already there: it has {there}, you gave {given}. "
            "Choose another name=, continue it with Study.load(...), or delete it"
        )


def _refuse_other_goals(header: Header, goals: Goals) -> None:
    there = _goals(header)
    _refuse_other(header.name, "objectives", there.directions, goals.directions)
    _refuse_other(header.name, "constraints", list(there.constraints), list(goals.constraints))
    _refuse_other(header.name, "thresholds", there.thresholds, goals.thresholds)


def _goals(header: Header) -> Goals:
    """What a study is after; files of earlier versions know no constraints."""
    options = header.options
    return Goals(header.objectives, tuple(options.get("constraints", ())), options.get("thresholds", {}))


def _differing(there: Space, given: Space) -> tuple[str, str]:
    """The parameters and constraints of each space that the other does not have, in words."""
    if there == given:
        return "", ""
    spaces = (there, given)
    only = [
        [f"{name}={space[name]!r}" for name in space if name not in other or other[name] != space[name]]
        + [repr(constraint) for constraint in space.constraints if constraint not in other.constraints]
        for space, other in (spaces, spaces[::-1])
    ]
    words = [", ".join(parts) or "nothing of the kind" for parts in only]
    return (words[0], words[1]) if words[0] != words[1] else (str(there.names), str(given.names))


def _continued(
    storage: Storage, header: Header, like: Space | None, strategy: Strategy | None, scheduler: Scheduler | None
) -> Founded:
    declared = Space.from_json(header.options["declared"], like=like).freeze()
    grown = header.space != header.options["declared"]
    space = Space.from_json(header.space, like=like).freeze() if grown else declared
    scheduler, lacking = (scheduler, None) if scheduler is not None else _scheduler(header)
    return Founded(
        storage=storage,
        name=header.name,
        declared=declared,
        space=space,
        goals=_goals(header),
        seed=header.seed,
        strategy=strategy or strategy_from_json(header.strategy, space),
        scheduler=scheduler,
        duplicates=header.options["duplicates"],
        notes=header.options["notes"],
        written=header,
        lacking=lacking,
    )


def _scheduler(header: Header) -> tuple[Scheduler | None, str | None]:
    """The scheduler of the record; if it is the caller's own, what to say before the study goes on without it."""
    options = header.options.get("scheduler")
    if options is None:
        return None, None
    try:
        return scheduler_from_json(options), None
    except StudyError as error:
        return None, str(error)


def main_names(storage: Storage) -> list[str]:
    """The studies that belong to no other one."""
    there = storage.names()
    return [name for name in there if _COMPANION.sub("", name) == name or _COMPANION.sub("", name) not in there]


def _only(storage: Storage) -> str:
    names = main_names(storage)
    if len(names) == 1:
        return names[0]
    if not names:
        raise StudyNotFoundError("this storage holds no study yet")
    raise StudyError(f"this storage holds {len(names)} studies; say which: {', '.join(map(repr, names))}")
