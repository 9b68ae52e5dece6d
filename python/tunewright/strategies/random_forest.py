"""Model-based optimisation with a random forest (the SMAC family)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from tunewright.numerics.sampling import purpose, uniform
from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.forest.belief import Growth, belief_of, categories
from tunewright.strategies.forest.search import propose
from tunewright.strategies.gp.candidates import design
from tunewright.strategies.gp.record import Evidence, evidence
from tunewright.strategies.gp.search import Known
from tunewright.strategies.gp.subset import local
from tunewright.strategies.parego import shared, weighed, weights
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["RandomForest"]

_EXPLORATION = purpose("random-forest/exploration")
_BETA = 10.0  # of piBO: how many trials it takes for the record to weigh as much as the prior
_RHO = 0.05  # of ParEGO


@dataclass(frozen=True)
class RandomForest:
    """A random forest believes what the record says; for spaces full of conditions and categories.

    The first trials are a scrambled Sobol' design through the space's priors. From then on losses are made normal (see
    ``outputs``), a forest is grown over them anew for each trial, and the logarithm of the expected improvement on the
    lowest mean at any trial is climbed by local search: each step goes to the best of the points that differ in one
    parameter (F. Hutter, H. Hoos & K. Leyton-Brown, LION 2011). Every so often a trial is the next point of the design
    instead, so that no part of the space is left out for good.

    Args:
        startup: outcomes to wait for before the model is used.
        trees: of the forest.
        features: share of the parameters that each split chooses from, above 0, up to 1.
        min_leaf: the fewest trials of a leaf.
        bootstrap: whether each tree sees trials drawn with replacement, or all.
        splits: ``"random"``: anywhere in the range of the trials that come to it, the best of as many as there are
            ``features`` (extremely randomised trees, P. Geurts et al., Machine Learning 63, 2006), which makes the
            mean of the trees smoother; ``"best"``: where the trials are told apart best, as SMAC does.
        exploration: share of the trials that are points of the design, from 0 and below 1.
        outputs: ``"yeo-johnson"`` or ``"standard"``, as with
            :class:`~tunewright.strategies.gaussian_process.GaussianProcess`.
        candidates: points spread over the space at every ask; half as many again lie around the best trials.
        climbs: of those, how many are climbed from, and of the best trials.
        points: the forest sees up to this many outcomes; of more a quarter newest, a quarter best and the half
            nearest to the best.
        threads: for the kernels; suggestions do not depend on it.

    A parameter that does not exist in a configuration is a value of its own: splits part the configurations without it
    from the others, or send them where they fit. Each constraint on a measured metric has a forest of its own whose
    probability to be kept weighs in; failed trials and losses that are not finite teach a forest where trials fail. A
    pruned trial counts as a loss at the upper quartile. Trials under way, and those asked for in the same batch, are
    believed to end at the mean. Priors of the space weigh in by piBO (Hvarfner et al., ICLR 2022).

    Several objectives are weighed into one, by weights of each trial's own (ParEGO, J. Knowles, 2006).
    """

    startup: int = 10
    trees: int = 50
    features: float = 0.5
    min_leaf: int = 1
    bootstrap: bool = False
    splits: Literal["random", "best"] = "random"
    exploration: float = 0.05
    outputs: Literal["yeo-johnson", "standard"] = "yeo-johnson"
    candidates: int = 512
    climbs: int = 10
    points: int = 5_000
    threads: int = 2

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        least = {"startup": 1, "trees": 1, "min_leaf": 1, "candidates": 16, "climbs": 1, "points": 64, "threads": 1}
        for name, bound in least.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < bound:
                raise ValueError(f"{name} must be a whole number from {bound} upwards; got {value!r}")
        if not isinstance(self.bootstrap, bool):
            raise ValueError(f"bootstrap must be True or False; got {self.bootstrap!r}")
        if not _is_number(self.features) or not 0.0 < self.features <= 1.0:
            raise ValueError(f"features must be a number above 0, up to 1; got {self.features!r}")
        if not _is_number(self.exploration) or not 0.0 <= self.exploration < 1.0:
            raise ValueError(f"exploration must be a number from 0 on and below 1; got {self.exploration!r}")
        if self.splits not in ("random", "best"):
            raise ValueError(f"splits must be one of 'random', 'best'; got {self.splits!r}")
        if self.outputs not in ("yeo-johnson", "standard"):
            raise ValueError(f"outputs must be one of 'yeo-johnson', 'standard'; got {self.outputs!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Any space and any objectives will do."""

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters."""
        return history.ended

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = coordinates(history.space)
        if not len(numbers) or not space.dimension:
            return space.natives(np.zeros((len(numbers), space.dimension)))
        seen = shared([evidence(history, space, objective) for objective in range(len(history.metrics))])
        planned = design(space, seed, history.ordinals(numbers))
        if len(seen[0].losses) < self.startup:
            return planned
        draws = uniform(seed, numbers.astype(np.uint64), np.array([_EXPLORATION], dtype=np.uint64))[:, 0]
        taken, pending = history.natives, seen[0].pending
        for i, number in enumerate(numbers.tolist()):
            if draws[i] >= self.exploration:
                single = seen[0] if len(seen) == 1 else weighed(seen, weights(seed, number, len(seen)), _RHO)
                planned[i] = self._searched(space, replace(single, pending=pending), taken, seed, number)
            taken = np.concatenate([taken, planned[i : i + 1]])
            pending = np.concatenate([pending, space.unit(planned[i : i + 1])])
        return planned

    def _searched(self, space: Coordinates, seen: Evidence, taken: Array, seed: int, number: int) -> Array:
        """The native configuration of trial ``number`` that promises most by the evidence."""
        weight = _BETA / len(seen.losses) if space.has_priors else 0.0
        seen = _seen(seen, local(seen.x, seen.losses, self.points), self.points)
        growth = Growth(seed, number, self._options(space.dimension))
        belief = belief_of(seen, space, growth, self.outputs, weight)
        belief = belief.with_pending(seen.pending, growth, categories(space))
        return propose(
            belief,
            space,
            Known(space.space, taken),
            count=self.candidates,
            climbs=self.climbs,
            seed=seed,
            number=number,
        )

    def _options(self, d: int) -> dict[str, Any]:
        return {
            "trees": self.trees,
            "bootstrap": self.bootstrap,
            "features": max(1, round(self.features * d)),
            "min_leaf": self.min_leaf,
            "min_split": max(2, self.min_leaf),
            "thresholds": "random" if self.splits == "random" else "uniform",
            "threads": self.threads,
        }

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name and options, for the record."""
        return {"strategy": "RandomForest", **asdict(self)}


def _seen(seen: Evidence, rows: Ints, points: int) -> Evidence:
    """The evidence at ``rows``, with as few of the newest failures."""
    columns = {name: getattr(seen, name)[rows] for name in ("trials", "x", "losses", "sems", "slacks", "final")}
    return replace(seen, **columns, failed=seen.failed[-points:])


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, float))
