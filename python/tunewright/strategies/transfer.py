"""A search that begins with what past ones found, and trusts them as far as they prove right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np

from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.strategies.auto import Auto
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.gaussian_process import GaussianProcess
from tunewright.strategies.gp.candidates import design
from tunewright.strategies.gp.model import Fitting
from tunewright.strategies.gp.outputs import transformed
from tunewright.strategies.gp.record import Evidence, evidence
from tunewright.strategies.gp.search import Known
from tunewright.strategies.past.foresight import foreseen
from tunewright.strategies.past.joint import joint
from tunewright.strategies.past.process import pooled
from tunewright.strategies.past.search import Outlook, outlook, propose, stacked
from tunewright.strategies.past.source import Source, normal_scores
from tunewright.strategies.past.start import start
from tunewright.strategies.protocol import Strategy
from tunewright.strategies.situation import STARTUP
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["Transfer"]

_NOISE, _FIT, _BETA = -4.0, 240, 10.0  # as of the Gaussian process
_CLIMBS = 4
_OWED = 2  # times the startup of the process: so long the design that the first trials took the place of is made up for


@dataclass(frozen=True)
class Transfer:
    """Past tasks, then a strategy: what ``Study(..., transfer_from=[...])`` searches with.

    Give one as ``strategy=`` beside ``transfer_from=`` to choose its options; the study puts the past into it.

    The first trials are configurations that were good on the past tasks, each on those on which the ones before it were
    not; where a process follows, one of its design comes after them. From then on, where ``then`` is a
    Gaussian process or ``Auto``, the past says what to expect, by ``model``; a process of what it leaves unexplained is
    added (Golovin et al., KDD 2017), and the expected improvement by both is maximised. Where the past foretells the
    study's outcomes worse than these do each other it has no weight, and ``then`` is asked as if there were none; up to
    twice its ``startup`` every second trial is of its design, for a past that misleads has crowded the first ones.

    Of strategies that have no process the past decides the first trials alone.

    Args:
        then: what searches, and goes on alone after ``until`` outcomes.
        first: how many trials begin with configurations of the past; 0 for none.
        model: ``"joint"``: one process of all tasks with the task as a coordinate, a prior that is learnt (see
            ``strategies/past/joint.py``; Wang et al., JMLR 2024); ``"rgpe"``: a process for each task, of normal scores
            (ranks, so that units do not matter; Salinas, Shen & Perrone, ICML 2020), weighed by how often it ranks the
            study's outcomes better than the other tasks and than the study's own process does, each outcome left out
            in turn (Feurer, Letham & Bakshy 2018); ``"copula"``: one of the normal
            scores of all tasks together, which knows no differences; ``"none"``: the first trials alone.
        until: outcomes from which on the study's own record says more than any past.
        past: the past tasks as the study keeps them, written into its record when it is founded.
    """

    then: Strategy = field(default_factory=Auto)
    first: int = 3
    model: Literal["joint", "rgpe", "copula", "none"] = "joint"
    until: int = 200
    past: tuple[Source, ...] = ()

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "past", tuple(self.past))
        if self.model not in ("joint", "rgpe", "copula", "none"):
            raise ValueError(f"model must be 'joint', 'rgpe', 'copula' or 'none'; got {self.model!r}")
        for name in ("first", "until"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ValueError(f"{name} must be a whole number from 0 upwards; got {value!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives, a plan, or a process whose options the past cannot join."""
        if not self.past:
            raise StudyError("Transfer needs something to learn from: Study(..., transfer_from=[studies or files])")
        if len(directions) != 1:
            raise StudyError(
                f"what past studies teach is of one objective, this study has {', '.join(directions)}: leave "
                "transfer_from out, and enqueue good configurations instead, study.enqueue([...])"
            )
        if self.then.prescribed:
            raise StudyError(
                f"{type(self.then).__name__} is a plan to be followed to the letter, the past has no say in it: leave "
                "transfer_from out, or take another strategy"
            )
        gp = self.then
        if self.model != "none" and isinstance(gp, GaussianProcess):
            odd = [name for name, usual in _USUAL.items() if getattr(gp, name) != usual]
            if odd:
                raise StudyError(
                    f"transfer_from works with GaussianProcess({odd[0]}={_USUAL[odd[0]]!r}) alone, got "
                    f"{getattr(gp, odd[0])!r}: leave that out, or take Transfer(..., model='none')"
                )
        for source in self.past:
            for name, domain in zip(source.names, source.domains, strict=True):
                if name not in space or repr(space[name]) != domain:
                    raise StudyError(
                        f"what this study keeps of the past was read for {name}={domain}, which cannot change on the "
                        "way: make a new study with transfer_from=[this one, ...]"
                    )
        self.then.check(space, directions)

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        if self._process is not None and history.ended < self.until:
            return history.ended
        return self.then.horizon(history)

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        own = coordinates(history.space)
        if not len(numbers) or not own.dimension:
            return own.natives(np.zeros((len(numbers), own.dimension)))
        places = history.ordinals(numbers)
        begin = np.zeros((0, history.space.dimension))
        if (places < self.first).any():
            begin = start(self.past, history.space, self.first)
        early = places < len(begin)
        apart = (places == self.first) & self._tests_past
        later = ~early & ~apart
        rows = np.empty((len(numbers), history.space.dimension))
        rows[early] = begin[places[early]]
        rows[apart] = design(own, seed, places[apart])
        if later.any():
            rows[later] = self._later(history, own, seed, numbers[later])
        return rows

    def _later(self, history: History, own: Coordinates, seed: int, numbers: Ints) -> Array:
        """Native rows of trials that the past does not prescribe."""
        process = self._process
        seen = evidence(history, own)
        if process is None or not 0 < len(seen.losses) < self.until:
            return self.then.suggest(history, seed, numbers)
        space, sight, view = self._outlook(process, own, seen, seed)
        if view.trend is None:
            owed = (history.ordinals(numbers) % 2 == 0) & (len(seen.losses) < _OWED * process.startup)
            return self._alone(history, own, seed, numbers, owed)
        taken, chosen = history.natives, np.empty((len(numbers), history.space.dimension))
        for i, number in enumerate(numbers.tolist()):
            target = stacked(sight, view, space, process.points, _BETA, process.threads)
            chosen[i] = propose(
                target,
                space,
                Known(history.space, taken),
                count=process.candidates,
                climbs=_CLIMBS,
                seed=seed,
                number=number,
            )
            if i + 1 < len(numbers):
                taken = np.concatenate([taken, chosen[i : i + 1]])
                view = view.with_pending(space, space.unit(chosen[i : i + 1]))
        return chosen

    def _alone(self, history: History, own: Coordinates, seed: int, numbers: Ints, owed: Any) -> Array:
        """Native rows of trials in which the past has no say, those that are ``owed`` (k,) of the process's design."""
        rows = np.empty((len(numbers), history.space.dimension))
        rows[owed] = design(own, seed, history.ordinals(numbers[owed]))
        if not owed.all():
            rows[~owed] = self.then.suggest(history, seed, numbers[~owed])
        return rows

    def _outlook(
        self, process: GaussianProcess, own: Coordinates, seen: Evidence, seed: int
    ) -> tuple[Coordinates, Evidence, Outlook]:
        """The outlook, after the coordinates and the evidence in them that it is of."""
        fitting = Fitting(process.kernel, process.outputs, _NOISE, process.threads, _FIT)
        if self.model == "joint":
            past = joint(self.past, own.space)
            bent = past.space.evidence(seen)
            return past.space, bent, foreseen(past, bent, fitting)
        sources = self.past if self.model == "rgpe" else (pooled(self.past),)
        return own, seen, outlook(sources, own, seen, fitting, seed)

    @property
    def scores(self) -> Callable[[Array], Array]:
        """What makes the losses of a past task comparable with those of others."""
        return partial(transformed, kind="yeo-johnson") if self.model == "joint" else normal_scores

    @property
    def _tests_past(self) -> bool:
        """Whether a trial of the process's design follows the first ones, for a past may mislead."""
        return self._process is not None and self.first > 0

    @property
    def _process(self) -> GaussianProcess | None:
        """The process that the past joins."""
        if self.model == "none":
            return None
        if isinstance(self.then, Auto):
            return GaussianProcess(startup=STARTUP)
        return self.then if isinstance(self.then, GaussianProcess) else None

    def weights(self, history: History) -> dict[str, float]:
        """By past task the weight that the next trial gives it, and ``"this study"``; recomputed from the record."""
        process, own = self._process, coordinates(history.space)
        seen = evidence(history, own)
        if process is None or not 0 < len(seen.losses) < self.until:
            return {"this study": 1.0}
        view = self._outlook(process, own, seen, history.seed)[2]
        names = [source.name for source in self.past] if self.model == "rgpe" else ["all past tasks"]
        named = {name if names.count(name) == 1 else f"{name} ({k})": k for k, name in enumerate(names)}
        weights = {name: float(view.trust.weights[k]) for name, k in named.items()}
        return {**weights, "this study": view.trust.own}

    def explain(self, history: History) -> list[str]:
        """A line on the past, one on each task's weight, and what the strategy after it says."""
        count = len(self.past)
        used = sum(len(source.z) for source in self.past)
        of = sum(source.usable for source in self.past)
        lines = [f"Transfer: {count} past task{'s' * (count != 1)}, {used:,} of {of:,} configurations kept"]
        if self.first:
            then = ", then one of the process's design" if self._tests_past else ""
            lines.append(f"first {self.first} configurations that were good on them{then}")
        lines += [f"weight of {name}: {weight:.2f}" for name, weight in self.weights(history).items()]
        explain = getattr(self.then, "explain", None)
        return lines + (explain(history) if explain is not None else [])

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, and all that is kept of the past, for the record."""
        return {
            "strategy": "Transfer",
            "past": [source.to_json() for source in self.past],
            "then": self.then.to_json(space),
            "first": self.first,
            "model": self.model,
            "until": self.until,
        }

    @classmethod
    def from_json(cls, options: Mapping[str, Any], then: Strategy) -> Transfer:
        """The inverse of :meth:`to_json`, of a strategy that was rebuilt already."""
        past = tuple(Source.from_json(source) for source in options["past"])
        return cls(then, options["first"], options["model"], options["until"], past)

    def __repr__(self) -> str:
        names = ", ".join(repr(source.name) for source in self.past[:3])
        more = f" and {len(self.past) - 3} more" if len(self.past) > 3 else ""
        options = f"first={self.first}, model={self.model!r}, until={self.until}"
        return f"Transfer({self.then!r}, {options}, past=[{names}{more}])"


_USUAL = {"acquisition": "log_ei", "warping": False, "cost": None, "budget": None, "latency": None}
