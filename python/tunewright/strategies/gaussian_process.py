"""Bayesian optimisation with a Gaussian process."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.gp.belief import belief_of
from tunewright.strategies.gp.budget import Effort, affordable
from tunewright.strategies.gp.candidates import design
from tunewright.strategies.gp.cost import Costs, costs_of, priced
from tunewright.strategies.gp.fantasies import imagined
from tunewright.strategies.gp.feasibility import feasibility
from tunewright.strategies.gp.fidelity import along, staged
from tunewright.strategies.gp.front import HypervolumeImprovement, front_of
from tunewright.strategies.gp.model import HIGHEST, Fitting
from tunewright.strategies.gp.record import Evidence, evidence
from tunewright.strategies.gp.search import Acquisition, Known, propose
from tunewright.strategies.gp.subset import local
from tunewright.strategies.gp.thompson import drawn
from tunewright.strategies.gp.undecided import alike, flat, from_prior
from tunewright.strategies.gp.warping import warped
from tunewright.strategies.readings import readings
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["GaussianProcess"]

_CHOICES = {
    "acquisition": ("log_ei", "log_pi", "lcb", "log_nei", "thompson"),
    "kernel": ("matern52", "matern32", "rbf"),
    "outputs": ("yeo-johnson", "standard"),
    "fidelity": ("all", "last"),
}
_LOGARITHMS = ("log_ei", "log_pi", "log_nei")  # acquisitions that a cost can divide
_NOISE = -4.0  # mean of the log noise variance
_FIT = 240  # outcomes that the hyperparameters are fitted to, at most
_DELTA = 0.1  # of the scheduled kappa: the probability that its bounds do not hold
_BETA = 10.0  # of piBO: how many trials it takes for the record to weigh as much as the prior


@dataclass(frozen=True)
class GaussianProcess:
    """A Gaussian process believes what the record says; the next trial is where it promises most.

    The first trials are a scrambled Sobol' design through the space's priors. From then on losses are made normal (see
    ``outputs``), a process with one lengthscale a parameter is fitted by its largest posterior density, and the
    acquisition is climbed from the best of many candidates. The fit is renewed after every tenth of outcomes; of more
    than 240 outcomes it sees so many: a quarter the best, an eighth the newest, the others of every rank.
    What is to be improved upon is the lowest posterior mean at any trial, not the lowest loss, which luck may have had
    a part in.

    Args:
        startup: outcomes to wait for before the model is used.
        acquisition: ``"log_ei"``, the logarithm of the expected improvement (Ament et al., NeurIPS 2023); ``"log_pi"``,
            of the probability of improvement; ``"lcb"``, the mean minus ``kappa`` standard deviations;
            ``"log_nei"``, of the expected improvement on what the best trial really was, averaged over 32 functions
            drawn through a noisy record (Letham et al., 2019); ``"thompson"``, one function drawn from the posterior
            for each trial, least of all candidates, without climbs.
        kappa: of ``"lcb"``; it has no meaning for the others. ``"scheduled"`` grows with the number t of outcomes:
            sqrt(beta / 5), beta = 2 log(m t^2 pi^2 / (6 delta)), m = ``candidates``, delta = 0.1 (Srinivas et al.,
            ICML 2010, theorem 1, scaled down by 5 as in their experiments).
        kernel: ``"matern52"``, ``"matern32"`` (rougher) or ``"rbf"`` (smoother).
        outputs: ``"yeo-johnson"``: losses are transformed by the power that makes them most normal, huge ones
            compressed; ``"standard"``: shifted and scaled alone.
        candidates: points spread over the space at every ask; half as many again lie around the best trials. From 256
            outcomes on they become fewer in proportion, down to a quarter, as each takes longer to judge.
        climbs: of those, how many are climbed from.
        points: up to this many outcomes the process is exact. Of more, it sees a quarter newest, a quarter best
            and the half nearest to the best trial.
        warping: fit with the process how each continuous parameter is best bent (Snoek et al., ICML 2014), in twice the
            time. Worth a try where losses change fast in one part of a range; see ``strategies/gp/warping.py``.
        fidelity: ``"all"``: where a scheduler ends or pauses trials early, the process learns from their reports too,
            at the steps where most of them came to an end; ``"last"``: from how trials ended alone.
        cost: name of a metric, reported or returned, that says what a trial has cost since its beginning (seconds, as
            a rule): improvement per predicted cost of a trial in full is sought (``strategies/gp/cost.py``).
        budget: what all trials may cost together. With it costs count by the power (budget - spent) / budget, and in
            the end not at all; without it they always count in full.
        latency: seconds that a suggestion should take at most, from 0.01 upwards. By a model of what each part costs
            (``strategies/gp/budget.py``), not by a clock, so that suggestions can be repeated: ``points``,
            ``candidates`` and the 240 of the fit become fewer until it fits. ``None``: as much as it takes.
        threads: for the kernels; suggestions do not depend on it.

    Standard errors told with values (``study.tell(trial, value, sem=...)``) are known noise of those trials, beside the
    common noise that is learnt.

    Each constraint on a measured metric (``Study(constraints=...)``) has a process of its own, and the acquisition is
    weighed with the probability that it is kept; what is to be improved upon is then the best of the trials that
    keep them all, and while there is none that probability alone counts. Failed trials and losses that are not finite
    teach a process where trials fail, which weighs in likewise. A pruned trial counts as a loss at the upper
    quartile. Trials under way, and those asked for in the same batch, are believed to end at the posterior mean. Priors
    of the space weigh in by piBO (Hvarfner et al., ICLR 2022) and fade as outcomes come in. Parameters that do not
    exist in a configuration are at a distance of their own from those that do. Where the record tells no place from
    another, all outcomes being equal, or the acquisition the same at all candidates of a space with priors, trials are
    draws from the priors, kept with the probability that they will be feasible (``strategies/gp/undecided.py``).

    Where there are reports of several steps (``fidelity="all"``), how far training had come is one more coordinate,
    with a lengthscale of its own by which early reports are trusted, and the acquisition is taken at the highest step
    reported so far (``strategies/gp/fidelity.py``). A pruned trial then counts with what it reported, a paused one
    and one under way too; ``startup`` counts trials that reported. Of several objectives each is read so, with its own
    lengthscale; on the front are complete trials alone.

    With several objectives each has a process, and what is climbed is the logarithm of the hypervolume by which a
    trial is expected to push the front (:mod:`tunewright.numerics.multiobjective`; Daulton, Balandat & Bakshy, NeurIPS
    2020; Ament et al., 2023). The front is that of the posterior means of feasible trials, so that noise does not push
    it out, and of the trials under way. Volume is measured, on the transformed losses, from ``Study(thresholds=...)``
    where the study has some, elsewhere from behind the worst of the front: by a tenth of the front's extent for every
    second trial, by all of it for the others, which then reach out beyond its ends. An objective that is not finite is
    a failure, the others of that trial count. Only ``"log_ei"`` is for several objectives.
    """

    startup: int = 10
    acquisition: Literal["log_ei", "log_pi", "lcb", "log_nei", "thompson"] = "log_ei"
    kappa: float | Literal["scheduled"] = 2.0
    kernel: Literal["matern52", "matern32", "rbf"] = "matern52"
    outputs: Literal["yeo-johnson", "standard"] = "yeo-johnson"
    candidates: int = 256
    climbs: int = 6
    points: int = 5_000
    warping: bool = False
    fidelity: Literal["all", "last"] = "all"
    cost: str | None = None
    budget: float | None = None
    latency: float | None = None
    threads: int = 2

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                choices = ", ".join(map(repr, allowed))
                raise ValueError(f"{name} must be one of {choices}; got {getattr(self, name)!r}")
        for name, least in {"startup": 1, "candidates": 16, "climbs": 1, "points": 64, "threads": 1}.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number from {least} upwards; got {value!r}")
        if not isinstance(self.warping, bool):
            raise ValueError(f"warping must be True or False; got {self.warping!r}")
        if self.kappa != "scheduled" and not _finite_from(0.0, self.kappa):
            raise ValueError(f'kappa must be a finite number, not negative, or "scheduled"; got {self.kappa!r}')
        self._check_cost()
        if self.latency is not None and not _finite_from(0.01, self.latency):
            raise ValueError(f"latency must be None or a finite number of seconds from 0.01 on; got {self.latency!r}")

    def _check_cost(self) -> None:
        if self.cost is None:
            if self.budget is not None:
                raise ValueError(f"budget={self.budget!r} is of a cost: say which metric tells it, cost='seconds'")
            return
        if not isinstance(self.cost, str):
            raise ValueError(f"cost must be None or the name of a metric; got {self.cost!r}")
        if self.acquisition not in _LOGARITHMS:
            raise ValueError(
                f"cost={self.cost!r} divides an improvement, which acquisition={self.acquisition!r} is not: "
                f"take one of {', '.join(map(repr, _LOGARITHMS))}"
            )
        if self.budget is not None and not (_finite_from(0.0, self.budget) and self.budget > 0.0):
            raise ValueError(f"budget must be None or a finite number above 0; got {self.budget!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for what is of one objective where there are several."""
        if len(directions) != 1 and self.acquisition != "log_ei":
            raise StudyError(
                f"acquisition={self.acquisition!r} is for one objective; this study has {', '.join(directions)}. "
                'For several take acquisition="log_ei", the improvement of their hypervolume'
            )
        if len(directions) != 1 and self.cost is not None:
            raise StudyError(
                f"cost={self.cost!r} is for one objective; this study has {', '.join(directions)}. Leave it out, or "
                "make the cost an objective"
            )
        if len(directions) != 1 and self.warping:
            raise StudyError(
                f"warping=True is for one objective; this study has {', '.join(directions)}, whose processes look at "
                "the same coordinates. Leave it out"
            )

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters."""
        return history.ended

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = coordinates(history.space)
        if not len(numbers) or not space.dimension:
            return space.natives(np.zeros((len(numbers), space.dimension)))
        seen = [evidence(history, space, objective) for objective in range(len(history.metrics))]
        listens = self.fidelity == "all" and len(history.reports) > 0
        read = [readings(history, objective) for objective in range(len(seen))] if listens else []
        if early := any(one.varied for one in read):
            seen = [along(history, space, *pair, objective=j) for j, pair in enumerate(zip(seen, read, strict=True))]
        if min(len(np.unique(one.trials)) for one in seen) < self.startup:
            return design(space, seed, history.ordinals(numbers))
        space = staged(space) if early else space
        if len(seen) == 1:
            costs = None if self.cost is None else costs_of(history, self.cost)
            return self.search(space, seen[0], history.natives, seed, numbers, costs)
        return self._pushed(history, space, seen, seed, numbers)

    def search(
        self, space: Coordinates, seen: Evidence, taken: Array, seed: int, numbers: Ints, costs: Costs | None = None
    ) -> Array:
        """Native configurations of the trials ``numbers``, shape (k, d), that promise most by the evidence.

        None of them is one of the ``taken`` native rows, as far as that can be avoided. With ``costs``, what promises
        most for what it costs.
        """
        effort = self._effort(seen, space.dimension)
        fitting = Fitting(self.kernel, self.outputs, _NOISE, self.threads, effort.fit)
        rows = local(seen.x, seen.losses, effort.points)
        if self.warping:
            space, seen = warped(space, seen, rows, fitting)
        belief = belief_of(seen, rows, space.kinds, fitting)
        processes = feasibility(seen, belief.model, effort.points)
        weight = _BETA / len(seen.losses) if space.has_priors else 0.0
        belief = belief.with_pending(seen.pending)
        blank = alike([seen]) and costs is None and belief.best < HIGHEST
        chosen = np.zeros((len(numbers), space.space.dimension))
        for i, number in enumerate(numbers):
            model, best = imagined(belief, seed) if self.acquisition == "log_nei" else (belief.model, belief.best)
            name, kappa = self._function(len(seen.losses))
            target = Acquisition(model, name, best, kappa, processes, weight, self.threads)
            options = {"count": effort.candidates, "seed": seed, "number": int(number)}
            known, row = Known(space.space, taken), None
            if blank or (weight and costs is None and flat(target, space, belief.centres, **options)):
                row = from_prior(target, space, known, seed=seed, number=int(number))
            if row is None and self.acquisition == "thompson":
                row = drawn(target, space, belief.centres, known, **options)
            elif row is None:
                worth = target if costs is None else priced(target, space, costs, self.budget, fitting)
                row = propose(worth, space, belief.centres, known, climbs=self.climbs, **options)
            chosen[i] = row
            if i + 1 < len(numbers):
                taken = np.concatenate([taken, chosen[i : i + 1]])
                belief = belief.with_pending(space.unit(chosen[i : i + 1]))
        return chosen

    def _pushed(self, history: History, space: Coordinates, seen: list[Evidence], seed: int, numbers: Ints) -> Array:
        """As :meth:`search`, for several objectives: the trials that are expected to push the front furthest."""
        effort = self._effort(seen[0], space.dimension, len(seen))
        fitting = Fitting(self.kernel, self.outputs, _NOISE, self.threads, effort.fit)
        front = front_of(history, space, seen, effort.points, fitting)
        processes = feasibility(seen[0], front.models[0], effort.points)
        weight = _BETA / len(seen[0].losses) if space.has_priors else 0.0
        front = front.with_pending(seen[0].pending)
        taken, blank = history.natives, alike(seen) and len(front.outputs) > 0
        chosen = np.zeros((len(numbers), space.space.dimension))
        for i, number in enumerate(numbers.tolist()):
            target = HypervolumeImprovement(front, front.boxes(number), processes, weight, self.threads)
            options = {"count": effort.candidates, "seed": seed, "number": number}
            known, centres, row = Known(space.space, taken), front.centres(seed, number), None
            if blank or (weight and flat(target, space, centres, **options)):
                row = from_prior(target, space, known, seed=seed, number=number)
            chosen[i] = propose(target, space, centres, known, climbs=self.climbs, **options) if row is None else row
            if i + 1 < len(numbers):
                taken = np.concatenate([taken, chosen[i : i + 1]])
                front = front.with_pending(space.unit(chosen[i : i + 1]))
        return chosen

    def _function(self, outcomes: int) -> tuple[str, float]:
        """The acquisition as ``numerics.maximise`` knows it, and its kappa."""
        if self.acquisition == "thompson":
            return "lcb", 0.0
        name = {"log_nei": "log_ei"}.get(self.acquisition, self.acquisition)
        if self.kappa == "scheduled":
            return name, math.sqrt(2.0 / 5.0 * math.log(self.candidates * outcomes**2 * math.pi**2 / (6.0 * _DELTA)))
        return name, self.kappa

    def _effort(self, seen: Evidence, d: int, objectives: int = 1) -> Effort:
        """What an ask may look at, after so many outcomes."""
        n, effort = len(seen.losses), Effort(self.points, _FIT, self.candidates, self.climbs)
        if self.latency is not None:
            processes = (
                objectives + self.warping + (self.cost is not None) + seen.slacks.shape[1] + (len(seen.failed) > 0)
            )
            effort = affordable(effort, self.latency, n, d, processes)
        fewer = max(self.candidates // 4, self.candidates * 256 // max(n, 256))
        return replace(effort, candidates=min(effort.candidates, fewer))

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "GaussianProcess", **asdict(self)}


def _finite_from(least: float, value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, float)) and least <= value < math.inf
