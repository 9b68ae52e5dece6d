"""A study that begins with the architectures a cheap score likes best."""

from __future__ import annotations

__all__ = ["warm_start"]

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from tunewright.errors import ArchitectureError
from tunewright.space import Space
from tunewright.strategies.random import draw
from tunewright.study import Study
from tunewright.training.argument import count

_FIRST = 2**40  # numbers no trial has, so that a random search with the same seed does not meet these draws again


class _HasSpace(Protocol):
    @property
    def space(self) -> Space:
        """The parameters."""
        ...


def warm_start(
    study: Study,
    design: _HasSpace,
    score: Callable[[Mapping[str, Any]], float],
    *,
    draws: int = 100,
    best: int = 5,
    seed: int = 0,
) -> list[int]:
    """Score random configurations of ``design`` and enqueue the best; returns their trial numbers, best first.

    A pure function of ``seed`` and what ``score`` returns. Of equal scores the earlier draw is first; a configuration
    that is drawn twice counts once. Parameters of the study that are not the design's are drawn when the trial runs.

    Args:
        study: its space has all parameters of the design.
        design: whatever has a ``space``: a ``Cell``, a ``Skeleton``, ...
        score: the score of a configuration, larger is better; :func:`synflow` of its network, say. It may raise
            ``ArchitectureError`` for graphs that are no networks, which are passed over, as are scores of -inf.
        draws: configurations to draw.
        best: how many to enqueue.
        seed: of the draws, in [0, 2^64).

    Raises:
        ArchitectureError: fewer than ``best`` configurations have a score; nothing is enqueued then.
        ValueError: a count below 1, more to enqueue than are drawn, a score of NaN or +inf.
        ConfigError: a configuration that the study's space does not allow.
    """
    if count("best", best) > count("draws", draws):
        raise ValueError(f"best must be no more than draws, got best={best} and draws={draws}")
    found = [(_scored(score, config), config) for config in _drawn(design.space, seed, draws)]
    scored = [(value, config) for value, config in found if value is not None]
    if len(scored) < best:
        raise ArchitectureError(
            f"best must be no more than what can be scored: {best} were asked for and {len(scored)} of {draws} draws "
            "are different configurations with a score; raise draws or lower best"
        )
    ranked = sorted(scored, key=lambda one: -one[0])  # stable
    return study.enqueue([config for _, config in ranked[:best]])


def _drawn(space: Space, seed: int, draws: int) -> list[dict[str, Any]]:
    """What the space allows among so many draws, each once, in order."""
    natives = draw(space, seed, np.arange(_FIRST, _FIRST + draws, dtype=np.int64))
    configs = space.configs(natives[space.feasible(natives)])
    return list({repr(config): config for config in configs}.values())


def _scored(score: Callable[[Mapping[str, Any]], float], config: dict[str, Any]) -> float | None:
    """The score, None when the configuration has none."""
    try:
        value = float(score(config))
    except ArchitectureError:
        return None
    if math.isnan(value) or value == math.inf:
        raise ValueError(f"score must return a number or -inf, got {value} for {config}")
    return None if value == -math.inf else value
