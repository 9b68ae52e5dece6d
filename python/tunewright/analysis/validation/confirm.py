"""Confirming a winner: the best trials race on fresh seeds, in a study of their own beside the search.

replicate   one run of one candidate on one fresh seed: a trial of the companion study, whose metadata names both
round       replicate r of every candidate that is still in the race; all have the same seed
"""

from __future__ import annotations

__all__ = ["confirm"]

import hashlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tunewright.analysis.stats.racing import METHODS, dropped, standings
from tunewright.analysis.validation.confirmation import Confirmation
from tunewright.errors import StudyError, StudyNotFoundError
from tunewright.storage import Storage
from tunewright.strategies import Random
from tunewright.study import Study
from tunewright.study.forms import Objective
from tunewright.trial import TrialState, TrialView


def confirm(
    study: Study,
    objective: Objective,
    *,
    top: int = 5,
    seeds: int = 10,
    candidates: Sequence[int | TrialView] | None = None,
    metric: str | None = None,
    method: str = "friedman",
    alpha: float = 0.05,
    confidence: float = 0.95,
    first: int = 3,
    span: float | None = None,
    recover: bool = False,
    **running: Any,
) -> Confirmation:
    """Run the best trials again on fresh seeds, drop who is shown to be worse on the way, and name the winner.

    Args:
        study: the search.
        objective: as for ``optimize``; it takes its random seed from ``trial.seed``.
        top: how many of the best trials take part (equal configurations once).
        seeds: fresh seeds for each that stays in the race, at least 2.
        candidates: trials, or their numbers, in place of the best; needed with several objectives.
        metric: the objective to compare by; the only one by default.
        method: how candidates are dropped: ``"friedman"``, ``"t"``, or, for any distribution within ``span``,
            ``"hoeffding"`` or ``"bernstein"`` (see ``tw.stats.dropped``).
        alpha: chance, over the whole race, that the truly best candidate is dropped.
        confidence: of the winner's bound.
        first: seeds that every candidate gets before any is dropped.
        span: largest minus smallest possible value, for ``"hoeffding"`` and ``"bernstein"``.
        recover: run again what is marked as running, because the process that ran it died.
        running: workers, executor, callbacks, failures, progress of ``optimize``.

    The replicates are trials of a study in the same storage, ``"<name>/confirm"``. The same call goes on where an
    interrupted one stopped, and runs nothing where all is there; other candidates or options make another study.

    Raises:
        StudyError: nothing to confirm, several objectives and no choice among them, or replicates that do not end.
    """
    _check(top, seeds, first, method, alpha, confidence, span)
    metric = _metric(study, metric)
    chosen = _candidates(study, top, candidates, metric)
    plan = {
        "candidates": chosen, "seeds": seeds, "metric": metric, "method": method, "alpha": alpha, "first": first,
        "span": span,
    }  # fmt: skip
    race = _Race(study, _companion(study, plan), plan)
    if recover:
        race.companion.recover()
    race.run(objective, running)
    return race.confirmation(confidence)


class _Race:
    """The rounds of one confirmation; where it stands follows from the companion's record alone."""

    def __init__(self, study: Study, companion: Study, plan: dict[str, Any]) -> None:
        self.study = study
        self.companion = companion
        self.candidates: list[int] = plan["candidates"]
        self.seeds, self.first = int(plan["seeds"]), min(int(plan["first"]), int(plan["seeds"]))
        self.plan = plan
        self.sign = 1.0 if study.directions[plan["metric"]] == "minimize" else -1.0
        self.column = list(study.directions).index(plan["metric"])
        self.dropped: dict[int, int] = {}
        self.failed: dict[int, str] = {}

    def run(self, objective: Objective, running: dict[str, Any]) -> None:
        """Round by round, until every candidate that is left has all its seeds."""
        done = 0
        while done < self.seeds and self.alive:
            goal = max(self.first, done + 1)
            self._round(goal, objective, running)
            self._judge(goal)
            done = goal

    @property
    def alive(self) -> list[int]:
        """Candidates still in the race."""
        return [c for c in self.candidates if c not in self.dropped and c not in self.failed]

    def _round(self, goal: int, objective: Objective, running: dict[str, Any]) -> None:
        """Have every candidate run on seeds 0 to ``goal`` - 1."""
        there = self._replicates()
        for replicate in range(goal):
            for candidate in self.alive:
                if (candidate, replicate) not in there:
                    self._enqueue(candidate, replicate)
        companion = self.companion
        if not companion.history.ended == companion.history.n:
            companion.optimize(objective, companion.history.n, **running)
            companion.ledger.refresh()
        open_ones = [n for n in self._replicates().values() if not companion.history.told[n]]
        if open_ones:
            why = companion.stop_reason or "running"
            raise StudyError(
                f"{len(open_ones)} replicates of {companion.name!r} have not ended ({why}): run the same call again "
                "to go on; if the process that ran them died, with recover=True"
            )

    def _enqueue(self, candidate: int, replicate: int) -> None:
        row = self.study.history.natives[candidate][None, :]
        notes = {
            "enqueued": True, "candidate": candidate, "replicate": replicate,
            "replicate seed": _fresh_seed(self.study.seed, replicate),
        }  # fmt: skip
        self.companion.ledger.enqueue(row, notes)

    def _replicates(self) -> dict[tuple[int, int], int]:
        """Trial of each replicate, the first where another process had the same thought."""
        found: dict[tuple[int, int], int] = {}
        for number, notes in sorted(self.companion.history.metadata.items()):
            if "replicate" in notes:
                found.setdefault((int(notes["candidate"]), int(notes["replicate"])), number)
        return found

    def _judge(self, goal: int) -> None:
        """Who failed, and who is shown to be worse, on the first ``goal`` seeds."""
        replicates = self._replicates()
        history = self.companion.history
        for candidate in self.alive:
            for replicate in range(goal):
                number = replicates[candidate, replicate]
                value = float(history.values[number, self.column])
                if history.states[number] != TrialState.COMPLETE or not math.isfinite(value):
                    why = history.errors.get(number, f"{self.plan['metric']} was {value}")
                    self.failed[candidate] = f"seed {replicate + 1}: {why}"
                    break
        alive = self.alive
        if len(alive) < 2:
            return
        table = np.column_stack([self._losses(candidate, goal, replicates) for candidate in alive])
        gone = dropped(
            table,
            alpha=self.plan["alpha"],
            looks=self.seeds - self.first + 1,
            rivals=len(self.candidates),
            method=self.plan["method"],
            span=self.plan["span"],
        )
        self.dropped.update({candidate: goal for candidate, out in zip(alive, gone, strict=True) if out})

    def _losses(self, candidate: int, seeds: int, replicates: dict[tuple[int, int], int]) -> np.ndarray[Any, Any]:
        numbers = [replicates[candidate, replicate] for replicate in range(seeds)]
        return np.asarray(self.sign * self.companion.history.values[numbers, self.column], dtype=np.float64)

    def confirmation(self, confidence: float) -> Confirmation:
        """What it came to."""
        replicates, history = self._replicates(), self.companion.history
        scores: dict[int, dict[int, float]] = {candidate: {} for candidate in self.candidates}
        for (candidate, replicate), number in sorted(replicates.items()):
            scores[candidate][replicate] = float(history.values[number, self.column])
        alive = self.alive
        columns = [self._losses(candidate, self.seeds, replicates) for candidate in alive]
        views = {candidate: TrialView(self.study.history, candidate) for candidate in self.candidates}
        return Confirmation(
            study=self.companion.name,
            metric=self.plan["metric"],
            maximize=self.sign < 0,
            searched={c: float(self.study.history.values[c, self.column]) for c in self.candidates},
            configs={candidate: view.config for candidate, view in views.items()},
            scores=scores,
            dropped=dict(self.dropped),
            failed=dict(self.failed),
            standings=tuple(standings(columns, confidence)),
            survivors=tuple(alive),
            confidence=confidence,
        )


