"""Bayesian optimisation of architectures: a Gaussian process that sees graphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np

from tunewright.errors import StudyError
from tunewright.nas.architecture import Architecture
from tunewright.nas.design import Design, checked_design
from tunewright.nas.encoding import neighbourhoods, paths
from tunewright.nas.graphs import graphs
from tunewright.nas.process import Points, Process, fitted
from tunewright.nas.registry import design_from_json
from tunewright.nas.zero_cost import Score, called
from tunewright.numerics.acquisition import log_expected_improvement
from tunewright.space import Space
from tunewright.strategies.coordinates import Coordinates, coordinates
from tunewright.strategies.evolution.merit import single
from tunewright.strategies.gp.candidates import candidates, design
from tunewright.strategies.gp.model import checkpoint
from tunewright.strategies.gp.outputs import transformed
from tunewright.strategies.gp.record import Evidence, evidence
from tunewright.strategies.gp.search import Known
from tunewright.strategies.gp.subset import local
from tunewright.strategies.random import draw
from tunewright.trial import History
from tunewright.trial.columns import Array, Ints

__all__ = ["GraphProcess"]

_BEST = 5  # trials that candidates lie around
_ENCODINGS: dict[str, Callable[[Architecture], Counter[str]]] = {"neighbourhoods": neighbourhoods, "paths": paths}


@dataclass(frozen=True)
class GraphProcess:
    """A Gaussian process over graphs believes what the record says; the next trial is the candidate it hopes most of.

    Two architectures are as near as their features are alike: neighbourhoods, the Weisfeiler-Lehman kernel (Ru et al.,
    ICLR 2021), or paths (White et al., AAAI 2021). Isomorphic ones are one point and are not tried twice where the
    space has nothing else. Other parameters of the space have a kernel of their own, which is multiplied. The first
    trials are a scrambled Sobol' design; after that about 1.5 times ``candidates`` points, a third of them changes of
    the best trials, are compared by their log expected improvement. What failed or broke a constraint counts as the
    worst loss.

    Args:
        design: whose parameters the space has; without one all parameters count as they are.
        encoding: ``"neighbourhoods"`` or ``"paths"``.
        startup: outcomes to wait for before the model is used.
        candidates: points spread over the space at every ask.
        points: outcomes that the model sees at most: the best, the newest and the nearest to the best.
        proxies: scores of configurations (:class:`Proxy`, or functions) that the process sees beside the graph, as it
            sees other parameters. They are functions, which no record holds: give the strategy again to ``Study.load``.
    """

    design: Design | None = None
    encoding: Literal["neighbourhoods", "paths"] = "neighbourhoods"
    startup: int = 10
    candidates: int = 256
    points: int = 240
    proxies: tuple[Score, ...] = ()

    prescribed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.encoding not in _ENCODINGS:
            raise ValueError(f"encoding must be one of {', '.join(map(repr, _ENCODINGS))}; got {self.encoding!r}")
        if self.design is not None:
            checked_design(self.design)
        object.__setattr__(self, "proxies", tuple(self.proxies))
        if not all(callable(score) for score in self.proxies):
            raise TypeError(f"proxies must be functions of a configuration, such as nas.Proxy(...); got {self.proxies}")
        for name, least in {"startup": 1, "candidates": 8, "points": 64}.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number of {least} or more; got {value!r}")

    def check(self, space: Space, directions: dict[str, str]) -> None:
        """Raise ``StudyError`` for several objectives, or a space that lacks the design's parameters."""
        single("GraphProcess", directions)
        if self.design is not None:
            own = self.design.space.by_name
            lacking = [name for name in own if name not in space or space[name] != own[name]]
            if lacking:
                raise StudyError(
                    f"GraphProcess: the space lacks {lacking[0]!r} as its design has it; search design.space, or "
                    "Space({**design.space.by_name, ...})"
                )

    def horizon(self, history: History) -> float:
        """See :class:`~tunewright.strategies.protocol.Strategy`: every trial matters once there is a model."""
        return history.ended

    def suggest(self, history: History, seed: int, numbers: Ints) -> Array:
        """See :class:`~tunewright.strategies.protocol.Strategy`."""
        space = coordinates(history.space)
        if not len(numbers) or not space.dimension:
            return space.natives(np.zeros((len(numbers), space.dimension)))
        planned, seen = design(space, seed, history.ordinals(numbers)), evidence(history, space)
        if len(seen.losses) < self.startup:
            return planned
        taken = history.natives
        pending = space.natives(seen.pending) if len(seen.pending) else taken[:0]
        for i, number in enumerate(numbers.tolist()):
            planned[i] = self._searched(space, seen, taken, pending, seed, number)
            taken, pending = (np.concatenate([rows, planned[i : i + 1]]) for rows in (taken, pending))
        return planned

    def _searched(
        self, space: Coordinates, seen: Evidence, taken: Array, pending: Array, seed: int, number: int
    ) -> Array:
        """The native row (all columns) of most expected improvement."""
        x, y = _told(seen, self.points)
        order = np.argsort(y, kind="stable")
        natives = self._new(space, x[order[:_BEST]], taken, seed, number)
        if not len(natives):
            found: Array = draw(space.space, seed, np.array([number]))[0]
            return found
        rows = np.concatenate([space.natives(x), pending, natives])
        every = self._points(space, rows)
        past, waiting, ahead = (
            Points(every.features[part], every.rest[part])
            for part in np.split(np.arange(len(rows)), [len(x), len(x) + len(pending)])
        )
        process, means = self._believed(past, waiting, y)
        value = log_expected_improvement(*process.predict(ahead), float(means.min()))[0]
        best: Array = natives[int(np.argmax(value))]
        return best

    def _believed(self, past: Points, waiting: Points, y: Array) -> tuple[Process, Array]:
        """The posterior, with those under way at their means, and its means at the trials."""
        c = checkpoint(len(y))
        theta = fitted(Points(past.features[:c], past.rest[:c]), y[:c]).theta
        process = fitted(past, y, theta)
        means = process.predict(past)[0]
        if not len(waiting):
            return process, means
        both = Points(
            *(np.concatenate(parts) for parts in ((past.features, waiting.features), (past.rest, waiting.rest)))
        )
        return fitted(both, np.concatenate([y, process.predict(waiting)[0]]), theta), means

    def _new(self, space: Coordinates, best: Array, taken: Array, seed: int, number: int) -> Array:
        """Candidates, native rows (m, all columns): allowed, not in the record, and where it can be of new graphs."""
        if space.space.rows is not None:
            natives = space.space.rows
        else:
            natives = space.natives(candidates(space, best, self.candidates, seed, number))
        natives = natives[space.space.feasible(natives)]
        known = Known(space.space, taken)
        natives = natives[[not known.has(row) for row in natives]]
        if self.design is None or len(self.design.space.names) < space.dimension:
            return natives
        taken = taken[~np.isnan(taken).all(axis=1)]
        old = set(graphs(self.design, space.space.configs(taken)))
        fresh = [graph not in old for graph in graphs(self.design, space.space.configs(natives))]
        return natives[fresh] if any(fresh) else natives

    def _points(self, space: Coordinates, natives: Array) -> Points:
        counts = [Counter[str]()] * len(natives)
        if self.design is not None:
            found = graphs(self.design, space.space.configs(natives))
            counts = [_features(self.encoding, graph) for graph in found]
        own = () if self.design is None else self.design.space.names
        rest = [j for j, column in enumerate(space.columns) if space.space.names[column] not in own]
        unit = space.unit(natives)
        parts = [_spread(unit[:, j], int(space.cells[j]) if space.kinds[j] else 0) for j in rest]
        configs = space.space.configs(natives) if self.proxies else []
        parts += [_scaled(np.array([score(config) for config in configs])) for score in self.proxies]
        return Points(_normed(counts), np.concatenate(parts, axis=1) if parts else np.zeros((len(natives), 0)))

    def to_json(self, space: Space) -> dict[str, Any]:
        """Name, room and options, for the record."""
        design = None if self.design is None else self.design.to_json()
        options = {name: getattr(self, name) for name in ("encoding", "startup", "candidates", "points")}
        told = {"proxies": [called(score) for score in self.proxies]} if self.proxies else {}
        return {"strategy": "GraphProcess", "room": "nas", "design": design, **options, **told}

    @classmethod
    def from_json(cls, options: Mapping[str, Any], space: Space) -> GraphProcess:
        """The inverse of :meth:`to_json`.

        Raises:
            StudyError: it had proxies, which are functions.
        """
        if options.get("proxies"):
            raise StudyError(
                f"the study was run with GraphProcess and the proxies {', '.join(options['proxies'])}, functions that "
                "its record does not hold: pass the strategy again, Study.load(..., strategy=...)"
            )
        rest = {name: value for name, value in options.items() if name not in ("strategy", "room", "design")}
        design = options["design"]
        return cls(None if design is None else design_from_json(design), **rest)


