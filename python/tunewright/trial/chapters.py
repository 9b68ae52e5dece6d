"""A study whose space was changed while it ran: which space suggestions come of, from which revision on.

record   the space that holds every trial ever recorded; it only grows, so that natives keep their meaning
search   the space that suggestions come of: it may be narrower, and in other scales
D, d     parameters of the two
inside   a trial that the search space could have suggested; strategies learn from these alone
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tunewright.errors import ConfigError, SpaceError
from tunewright.space import Categorical, Domain, Float, Int, Ordinal, Space
from tunewright.space.numeric import Numeric
from tunewright.trial.columns import Array, Ints

__all__ = ["Chapter", "Passage", "holds", "spanning", "younger"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Chapter:
    """From ``revision`` on suggestions come of ``space``.

    Attributes:
        revision: of the change. Trials whose ``seen`` is less were suggested before it.
        space: to search in.
        assumed: values, by name, that earlier trials count as having had where they have none that the space admits.
    """

    revision: int
    space: Space
    assumed: Mapping[str, Any] = field(default_factory=dict)


def younger(record: Space, chapters: tuple[Chapter, ...], seen: Ints) -> Mask:
    """Which parameters (n, D) of the record came after the trials were suggested, at revisions ``seen`` (n,).

    A trial that was paused meanwhile has values of them once it goes on, but the record does not tell since when:
    strategies never see them, so that what they see at a revision stays what it was.
    """
    began = np.searchsorted([chapter.revision for chapter in chapters], seen, side="right") - 1
    born = [next(i for i, chapter in enumerate(chapters) if name in chapter.space) for name in record.names]
    mask: Mask = began[:, None] < np.array(born, dtype=np.int64)
    return mask


class Passage:
    """The way of configurations between the space of the record and that of a chapter."""

    def __init__(self, record: Space, chapter: Chapter) -> None:
        self.chapter = chapter
        self._dimension = record.dimension
        self._ways = [
            _Way(record.names.index(name), record[name], domain) for name, domain in chapter.space.by_name.items()
        ]
        self._assumed = {
            chapter.space.names.index(name): chapter.space[name].native(value)
            for name, value in chapter.assumed.items()
        }

    def inward(self, natives: Array, known: Mask) -> tuple[Array, Mask]:
        """Rows of the search space (n, d), NaN where outside or not ``known`` (n,); and which rows are inside (n,)."""
        space = self.chapter.space
        inside = known.copy()
        columns = np.empty((space.dimension, len(natives)))
        for j, way in enumerate(self._ways):
            given = natives[:, way.column]
            columns[j] = found = way.inward(given)
            assumed = self._assumed.get(j)
            if assumed is None:
                inside &= ~(np.isnan(found) & ~np.isnan(given))
            else:
                columns[j] = np.where(np.isnan(found), assumed, found)
        rows: Array = np.ascontiguousarray(columns.T)
        rows[~inside] = np.nan
        if space.has_conditions:
            rows[~space.active(rows)] = np.nan
        return rows, inside

    def outward(self, natives: Array) -> Array:
        """Rows of the record (n, D) of rows of the search space (n, d)."""
        rows: Array = np.full((len(natives), self._dimension), np.nan)
        for j, way in enumerate(self._ways):
            rows[:, way.column] = way.outward(natives[:, j])
        return rows


class _Way:
    """One parameter between its domain in the record and the one that is searched."""

    def __init__(self, column: int, record: Domain, search: Domain) -> None:
        self.column = column
        self._search = search
        self._same = record == search
        self._numbers = _is_number(record) and _is_number(search)
        if not self._same and not self._numbers:
            self._here = search.points()
            values = search.values(self._here)
            self._there = record.column(values)

    def inward(self, given: Array) -> Array:
        if self._same:
            return given
        if self._numbers:
            return np.where(_within(self._search, given), given, np.nan)
        found: Array = np.full(len(given), np.nan)
        for here, there in zip(self._here, self._there, strict=True):
            found[given == there] = here
        return found

    def outward(self, found: Array) -> Array:
        if self._same or self._numbers:
            return found
        given: Array = np.full(len(found), np.nan)
        for here, there in zip(self._here, self._there, strict=True):
            given[found == here] = there
        return given


def _is_number(domain: Domain) -> bool:
    """Whether natives are the values themselves."""
    return domain.kind in ("float", "int")


def _within(domain: Domain, natives: Array) -> Mask:
    """Which natives (n,) are values of a number's domain."""
    low, high = getattr(domain, "low", -np.inf), getattr(domain, "high", np.inf)
    inside: Mask = (natives >= low) & (natives <= high)  # NaN is not
    if domain.size is not None:  # on a grid
        rows = np.flatnonzero(inside)
        there = domain.decode(domain.encode(natives[rows]))
        inside[rows] = np.abs(there - natives[rows]) <= 1e-9 * np.maximum(1.0, np.abs(there))
    return inside


def holds(wide: Domain, narrow: Domain) -> bool:
    """Whether every value of ``narrow`` is one of ``wide``."""
    if _is_number(wide) and _is_number(narrow):
        ends = np.array([float(getattr(narrow, end, np.inf)) for end in ("low", "high")])
        if not np.isfinite(ends).all():
            return wide == narrow
        if wide.kind == "int" and narrow.kind == "float":
            return False
        if wide.size is None or narrow.size is None or narrow.size > 10_000:
            stepped = wide.size is not None and narrow.size is None
            return bool(_within(wide, ends).all()) and not stepped
        return bool(_within(wide, narrow.points()).all())
    if narrow.size is None:
        return False
    try:
        wide.column(narrow.values(narrow.points()))
    except ConfigError:
        return False
    return True


def spanning(record: Domain, search: Domain) -> Domain:
    """A domain of the record that holds the values of both, in which the record's natives mean what they meant.

    Raises:
        SpaceError: there is none, such as of numbers and choices.
    """
    if holds(record, search):
        return record
    try:
        return record.union(search)
    except SpaceError:
        if isinstance(record, Ordinal) and isinstance(search, Ordinal):
            new = [choice for choice in search.choices if not holds(record, Categorical(choice))]
            return Ordinal([*record.choices, *new], when=record.when)
        if record.kind != search.kind or not isinstance(record, Numeric) or not isinstance(search, Numeric):
            raise
        plain = Float if record.kind == "float" else Int  # the record keeps values: neither scale nor step matters
        return plain(min(record.low, search.low), max(record.high, search.high), when=record.when)