def _fresh_seed(seed: int, replicate: int) -> int:
    """A seed that no trial of the search had but by chance: below 2**31, as every framework takes it."""
    digest = hashlib.blake2b(f"{seed}/confirm/{replicate}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") >> 1


def _companion(study: Study, plan: dict[str, Any]) -> Study:
    """The study of the replicates: the one with this plan if it was begun, else a new one."""
    storage: Storage | None = getattr(study.ledger, "storage", None)
    if storage is None:
        return _begun(study, "memory", f"{study.name}/confirm", plan)
    count = 1
    while True:
        name = f"{study.name}/confirm" + (f"-{count}" if count > 1 else "")
        try:
            notes = storage.header(name).options.get("notes", {})
        except StudyNotFoundError:
            return _begun(study, storage, name, plan)
        if notes.get("confirm") == plan:
            return Study.load(storage, name, space=study.history.space)
        count += 1


def _begun(study: Study, storage: Storage | str, name: str, plan: dict[str, Any]) -> Study:
    companion = Study(
        study.history.space,
        directions=study.directions,
        constraints=study.goals.constraints,
        storage=storage,
        name=name,
        seed=study.seed,
        strategy=Random(),  # nothing is suggested: the configurations are given
        duplicates="allow",
    )
    companion.note("confirm", plan)
    return companion


def _candidates(study: Study, top: int, given: Sequence[int | TrialView] | None, metric: str) -> list[int]:
    history = study.history
    if given is not None:
        numbers = [one.number if isinstance(one, TrialView) else int(one) for one in given]
        wrong = [n for n in numbers if not 0 <= n < history.n or not history.asked[n]]
        if wrong or not numbers:
            raise StudyError(f"candidates must be trials of study {study.name!r} with a configuration; got {given!r}")
    elif len(study.directions) > 1:
        raise StudyError(
            f"with {len(study.directions)} objectives there are no best trials: say which, and by which objective, for "
            f"example confirm(objective, candidates=study.pareto_front, metric={metric!r})"
        )
    else:
        numbers = [view.number for view in study.top(history.n)]
        if not numbers:
            raise StudyError(f"there is nothing to confirm: no trial of study {study.name!r} is complete with a value")
    unique: dict[bytes, int] = {}
    for number in numbers:
        unique.setdefault(history.space.identities(history.natives[number : number + 1])[0], number)
        if given is None and len(unique) == top:
            break
    return list(unique.values())


def _metric(study: Study, metric: str | None) -> str:
    names = list(study.directions)
    if metric is None:
        return names[0]
    if metric not in names:
        raise StudyError(f"metric must be an objective of the study, {', '.join(map(repr, names))}; got {metric!r}")
    return metric


def _check(top: int, seeds: int, first: int, method: str, alpha: float, confidence: float, span: float | None) -> None:
    for name, count, least in (("top", top, 1), ("seeds", seeds, 2), ("first", first, 2)):
        if isinstance(count, bool) or not isinstance(count, int) or count < least:
            raise ValueError(f"{name} must be a whole number from {least} upwards; got {count!r}")
    for name, share in (("alpha", alpha), ("confidence", confidence)):
        if not 0.0 < share < 1.0:
            raise ValueError(f"{name} must be between 0 and 1; got {share!r}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(map(repr, METHODS))}; got {method!r}")
    if method in ("hoeffding", "bernstein") and span is None:
        raise ValueError(f"method={method!r} needs span=, the largest minus the smallest possible value of the metric")
