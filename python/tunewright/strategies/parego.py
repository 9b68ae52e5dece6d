"""Several objectives as one, another one for each trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import reduce
from typing import Any, ClassVar, Literal

import numpy as np

from tunewright.errors import StudyError
from tunewright.numerics.pareto import is_nondominated
from tunewright.numerics.sampling import purpose, sobol
from tunewright.space import Space
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gaussian_process import GaussianProcess
from tunewright.strategies.gp.candidates import design
from tunewright.strategies.gp.record import Evidence, evidence
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["ParEGO", "shared", "weighed", "weights"]

_STREAM = purpose("parego/weights")
_LARGEST = 1e150  # terms beyond are cut: their squares would overflow


@dataclass(frozen=True)
class ParEGO:
    """Each trial improves on a weighted maximum of the objectives, with weights of its own (Knowles, 2006).

    With losses f_j brought to [0, 1] between the best and the worst of the front, and weights w from the simplex that
    follow a quasi-random sequence over the trials, a Gaussian process models max_j w_j f_j + rho * sum_j w_j f_j and
    its expected improvement is climbed (J. Knowles, IEEE Trans. Evol. Comput. 10, 50, 2006, equation 2). All else is as
    with :class:`~tunewright.strategies.gaussian_process.GaussianProcess`: it costs one process however many objectives
    there are, and is the choice for six or more of them. For fewer that one, by hypervolume, comes closer to the front.

    Args:
        startup: outcomes to wait for before the model is used.
        rho: how much the weighted sum counts beside the maximum; above 0, so that no point is chosen that another one
            equals in the maximum and beats elsewhere.
        kernel: ``"matern52"``, ``"matern32"`` (rougher) or ``"rbf"`` (smoother).
        candidates: points spread over the space at every ask.
        climbs: of those, how many are climbed from.
        points: up to this many outcomes the process is exact.
        threads: for the kernels; suggestions do not depend on it.

    A trial that lacks one of the objectives is a failed one. Only how trials end counts: one under way, paused by a
    scheduler or not, is believed to end at the posterior mean, which keeps others away from it and moves nothing else.
    """

    startup: int = 10
    rho: float = 0.05
    kernel: Literal["matern52", "matern32", "rbf"] = "matern52"
    candidates: int = 256
    climbs: int = 6
    points: int = 5_000
    threads: int = 2

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        self._single()  # checks what it shares
        if isinstance(self.rho, bool) or not isinstance(self.rho, (int, float)) or not 0.0 < self.rho <= 1.0:
            raise ValueError(f"rho must be a number above 0, up to 1; got {self.rho!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for a single objective."""
        if len(directions) == 1:
            raise StudyError(
                f"ParEGO weighs several objectives; this study has {', '.join(directions)} alone. Use GaussianProcess()"
            )

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters."""
        return history.ended

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = coordinates(history.space)
        if not len(numbers) or not space.dimension:
            return space.natives(np.zeros((len(numbers), space.dimension)))
        seen = shared([evidence(history, space, objective) for objective in range(len(history.metrics))])
        if len(seen[0].losses) < self.startup:
            return design(space, seed, history.ordinals(numbers))
        single, pending, taken = self._single(), seen[0].pending, history.natives
        chosen = np.zeros((len(numbers), space.space.dimension))
        for i, number in enumerate(numbers.tolist()):
            single_seen = replace(weighed(seen, weights(seed, number, len(seen)), self.rho), pending=pending)
            chosen[i] = single.search(space, single_seen, taken, seed, numbers[i : i + 1])[0]
            taken = np.concatenate([taken, chosen[i : i + 1]])
            pending = np.concatenate([pending, space.unit(chosen[i : i + 1])])
        return chosen

    def _single(self) -> GaussianProcess:
        options = {name: value for name, value in asdict(self).items() if name != "rho"}
        return GaussianProcess(**options)

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "ParEGO", **asdict(self)}


def weights(seed: int, number: int, m: int) -> Array:
    """The weights of trial ``number``, shape (m,): the gaps that m - 1 quasi-random numbers leave in [0, 1]."""
    cuts = np.sort(sobol(number, 1, m - 1, seed=(seed ^ _STREAM))[0])
    gaps: Array = np.diff(cuts, prepend=0.0, append=1.0)
    return gaps


def weighed(seen: Sequence[Evidence], weight: Array, rho: float) -> Evidence:
    """The evidence for the weighted objective; standard errors by its slope."""
    losses, sems = (np.stack([getattr(one, name) for one in seen], axis=1) for name in ("losses", "sems"))
    best, width = _extent(losses)
    with np.errstate(over="ignore"):  # beyond a front that is next to nothing wide
        terms = np.minimum(weight * ((losses - best) / width), _LARGEST)
        steepest = terms == terms.max(axis=1, keepdims=True)
        errors = np.sqrt(np.sum((weight / width * (rho + steepest) * sems) ** 2, axis=1))
    return replace(seen[0], losses=terms.max(axis=1) + rho * terms.sum(axis=1), sems=errors)


def _extent(losses: Array) -> tuple[Array, Array]:
    """The best of each objective on the front of ``losses`` (n, m), and how far the front reaches, (m,) each."""
    front = losses[is_nondominated(losses)]
    best, reach = front.min(axis=0), np.ptp(front, axis=0)
    usual = np.median(losses, axis=0) - best  # where the front is a point, or all but one
    width = np.maximum(reach, 1e-6 * usual)
    return best, np.where(width > 0.0, width, 1.0)


def shared(seen: Sequence[Evidence]) -> list[Evidence]:
    """The evidence of the trials that have all objectives, in the order in which they ended."""
    common = reduce(np.intersect1d, [one.trials for one in seen])
    return [_part(one, np.flatnonzero(np.isin(one.trials, common))) for one in seen]


def _part(seen: Evidence, rows: Ints) -> Evidence:
    columns = {name: getattr(seen, name)[rows] for name in ("trials", "x", "losses", "sems", "slacks", "final")}
    return replace(seen, **columns)
