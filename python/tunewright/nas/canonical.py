"""Graphs that compute the same made one: drop what does nothing, then number the nodes in one way.

The numbering is exact. Colours are refined by those of the neighbours until nothing changes (Weisfeiler & Leman 1968);
where nodes are left that look alike, each of them is singled out in turn and the smallest result counts (McKay 1981).
Nodes with the same neighbours are interchangeable: one of them is enough, which keeps parallel copies cheap.
"""

from __future__ import annotations

__all__ = ["Form", "canonical", "reduced"]

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_OUTPUTS = ("output", "concat")


class Form(NamedTuple):
    """A graph: the operation of each node, ascending pairs of nodes, repeated as often as they count."""

    operations: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]


Links = list[Counter[int]]
"""For each node, how often each other node leads to it, or is led to."""


def reduced(operations: Sequence[str], edges: Iterable[tuple[int, int]]) -> Form:
    """The graph without zeros, identities that sums can do without, and nodes that do not lead from input to output.

    Without any edges when nothing of an input reaches the output.
    """
    into: Links = [Counter() for _ in operations]
    for i, j in edges:
        into[j][i] += 1
    for node, name in enumerate(operations):
        if name == "zero":
            into[node].clear()
        for source in list(into[node]):
            if operations[source] == "zero":
                del into[node][source]
            elif operations[source] == "identity" and _merges(operations[node], into[source]):
                times = into[node].pop(source)
                for origin, count in into[source].items():
                    into[node][origin] += times * count
    kept = _between(operations, into)
    place = {node: k for k, node in enumerate(kept)}
    pairs = [(place[i], place[j]) for j in kept for i, count in into[j].items() if i in place for _ in range(count)]
    return Form(tuple(operations[node] for node in kept), tuple(sorted(pairs)))


def _merges(target: str, sources: Counter[int]) -> bool:
    """Whether an identity can be left out before ``target``: not where parts are put side by side that it sums."""
    return target != "concat" or sources.total() == 1


def _between(operations: Sequence[str], into: Links) -> list[int]:
    """Nodes on some way from an input to the output, ascending; the output always."""
    alive: list[bool] = []
    for node, name in enumerate(operations):
        alive.append(name.startswith("input") or any(alive[source] for source in into[node]))
    needed = [False] * len(operations)
    needed[-1] = True
    for node in range(len(operations) - 1, -1, -1):
        if needed[node]:
            for source in into[node]:
                needed[source] = True
    return [node for node in range(len(operations)) if needed[node] and (alive[node] or operations[node] in _OUTPUTS)]


def canonical(form: Form) -> Form:
    """The graph with its nodes numbered in the one way that isomorphic graphs share, sources before targets."""
    into: Links = [Counter() for _ in form.operations]
    out: Links = [Counter() for _ in form.operations]
    for i, j in form.edges:
        into[j][i] += 1
        out[i][j] += 1
    depths = _depths(into)
    first = [(depth, name) for depth, name in zip(depths, form.operations, strict=True)]
    return min(_labelled(form, into, out, _ranks(first)))


def _depths(into: Links) -> list[int]:
    """Length of the longest way to each node: numbers in this order point forward."""
    depths: list[int] = []
    for sources in into:
        depths.append(1 + max((depths[source] for source in sources), default=-1))
    return depths


def _ranks(keys: Sequence[object]) -> list[int]:
    places = {key: rank for rank, key in enumerate(sorted(set(keys)))}  # type: ignore[type-var]  # all of one kind
    return [places[key] for key in keys]


def _refined(colours: list[int], into: Links, out: Links) -> list[int]:
    """Colours split by those of the neighbours until they are stable; the order of the old ones is kept."""
    while True:
        around = [[_seen(links[node], colours) for links in (into, out)] for node in range(len(colours))]
        finer = _ranks([(colour, *seen) for colour, seen in zip(colours, around, strict=True)])
        if max(finer, default=0) == max(colours, default=0):
            return finer
        colours = finer


def _seen(links: Counter[int], colours: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((colours[node], count) for node, count in links.items()))


def _labelled(form: Form, into: Links, out: Links, colours: list[int]) -> Iterable[Form]:
    """The graph under every numbering that the colours leave open, but for those that twins would repeat."""
    colours = _refined(colours, into, out)
    cells = Counter(colours)
    shared = min((colour for colour, count in cells.items() if count > 1), default=None)
    if shared is None:
        order = sorted(range(len(colours)), key=colours.__getitem__)
        edges = sorted((colours[i], colours[j]) for i, j in form.edges)
        yield Form(tuple(form.operations[node] for node in order), tuple(edges))
        return
    twins: set[tuple[frozenset[tuple[int, int]], ...]] = set()
    for node in (node for node, colour in enumerate(colours) if colour == shared):
        twin = frozenset(into[node].items()), frozenset(out[node].items())
        if twin not in twins:
            twins.add(twin)
            singled = [2 * colour + (colour == shared and other != node) for other, colour in enumerate(colours)]
            yield from _labelled(form, into, out, _ranks(singled))
