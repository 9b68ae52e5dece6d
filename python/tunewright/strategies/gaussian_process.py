"""Bayesian optimisation with a Gaussian process."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from tunewright.errors import StudyError
from tunewright.numerics import gp
from tunewright.space import Space
from tunewright.strategies.gp.candidates import design
from tunewright.strategies.gp.coordinates import Coordinates, coordinates
from tunewright.strategies.gp.model import Fitting, Model, model_of
from tunewright.strategies.gp.record import Evidence, evidence
from tunewright.strategies.gp.search import Acquisition, Feasibility, Known, propose
from tunewright.strategies.gp.subset import local
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["GaussianProcess"]

_CHOICES = {
    "acquisition": ("log_ei", "log_pi", "lcb"),
    "kernel": ("matern52", "matern32", "rbf"),
    "outputs": ("yeo-johnson", "standard"),
}
_BETA = 10.0  # of piBO: how many trials it takes for the record to weigh as much as the prior


@dataclass(frozen=True)
class GaussianProcess:
    """A Gaussian process believes what the record says; the next trial is where it promises most.

    The first trials are a scrambled Sobol' design through the space's priors. From then on losses are made normal (see
    ``outputs``), a process with one lengthscale a parameter is fitted by its largest posterior density, and the
    acquisition is climbed from the best of many candidates. The fit is renewed after every 5 % of new outcomes; of more
    than 160 outcomes it sees so many: half of them the best, a quarter the newest. What is to be improved upon is
    the lowest posterior mean at any trial, not the lowest loss, which luck may have had a part in.

    Args:
        startup: outcomes to wait for before the model is used.
        acquisition: ``"log_ei"``, the logarithm of the expected improvement (Ament et al., NeurIPS 2023), ``"log_pi"``,
            of the probability of improvement, or ``"lcb"``, the mean minus ``kappa`` standard deviations.
        kappa: of ``"lcb"``; it has no meaning for the others.
        kernel: ``"matern52"``, ``"matern32"`` (rougher) or ``"rbf"`` (smoother).
        outputs: ``"yeo-johnson"``: losses are transformed by the power that makes them most normal, huge ones
            compressed; ``"standard"``: shifted and scaled alone.
        candidates: points spread over the space at every ask; half as many again lie around the best trials. From 256
            outcomes on they become fewer in proportion, down to a quarter, as each takes longer to judge.
        climbs: of those, how many are climbed from.
        points: up to this many outcomes the process is exact. Of more, it sees a quarter newest, a quarter best
            and the half nearest to the best trial.
        threads: for the kernels; suggestions do not depend on it.

    Standard errors told with values (``study.tell(trial, value, sem=...)``) are known noise of those trials, beside the
    common noise that is learnt.

    Failed trials and losses that are not finite teach a second process where trials fail, and the acquisition is
    weighed with the probability that they do not. A pruned trial counts as a loss at the upper quartile. Trials under
    way, and those asked for in the same batch, are believed to end at the posterior mean. Priors of the
    space weigh in by piBO (Hvarfner et al., ICLR 2022) and fade as outcomes come in. Parameters that do not exist
    in a configuration are at a distance of their own from those that do.
    """

    startup: int = 10
    acquisition: Literal["log_ei", "log_pi", "lcb"] = "log_ei"
    kappa: float = 2.0
    kernel: Literal["matern52", "matern32", "rbf"] = "matern52"
    outputs: Literal["yeo-johnson", "standard"] = "yeo-johnson"
    candidates: int = 256
    climbs: int = 6
    points: int = 5_000
    threads: int = 2

    oblivious: ClassVar[bool] = False
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
        if isinstance(self.kappa, bool) or not isinstance(self.kappa, (int, float)) or not 0 <= self.kappa < math.inf:
            raise ValueError(f"kappa must be a finite number, not negative; got {self.kappa!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives."""
        if len(directions) != 1:
            raise StudyError(
                f"GaussianProcess searches for one objective; this study has {', '.join(directions)}. "
                "Weigh them into one number, or use Random() or QuasiRandom()"
            )

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = coordinates(history.space)
        if not len(numbers) or not space.dimension:
            return space.natives(np.zeros((len(numbers), space.dimension)))
        seen = evidence(history, space)
        if len(seen.losses) < self.startup:
            return design(space, seed, history.ordinals(numbers))
        return self._modelled(history, space, seen, seed, numbers)

    def _modelled(self, history: History, space: Coordinates, seen: Evidence, seed: int, numbers: Ints) -> Array:
        rows = local(seen.x, seen.losses, self.points)
        fitting = Fitting(self.kernel, self.outputs, _NOISE, self.threads)
        model = model_of(seen.x[rows], seen.losses[rows], space.kinds, fitting, seen.sems[rows])
        incumbents = model.x[np.argsort(model.y if model.noise is None else model.means(), kind="stable")[:5]]
        feasibility = _feasibility(seen, model, self.points)
        weight = _BETA / len(seen.losses) if space.has_priors else 0.0
        model, best = model.believing(seen.pending, model.lowest_mean())
        taken = history.natives
        chosen = np.zeros((len(numbers), space.space.dimension))
        for i, number in enumerate(numbers):
            target = Acquisition(model, self.acquisition, best, self.kappa, feasibility, weight, self.threads)
            chosen[i] = propose(
                target, space, incumbents, Known(taken),
                count=self._count(len(model.x)), climbs=self.climbs, seed=seed, number=int(number),
            )  # fmt: skip
            if i + 1 < len(numbers):
                taken = np.concatenate([taken, chosen[i : i + 1]])
                model, best = model.believing(space.unit(chosen[i : i + 1]), best)
        return chosen

    def _count(self, n: int) -> int:
        return max(self.candidates // 4, self.candidates * 256 // max(n, 256))

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "GaussianProcess", **asdict(self)}

    @classmethod
    def from_json(cls, options: Mapping[str, Any]) -> GaussianProcess:
        """The inverse of :meth:`to_json`."""
        return cls(**{name: value for name, value in options.items() if name != "strategy"})


_NOISE = -4.0  # mean of the log noise variance


def _feasibility(seen: Evidence, model: Model, points: int) -> list[Feasibility]:
    """A process that is 0 where trials ended well and 2 where they failed, with threshold 1; none without failures.

    Far from all trials it is 0 with standard deviation 1: a trial is believed to succeed with probability 0.84.
    """
    if not len(seen.failed):
        return []
    failed = seen.failed[-points // 4 :]
    x = np.concatenate([model.x[-(points - len(failed)) :], failed])
    y = np.concatenate([np.zeros(len(x) - len(failed)), np.full(len(failed), 2.0)])
    d = x.shape[1]
    lengths = np.clip(model.theta[:d], math.log(0.1), math.log(0.3 * math.sqrt(d)))
    theta = np.append(lengths, [0.0, math.log(0.05)])
    factor, alpha, _ = gp.factorise(x, y, theta, model.kinds, family=model.fitting.family)
    return [(x, theta, factor, alpha, 1.0)]
