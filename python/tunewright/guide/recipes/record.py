"""The studies of one recipe: opening them, filling them, and what their trials say together."""

from __future__ import annotations

__all__ = ["Outcome", "Record"]

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tunewright.errors import ConfigError
from tunewright.numerics.average import mean, standard_error_of_mean
from tunewright.schedulers import Scheduler
from tunewright.space import Space
from tunewright.strategies import Random, Strategy
from tunewright.study import Study
from tunewright.study.stopping import epochs_of
from tunewright.trial import TrialView

_CARRIED = "carried from"  # metadata of a trial that was trained in an earlier step


@dataclass(frozen=True)
class Outcome:
    """A configuration with what it reached, over all its trials."""

    config: Mapping[str, Any]
    values: tuple[float, ...]
    study: str

    @property
    def value(self) -> float:
        """The mean."""
        return mean(self.values)

    @property
    def sem(self) -> float | None:
        """Standard error of the mean; None of one value."""
        return None if len(self.values) < 2 else standard_error_of_mean(self.values)


class Record:
    """All that was trained for a recipe so far, in one file.

    Args:
        storage: of the studies.
        name: that theirs begin with.
        directions: the objective and its way.
        seed: of the recipe.
    """

    def __init__(self, storage: Any, name: str, directions: Mapping[str, str], seed: int) -> None:
        self.studies: list[Study] = []
        self._storage = storage
        self._name = name
        self._directions = dict(directions)
        self._seed = seed

    def open(
        self, step: str, space: Space, strategy: Strategy | None = None, scheduler: Scheduler | None = None
    ) -> Study:
        """The study of a step, begun or continued; what a killed process left running waits again."""
        study = Study(
            space,
            directions=self._directions,
            strategy=strategy or Random(),
            scheduler=scheduler,
            storage=self._storage,
            name=f"{self._name}/{step}",
            seed=_keyed(self._seed, step),
            duplicates="avoid" if strategy else "allow",
        )
        study.recover()
        self.studies.append(study)
        return study

    def queue(self, study: Study, configs: Sequence[Mapping[str, Any]]) -> None:
        """Have a study begin with these configurations; those that are there already stay."""
        for config in configs[study.history.n :]:
            study.enqueue(config)

    def carry(self, study: Study, outcomes: Sequence[Outcome]) -> None:
        """Begin a study with what was learnt before: each outcome is a complete trial that nobody trains."""
        self.queue(study, [outcome.config for outcome in outcomes])
        for number, outcome in enumerate(outcomes):
            if not study.history.told[number]:
                trial = study.ask()  # what waits comes first, by number
                study.annotate(trial, _CARRIED, outcome.study)
                study.tell(trial, outcome.value, sem=outcome.sem)

    def outcomes(self, space: Space, but: Study | None = None) -> list[Outcome]:
        """What ``space`` holds of all configurations trained in full, best first; those of study ``but`` left out."""
        found: dict[bytes, Outcome] = {}
        for study in self.studies:
            if study is but:
                continue
            for view in study.top(study.history.n):
                row = None if _CARRIED in view.metadata else _row(space, view.config)
                if row is None:
                    continue
                before = found.get(row)
                values = (*(before.values if before else ()), float(view.value or 0.0))
                found[row] = Outcome(view.config, values, before.study if before else study.name)
        sign = 1.0 if "minimize" in self._directions.values() else -1.0
        return sorted(found.values(), key=lambda outcome: sign * outcome.value)

    def trials(self, study: Study) -> list[TrialView]:
        """Those that were trained in it, or are to be."""
        return [view for view in study.trials if _CARRIED not in view.metadata]

    def epochs(self, study: Study, each: int) -> int:
        """What a study's own trials took."""
        spent = epochs_of(study.history, each)
        return int(sum(spent[view.number] for view in self.trials(study)))

    def seconds(self, study: Study, before: float = math.inf) -> float:
        """How long a study's own trials trained, of those that ended ``before`` that time."""
        return sum(view.duration or 0.0 for view in self.trials(study) if (view.finished or math.inf) < before)


def _row(space: Space, config: Mapping[str, Any]) -> bytes | None:
    """The configuration in numbers, to compare by; None if the space does not have it."""
    try:
        return bytes(space.natives([config]).tobytes())
    except ConfigError:
        return None


def _keyed(seed: int, step: str) -> int:
    """A seed of its own for each step, so that no two trials of a recipe share their random numbers."""
    digest = hashlib.blake2b(f"{seed}/recipe/{step}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1
