"""The tree-structured Parzen estimator."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal
from weakref import WeakKeyDictionary

import numpy as np

from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.evolution.endings import losses_of, violations_of
from tunewright.strategies.gp.candidates import design
from tunewright.strategies.parzen.densities import Densities
from tunewright.strategies.parzen.fronts import Fronts, contributions
from tunewright.strategies.parzen.knowledge import Knowledge
from tunewright.strategies.parzen.proposals import Proposals, only
from tunewright.strategies.parzen.rungs import staged
from tunewright.strategies.parzen.standing import Standing, improvements
from tunewright.strategies.readings import readings
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["TPE"]


@dataclass(frozen=True)
class TPE:
    """Two densities tell good trials from the others; the next trial is where their ratio is largest (TPE).

    Some trials are good: the best ``good`` of all, ``most_good`` at most. Candidates are drawn from a Parzen density of
    the good ones, and the one that is most probable there against a density of all others is the next trial (J.
    Bergstra, R. Bardenet, Y. Bengio & B. Kégl, NeurIPS 2011). The first trials are a scrambled Sobol' design through
    the space's priors, which are a component of both densities ever after, and weigh on the choice too until there are
    tens of trials. It takes spaces as they come, numbers, categories and conditions, and thousands of trials.

    Trials that failed, or whose loss is not finite, are never good, and neither are trials under way, so that nobody
    else goes there (the constant liar). Those that break constraints come after all others. Of several objectives the
    better fronts are good, and of the one that does not fit those that cover most hypervolume together (MOTPE, Y. Ozaki
    et al., GECCO 2020).

    Args:
        startup: trials that can be good before the densities take over from the design.
        candidates: points that are drawn for each trial.
        good: which part of the trials is good.
        most_good: how many are at most; with several objectives there is no such limit.
        multivariate: whether one density has all parameters, which sees what goes together; otherwise each has its own.
        group: whether parameters that exist under different conditions have densities of their own, each of the trials
            that have them.
        weights: ``"age"``: all good trials weigh the same; ``"value"``: the better, the more, with several objectives
            by what each adds to the hypervolume. Of the others the newest 25 weigh 1, older ones ever less, either way.
        prior_weight: what the priors weigh in a density, in trials.
        fidelity: ``"all"``: where a scheduler stopped trials on their way, they are compared by what they told at the
            highest rung that enough of them reached (BOHB, S. Falkner et al., ICML 2018); ``"last"``: pruned ones come
            after complete ones, who got furthest first, by what they told there. With several objectives only complete
            ones are ever good.
    """

    startup: int = 10
    candidates: int = 24
    good: float = 0.1
    most_good: int = 25
    multivariate: bool = True
    group: bool = False
    weights: Literal["age", "value"] = "age"
    prior_weight: float = 1.0
    fidelity: Literal["all", "last"] = "all"

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for name, allowed in {"weights": ("age", "value"), "fidelity": ("all", "last")}.items():
            if getattr(self, name) not in allowed:
                choices = " or ".join(map(repr, allowed))
                raise ValueError(f"{name} must be {choices}; got {getattr(self, name)!r}")
        for name in ("startup", "candidates", "most_good"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be a whole number from 1 upwards; got {value!r}")
        for name, most in {"good": 1.0, "prior_weight": 1e6}.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 < value <= most:
                raise ValueError(f"{name} must be a number above 0, {most:g} at most; got {value!r}")
        for name in ("multivariate", "group"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} must be True or False; got {getattr(self, name)!r}")
        if self.group and not self.multivariate:
            raise ValueError(
                "group=True is of multivariate=True: without it each parameter is modelled by itself anyway"
            )

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Any space and any objectives will do."""

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters."""
        return history.ended

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        known = self._known(history)
        space = known.densities.space
        if not len(numbers) or not space.dimension:
            return space.natives(np.zeros((len(numbers), space.dimension)))
        known.read(history)
        found = self._split(history, known.standing, space.dimension)
        if found is None:
            return design(space, seed, history.ordinals(numbers))
        good, weights = found
        densities = known.densities
        densities.split(good)
        if densities.plain and len(numbers) == 1:
            return only(densities, weights, self.candidates, seed, numbers.item())
        return Proposals(history, densities, weights, self.candidates, seed).natives(numbers)

    def _split(self, history: History, standing: Standing | Fronts, d: int) -> tuple[list[int], Array | None] | None:
        """The good trials, and their weights by ascending numbers if they differ; None before there are enough."""
        if isinstance(standing, Fronts):
            return self._split_fronts(history, standing)
        if self.fidelity == "all" and len(history.reports) and (read := readings(history)).varied:
            trials, losses = staged(history, read, max(self.startup, d + 3))
            ranked, count = trials.tolist(), self._count(len(trials), self.most_good)
        else:
            count = self._count(standing.ended, self.most_good)
            ranked = standing.best(max(count, self.startup))
            losses = standing.losses(count + 1) if self.weights == "value" else np.zeros(0)
        if len(ranked) < self.startup:
            return None
        good = ranked if len(ranked) == count else ranked[:count]  # the same list says that nothing has changed
        if self.weights == "age":
            return good, None
        return good, improvements(losses[: count + 1], len(good))[np.argsort(good)]

    def _split_fronts(self, history: History, standing: Fronts) -> tuple[list[int], Array | None] | None:
        if standing.usable < self.startup:
            return None
        good = standing.best(history, self._count(standing.ended, math.inf))
        if self.weights == "age":
            return good, None
        numbers = np.array(good, dtype=np.int64)
        return good, contributions(losses_of(history, numbers), violations_of(history, numbers))

    def _count(self, ended: int, most: float) -> int:
        return int(min(math.ceil(self.good * ended), most))

    def _known(self, history: History) -> Knowledge:
        records = _records.setdefault(history, {})
        known = records.get(self)
        if known is None or known.of is not history.space:
            space = coordinates(history.space)
            standing = Standing() if len(history.metrics) == 1 else Fronts()
            densities = Densities(space, self._columns(space), self.prior_weight)
            known = records[self] = Knowledge(history.space, standing, densities)
        return known

    def _columns(self, space: Coordinates) -> list[list[int]]:
        """Which coordinates are modelled together."""
        if not self.multivariate:
            return [[j] for j in range(space.dimension)]
        if not self.group:
            return [list(range(space.dimension))] if space.dimension else []
        found: dict[str, list[int]] = {}
        for j, column in enumerate(space.columns):
            found.setdefault(repr(space.space.domains[column].when), []).append(j)
        return list(found.values())

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "TPE", **asdict(self)}


_records: WeakKeyDictionary[History, dict[TPE, Knowledge]] = WeakKeyDictionary()
