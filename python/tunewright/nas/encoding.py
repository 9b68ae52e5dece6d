"""Architectures as numbers: counts of neighbourhoods, and ways through the graph."""

from __future__ import annotations

__all__ = ["encoded", "kernel", "neighbourhoods", "paths"]

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from tunewright.errors import ArchitectureError
from tunewright.nas.architecture import Architecture

Array = npt.NDArray[np.float64]


def neighbourhoods(architecture: Architecture, depth: int = 2) -> Counter[str]:
    """How often each neighbourhood occurs, out to ``depth`` steps against the edges: Weisfeiler-Lehman features.

    Round 0 counts operations; in each round after it a node is renamed by its name and the sorted names of what leads
    to it (Shervashidze et al., JMLR 12, 2011, algorithm 1), and the new names are counted too.
    """
    graph = architecture.canonical
    names = list(graph.operations)
    counts = Counter(names)
    for _ in range(depth):
        sources: list[list[str]] = [[] for _ in names]
        for i, j in graph.edges:
            sources[j].append(names[i])
        names = [_short(f"{name}({','.join(sorted(lead))})") for name, lead in zip(names, sources, strict=True)]
        counts.update(names)
    return counts


def paths(architecture: Architecture, length: int | None = None) -> Counter[str]:
    """How often each way from an input to the output occurs, written as its operations in order.

    The path encoding of White, Neiswanger & Savani (BANANAS, AAAI 2021), with counts. ``length``: leave out ways of
    more operations; they are many and rare.
    """
    graph = architecture.canonical
    ways: list[Counter[str]] = []
    for node, name in enumerate(graph.operations):
        here: Counter[str] = Counter()
        for i, j in graph.edges:
            if j == node:
                here.update({f"{way}>{name}": count for way, count in ways[i].items()})
        ways.append(here or Counter({name: 1}))
    found = ways[-1]
    return found if length is None else Counter({way: n for way, n in found.items() if way.count(">") <= length + 1})


def encoded(
    architectures: Sequence[Architecture], features: Callable[[Architecture], Counter[str]] = neighbourhoods
) -> tuple[Array, tuple[str, ...]]:
    """Counts (n, f) of every feature that occurs in any of the architectures, and the features' names, sorted."""
    counts = [features(architecture) for architecture in architectures]
    names = sorted({name for count in counts for name in count})
    rows = [[float(count[name]) for name in names] for count in counts]
    return np.array(rows).reshape(len(counts), len(names)), tuple(names)


def kernel(
    a: Sequence[Architecture],
    b: Sequence[Architecture],
    features: Callable[[Architecture], Counter[str]] = neighbourhoods,
) -> Array:
    """<f(a_i), f(b_j)> / (|f(a_i)| |f(b_j)|), shape (len(a), len(b)): 1 for equal features, 0 for none in common."""
    if not a or not b:
        raise ArchitectureError("kernel compares two lists of architectures of at least one each; got an empty one")
    rows = encoded([*a, *b], features)[0]
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    products: Array = rows[: len(a)] @ rows[len(a) :].T
    return products


def _short(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
