"""Small changes of a chain of layers: one more, one fewer, one that is another or skips others."""

from __future__ import annotations

__all__ = ["Link", "Links", "Room", "crossed", "mutated"]

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from tunewright.nas.draws import another, one_of


@dataclass(frozen=True, slots=True)
class Link:
    """A layer: its ``operation``, its ``width`` (0 where it has none) and how far back its ``skips`` begin, 2 or more.

    A skip that would begin before the input is none.
    """

    operation: str
    width: int
    skips: frozenset[int]


Links: TypeAlias = tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """What a chain may be: ``operations``, ``widths``, ``reach`` of the longest skip, fewest and most layers."""

    operations: tuple[str, ...]
    widths: tuple[int, ...]
    reach: int
    least: int
    most: int

    def drawn(self, draws: np.random.Generator) -> Link:
        """A layer without skips, operation and width drawn evenly."""
        return Link(one_of(self.operations, draws), one_of(self.widths or (0,), draws), frozenset())


def mutated(links: Links, room: Room, draws: np.random.Generator) -> Links:
    """One change, its kind drawn evenly among those there are: the chain itself where there is none."""
    changes: list[Callable[[Links, Room, np.random.Generator], Links]] = []
    if len(room.operations) > 1:
        changes.append(_operation)
    if len(room.widths) > 1:
        changes.append(_width)
    if room.reach > 1 and len(links) > 1:
        changes.append(_skip)
    if len(links) < room.most:
        changes.append(_added)
    if len(links) > room.least:
        changes.append(_removed)
    return one_of(changes, draws)(links, room, draws) if changes else links


def crossed(a: Links, b: Links, room: Room, draws: np.random.Generator) -> Links:
    """The first layers of ``a``, at least one, then the last ones of ``b``, so many that the depth is allowed."""
    cuts = [
        (i, j) for i in range(1, len(a) + 1) for j in range(len(b) + 1) if room.least <= i + len(b) - j <= room.most
    ]
    i, j = one_of(cuts, draws)
    return (*a[:i], *b[j:])


def _changed(links: Links, place: int, link: Link) -> Links:
    return (*links[:place], link, *links[place + 1 :])


def _operation(links: Links, room: Room, draws: np.random.Generator) -> Links:
    place = int(draws.integers(len(links)))
    name = another(room.operations, links[place].operation, draws)
    return _changed(links, place, replace(links[place], operation=name))


def _width(links: Links, room: Room, draws: np.random.Generator) -> Links:
    place = int(draws.integers(len(links)))
    return _changed(links, place, replace(links[place], width=another(room.widths, links[place].width, draws)))


def _skip(links: Links, room: Room, draws: np.random.Generator) -> Links:
    """A way around that was not there, or one fewer."""
    place = int(draws.integers(1, len(links)))
    back = int(draws.integers(2, min(room.reach, place + 1) + 1))
    return _changed(links, place, replace(links[place], skips=links[place].skips ^ {back}))


def _added(links: Links, room: Room, draws: np.random.Generator) -> Links:
    place = int(draws.integers(len(links) + 1))
    return (*links[:place], room.drawn(draws), *links[place:])


def _removed(links: Links, room: Room, draws: np.random.Generator) -> Links:
    place = int(draws.integers(len(links)))
    return (*links[:place], *links[place + 1 :])
