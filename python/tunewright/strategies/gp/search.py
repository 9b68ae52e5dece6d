"""Where the acquisition is largest among configurations that are allowed and new."""

from __future__ import annotations

__all__ = ["Acquisition", "Known", "Target", "allowed", "best_new", "propose"]

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from tunewright.numerics import maximise
from tunewright.space import Space, Table
from tunewright.strategies.coordinates import Coordinates
from tunewright.strategies.gp.candidates import candidates, diverse
from tunewright.strategies.gp.feasibility import Feasibility
from tunewright.strategies.gp.model import Kinds, Model
from tunewright.strategies.gp.shelf import judged, shelf
from tunewright.trial.columns import Array

_ITERATIONS = 25  # of each ascent


@dataclass(frozen=True, eq=False)
class Acquisition:
    """What is to be maximised at one ask.

    Attributes:
        model: the posterior over losses, pending points included.
        name: as in ``numerics.maximise``.
        best: the loss to improve upon, transformed; one for each row of weights if the model has several.
        kappa: of ``"lcb"``.
        feasibility: processes whose values, each below its threshold, mean that a trial will be feasible.
        prior_weight: beta / n of Hvarfner et al. (piBO, ICLR 2022).
        threads: for the kernels.
    """

    model: Model
    name: str
    best: float | Array
    kappa: float
    feasibility: Sequence[Feasibility]
    prior_weight: float
    threads: int

    def at(self, coordinates: Coordinates, unit: Array) -> Array:
        """Values (m,) at coordinates (m, d)."""
        values: Array = maximise.evaluate(*self._posterior(), unit, **self._options())
        if self.prior_weight:
            values = values + self.prior_weight * np.maximum(coordinates.log_prior(unit), -1e6)
        return values

    def climbed(self, coordinates: Coordinates, starts: Array, bounds: tuple[Array, Array] | None = None) -> Array:
        """Local maxima (s, d) above ``starts`` (s, d), numbers within ``bounds`` (d,) each.

        A prior that is not normal counts here as the normal like it.
        """
        prior = None
        if self.prior_weight:
            centre, precision = coordinates.normal_prior()
            prior = centre, self.prior_weight * precision
        points: Array = maximise.climb(
            *self._posterior(), starts, coordinates.levels, prior=prior, bounds=bounds, iterations=_ITERATIONS,
            tolerance=1e-5, **self._options(),
        )[0]  # fmt: skip
        return points

    def _posterior(self) -> tuple[Array, Array, Kinds, Array, Array]:
        model = self.model
        return model.x, model.theta, model.kinds, model.factor, model.alpha

    def _options(self) -> dict[str, Any]:
        return {
            "family": self.model.fitting.family,
            "acquisition": self.name,
            "best": self.best,
            "kappa": self.kappa,
            "feasibility": self.feasibility,
            "threads": self.threads,
        }


@dataclass(frozen=True, eq=False)
class Known:
    """Configurations of ``space`` that are taken: native rows (n, all columns)."""

    space: Space
    natives: Array

    def has(self, row: Array) -> bool:
        """Whether ``row`` is one of them."""
        if self.space.merges:
            return self.space.identities(row[None, :])[0] in self._identities
        same = (self.natives == row) | (np.isnan(self.natives) & np.isnan(row))
        return bool(np.any(np.all(same, axis=1)))

    @cached_property
    def _identities(self) -> frozenset[bytes]:
        return frozenset(self.space.identities(self.natives))


class Target(Protocol):
    """What :func:`propose` climbs."""

    def at(self, coordinates: Coordinates, unit: Array) -> Array:
        """Values (m,) at coordinates (m, d)."""
        ...

    def climbed(self, coordinates: Coordinates, starts: Array) -> Array:
        """Local maxima (s, d) above ``starts`` (s, d)."""
        ...


def propose(
    acquisition: Target,
    coordinates: Coordinates,
    incumbents: Array,
    known: Known,
    *,
    count: int,
    climbs: int,
    seed: int,
    number: int,
) -> Array:
    """The native row with the largest acquisition found that is allowed and not in ``known``.

    The best of ``count`` candidates and their neighbours are climbed from, a climb that ends in forbidden
    ground goes back towards its start, and the ends are rounded to values of the space and compared. Of a table, the
    row that is not in ``known`` with the largest acquisition (see ``shelf.py``).
    """
    table = coordinates.space
    if isinstance(table, Table):
        places = shelf(coordinates, incumbents, known.natives, judged(len(known.natives)), seed, number)
        worth = _ranked(acquisition.at(coordinates, coordinates.of_rows(table, places)))
        best: Array = table.rows[places[int(np.argmax(worth))]]
        return best
    unit = allowed(coordinates, candidates(coordinates, incumbents, count, seed, number))
    values = _ranked(acquisition.at(coordinates, unit))
    order = np.argsort(-values, kind="stable")
    starts = unit[diverse(unit, order, climbs)]
    ends = coordinates.rounded(acquisition.climbed(coordinates, starts))
    if coordinates.space.constraints:
        ends = _withdrawn(coordinates, starts, ends)
    reached = _ranked(acquisition.at(coordinates, ends))
    return best_new(coordinates, np.concatenate([ends, unit]), np.concatenate([reached, values]), known)


def allowed(coordinates: Coordinates, unit: Array) -> Array:
    """The rows of ``unit`` that the space allows, or all if it allows none."""
    if not coordinates.space.constraints:
        return unit
    rows: Array = unit[coordinates.space.feasible(coordinates.natives(unit))]
    return rows if len(rows) else unit


def best_new(coordinates: Coordinates, unit: Array, worth: Array, known: Known) -> Array:
    """The native row of the coordinates (m, d) worth most among those not in ``known``, as far as 256 of them tell."""
    order = np.argsort(-worth, kind="stable")
    for place in order[:256]:
        row: Array = coordinates.natives(unit[place : place + 1])[0]
        if not known.has(row):
            return row
    best: Array = coordinates.natives(unit[order[:1]])[0]
    return best


def _withdrawn(coordinates: Coordinates, starts: Array, ends: Array) -> Array:
    """``ends`` where they are allowed; elsewhere the furthest allowed of eight points on the way back to the start."""
    ends = ends.copy()
    for i in np.flatnonzero(~coordinates.space.feasible(coordinates.natives(ends))):
        shares = np.linspace(0.875, 0.0, 8)[:, None]
        way = coordinates.rounded(starts[i] + shares * (ends[i] - starts[i]))
        ends[i] = way[int(np.argmax(coordinates.space.feasible(coordinates.natives(way))))]
    return ends


def _ranked(values: Array) -> Array:
    """``values`` with NaN, which nothing should be, as the worst."""
    return np.where(np.isnan(values), -np.inf, values)
