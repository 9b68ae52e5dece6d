"""A zero-cost proxy as a score of configurations."""

from __future__ import annotations

__all__ = ["PROXIES", "Proxy"]

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tunewright.errors import ArchitectureError
from tunewright.nas.architecture import Architecture
from tunewright.nas.proxies import grad_norm, naswot, synflow
from tunewright.nas.skeleton import Skeleton
from tunewright.training import Network, Splits
from tunewright.training.argument import choice, count, whole

_Score = Callable[[Network, Splits, int], float]
PROXIES: dict[str, _Score] = {
    "synflow": lambda network, splits, examples: _log(synflow(network, splits.train.inputs.shape[1])),
    "grad_norm": lambda network, splits, examples: _log(
        grad_norm(network, splits.train.inputs[:examples], splits.train.labels[:examples])
    ),
    "naswot": lambda network, splits, examples: naswot(network, splits.train.inputs[:examples]),
}


class Proxy:
    """What an untrained network says of itself, a number for every configuration of ``skeleton``; larger is better.

    A function of the graph and the arguments: equal graphs have equal scores, each worked out once. Logarithms of
    ``synflow`` and ``grad_norm``, ``naswot`` as it is; -inf where nothing flows.

    Args:
        name: ``"synflow"``, ``"grad_norm"`` or ``"naswot"``.
        skeleton: the networks.
        splits: the data; the first ``examples`` of the training part are the batch.
        examples: how many.
        seed: of the first weights.

    Raises:
        ArchitectureError: what is no skeleton.
        ValueError: another name, a number out of range.
    """

    def __init__(self, name: str, skeleton: Skeleton, splits: Splits, *, examples: int = 64, seed: int = 0) -> None:
        self.name = choice("name", name, PROXIES)
        if not isinstance(skeleton, Skeleton):
            raise ArchitectureError(
                f"skeleton must be a Skeleton, whose networks are scored, got {skeleton!r}: nas.Skeleton(design)"
            )
        self.skeleton, self.splits = skeleton, splits
        self.examples, self.seed = count("examples", examples), whole("seed", seed)
        self._known: dict[Architecture, float] = {}

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The score of a configuration; names that are not the skeleton's are ignored."""
        try:
            graph = self.skeleton.architecture(config).canonical
        except ArchitectureError:
            return -math.inf
        if graph not in self._known:
            network = Network(self.skeleton.layers(graph, self.splits), np.random.default_rng(self.seed))
            self._known[graph] = PROXIES[self.name](network, self.splits, self.examples)
        return self._known[graph]

    def __repr__(self) -> str:
        return f"Proxy({self.name!r})"


def _log(score: float) -> float:
    return math.log(score) if score > 0.0 else -math.inf