def _told(seen: Evidence, most: int) -> tuple[Array, Array]:
    """Coordinates and transformed losses of the trials that the model sees; what failed has the worst loss."""
    losses = np.where(seen.violations > 0.0, seen.losses.max(), seen.losses)
    rows, failed = local(seen.x, losses, most), seen.failed[-most // 4 :]
    x = np.concatenate([seen.x[rows], failed])
    return x, transformed(np.concatenate([losses[rows], np.full(len(failed), losses.max())]), "yeo-johnson")


@lru_cache(maxsize=2**15)
def _features(encoding: str, graph: Architecture | None) -> Counter[str]:
    """Features of a graph; what is disconnected has one feature, which nothing else has."""
    return Counter({"disconnected": 1}) if graph is None else _ENCODINGS[encoding](graph)


def _normed(counts: Sequence[Counter[str]]) -> Array:
    """Rows (n, f) of counts, of norm 1; 0 for no features at all."""
    place = {name: k for k, name in enumerate(sorted({name for count in counts for name in count}))}
    rows = np.zeros((len(counts), len(place)))
    for row, count in zip(rows, counts, strict=True):
        row[[place[name] for name in count]] = list(count.values())
    norms = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    normed: Array = rows / np.where(norms > 0.0, norms, 1.0)
    return normed


def _scaled(scores: Array) -> Array:
    """Scores (n,) as a coordinate (n, 1) in [0, 1], which three deviations on each side of the mean fill."""
    if np.isnan(scores).any():
        raise StudyError("proxies must return numbers or -inf, got NaN")
    finite = scores[np.isfinite(scores)]
    mean, deviation = (finite.mean(), finite.std()) if len(finite) else (0.0, 0.0)
    units = (scores - mean) / (deviation if deviation > 0.0 else 1.0)
    column: Array = np.clip((units + 3.0) / 6.0, 0.0, 1.0)[:, None]
    return column


def _spread(column: Array, categories: int) -> Array:
    """A coordinate (n,) as columns: categories equally far apart, and absence a place of its own."""
    absent = np.isnan(column)
    if not categories:
        return np.stack([np.where(absent, 0.5, column), absent.astype(np.float64)], axis=1)
    which = np.where(absent, -categories, np.floor(np.nan_to_num(column) * -categories))
    hot: Array = (which[:, None] == np.arange(-categories + 1)) / np.sqrt(2.0)
    return hot
